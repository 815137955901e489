/**
 * Forms: from the post of `/do/{kind}` to an entry in the outbox, or to what is wrong with it.
 *
 * The twin of the handler says first what would become of it: what would be rejected is shown to
 * the person at once and is not recorded.
 */
import { v7 as newId } from "uuid";
import { afterForm } from "./addresses.js";
import { Problem, problem } from "./domain/problem.js";
import { filesOf, keyOn, readBody, textsOf, valueOf } from "./form_reading.js";
import { localMoment } from "./moment.js";
import { saidIn } from "./domain/signature.js";
import { append, findEntry } from "./outbox.js";
import { mayBy } from "./render/filters.js";
import { SIGNED_WITH, signatureDue, signIntent, withSignature } from "./signing.js";
import { siteOf } from "./terms.js";

/** @typedef {import("./form_reading.js").Form} Form */
/** @typedef {import("./types").Intent} Intent */
/** @typedef {import("./types").NewBlob} NewBlob */
/** @typedef {import("./types").Shared} Shared */
/** @typedef {import("./types").Signin} Signin */
/** @typedef {import("./view.js").Moment} Moment */
/** @typedef {{to: string, on: string}} Recorded */
/** @typedef {{problems: {code: string, params: any, field: string}[], values: any}} Wrong */
/**
 * @typedef {object} Desk
 * @property {import("./types").Database} database
 * @property {ReturnType<typeof import("./view.js").createView>} view
 * @property {() => Date} now
 * @property {string} app
 */

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * @param {Desk} desk
 * @param {{kind: string, data: FormData, shared: Shared, signin: Signin}} post
 * @returns {Promise<Recorded | Wrong>}
 */
export async function takeForm(desk, { kind, data, shared, signin }) {
  const pairs = textsOf(data);
  try {
    const form = { kind, pairs, files: await filesOf(data) };
    const meant = await desk.view.read((moment) =>
      intentOf(moment, { form, shared, signin, desk }),
    );
    const { intent, told, isRecorded } = meant;
    const pin = valueOf(pairs, SIGNED_WITH);
    const whole = told ? await signIntent(desk.database, intent, { told, pin }) : intent;
    const id = isRecorded
      ? intent.id
      : await append(desk.database, whole, { now: desk.now(), app: desk.app });
    const { on } = intent;
    return { to: afterForm(valueOf(pairs, "then") || "/", { on, done: id }), on };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, params, field } = error;
    return { problems: [{ code, params, field }], values: valuesOf(pairs) };
  }
}

/**
 * @param {Moment} moment
 * @param {{form: Form, shared: Shared, signin: Signin, desk: Desk}} what
 * @returns {Promise<{intent: Intent, told: import("./signing.js").Told | null,
 *   isRecorded: boolean}>} told: what is to be signed. Problems: the kind's, no_right …
 */
async function intentOf(moment, { form, shared, signin, desk }) {
  const { kind, pairs, files } = form;
  const spec = shared.kinds[kind];
  if (!spec) throw problem("unknown_kind", { kind, v: 1 });
  const given = valueOf(pairs, "entry");
  let id = UUID7.test(given) ? given : newId();
  const body = await readBody(moment, form);
  const said = JSON.stringify(body);
  const before = await findEntry(moment.tx, id);
  const isSame = before?.kind === kind && saidBefore(before.bytes) === said;
  if (before && !isSame) id = newId(); // the same form filled in anew is another deed
  const on = await keyOn(moment, { pairs, id });
  mustBeAllowed(shared, signin, { kind, on });
  const base = await baseOf(moment, on, valueOf(pairs, "base"));
  const blobs = uniqueBlobs([...files.values()].flat());
  const { login: actor, session } = signin;
  /** @type {Intent} */
  const intent = { id, kind, v: spec.v, on, base, body, blobs, actor, session };
  const isRecorded = before !== null && isSame && before.on === on;
  if (isRecorded) return { intent, told: null, isRecorded };
  const who = { name: signin.name, now: desk.now() };
  // What is wrong with the deed itself is said before anything is signed.
  await mustStand(moment, { intent, isRequest: spec.request, desk, isSigned: false });
  const told = await signatureDue(moment, intent, who);
  const signed = told && withSignature(intent, told);
  if (signed) await mustStand(moment, { intent: signed, isRequest: spec.request, desk });
  return { intent, told, isRecorded };
}

/** @param {string} bytes @returns {string} what the body said, beside its signature */
function saidBefore(bytes) {
  return JSON.stringify(saidIn(JSON.parse(bytes).body));
}

/** @param {[string, string][]} pairs without the PIN, which is never shown again */
function valuesOf(pairs) {
  return Object.fromEntries(pairs.filter(([name]) => name !== SIGNED_WITH));
}

/**
 * @param {Moment} moment
 * @param {string} on
 * @param {string} given by the form: the version that its page showed
 * @returns {Promise<number | null>} null: the server has no version of it yet
 */
async function baseOf(moment, on, given) {
  if (/^\d{1,15}$/.test(given)) return Number(given) || null;
  const doc = await moment.get(on);
  return (doc && moment.seen(doc).version) || null;
}

/**
 * People and sites belong to the organisation, where nobody has a seat: there a role anywhere
 * counts.
 * @param {Shared} shared
 * @param {Signin} signin
 * @param {{kind: string, on: string}} deed
 */
function mustBeAllowed(shared, signin, { kind, on }) {
  const site = siteOf(on);
  const isAllowed = mayBy(shared.kinds)(kind, signin, site === "org" ? "" : on);
  if (!isAllowed) throw problem("no_right", { kind, site });
}

/**
 * A fact about a document that this device does not have yet is recorded all the same: the thing
 * is in somebody's hand. Everything else that the twin refuses is refused here.
 * @param {Moment} moment
 * @param {{intent: Intent, isRequest: boolean, desk: Desk, isSigned?: boolean}} what
 */
async function mustStand(moment, { intent, isRequest, desk, isSigned = true }) {
  const place = { device: (await moment.tx.objectStore("meta").get("device"))?.id ?? "" };
  const order = { seq: 0, prev: "", after: null, skew_ms: 0, app: desk.app };
  const entry = { ...intent, ...place, ...order, at: localMoment(desk.now()) };
  const { outcome, refused } = await moment.foresee(entry);
  if (refused?.code === "unknown_document" && !isRequest) return;
  if (refused?.code === "person_signature_missing" && !isSigned) return;
  if (refused) throw refused;
  if (outcome?.status === "rejected") throw problem(outcome.code ?? "rejected", outcome.params);
}

/** @param {NewBlob[]} blobs */
function uniqueBlobs(blobs) {
  return [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()];
}
