/**
 * Forms: from the post of `/do/{kind}` to an entry in the outbox, or to what is wrong with it.
 *
 * The twin of the handler says first what would become of it: what would be rejected is shown to
 * the person at once and is not recorded.
 */
import { v7 as newId } from "uuid";
import { afterForm } from "./addresses.js";
import { sha256 } from "./digest.js";
import { Problem, problem } from "./domain/problem.js";
import { bodyOf, fieldsOf, jsonOf } from "./fields.js";
import { itemOf, lotOf } from "./lookup.js";
import { localMoment } from "./moment.js";
import { append, findEntry } from "./outbox.js";
import { mayBy } from "./render/filters.js";
import { siteOf } from "./terms.js";

/** @typedef {import("./types").Intent} Intent */
/** @typedef {import("./types").NewBlob} NewBlob */
/** @typedef {import("./types").Shared} Shared */
/** @typedef {import("./types").Signin} Signin */
/** @typedef {import("./view.js").Moment} Moment */
/**
 * @typedef {object} Form
 * @property {string} kind
 * @property {[string, string][]} pairs
 * @property {Map<string, NewBlob[]>} files by field name
 */
/** @typedef {{to: string, on: string}} Recorded */
/** @typedef {{problems: {code: string, params: any, field: string}[], values: any}} Wrong */
/**
 * @typedef {object} Desk
 * @property {import("./types").Database} database
 * @property {ReturnType<typeof import("./view.js").createView>} view
 * @property {() => Date} now
 * @property {string} app
 */

const KEY = /^[a-z]+\/[A-Za-z0-9]+:[^\s/\x00-\x1f]+$/;
const KEY_MAX_CHARS = 200;
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const BLOB_MAX_BYTES = 15 * 1024 * 1024;

/**
 * @param {Desk} desk
 * @param {{kind: string, data: FormData, shared: Shared, signin: Signin}} post
 * @returns {Promise<Recorded | Wrong>}
 */
export async function takeForm(desk, { kind, data, shared, signin }) {
  const pairs = textsOf(data);
  try {
    const form = { kind, pairs, files: await filesOf(data) };
    const meant = await desk.view.read((moment) => intentOf(moment, { form, shared, signin, desk }));
    const id = meant.isRecorded
      ? meant.intent.id
      : await append(desk.database, meant.intent, { now: desk.now(), app: desk.app });
    const { on } = meant.intent;
    return { to: afterForm(valueOf(pairs, "then") || "/", { on, done: id }), on };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, params, field } = error;
    return { problems: [{ code, params, field }], values: Object.fromEntries(pairs) };
  }
}

/**
 * @param {FormData} data
 * @returns {[string, string][]}
 */
function textsOf(data) {
  /** @type {[string, string][]} */
  const pairs = [];
  for (const [name, value] of data) if (typeof value === "string") pairs.push([name, value]);
  return pairs;
}

/**
 * @param {FormData} data
 * @returns {Promise<Map<string, NewBlob[]>>} Problems: blob_too_large, file_unreadable.
 */
async function filesOf(data) {
  const files = new Map();
  for (const [name, value] of data) {
    if (typeof value === "string" || value.size === 0) continue;
    const field = name.replace(/^body\./, "");
    if (value.size > BLOB_MAX_BYTES) {
      throw problem("blob_too_large", { name: value.name, max_bytes: BLOB_MAX_BYTES }, field);
    }
    const bytes = await value.arrayBuffer().catch(() => {
      throw problem("file_unreadable", { name: value.name }, field);
    });
    const type = (value.type || "application/octet-stream").slice(0, 100);
    const about = { size: value.size, type, name: value.name.slice(0, 200) };
    files.set(name, [...(files.get(name) ?? []), { sha256: await sha256(bytes), ...about, bytes }]);
  }
  return files;
}

/**
 * @param {Moment} moment
 * @param {{form: Form, shared: Shared, signin: Signin, desk: Desk}} what
 * @returns {Promise<{intent: Intent, isRecorded: boolean}>} Problems: those of the kind, no_right …
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
  const isSame = before?.kind === kind && JSON.stringify(JSON.parse(before.bytes).body) === said;
  if (before && !isSame) id = newId(); // the same form filled in anew is another deed
  const on = await keyOn(moment, { pairs, id });
  if (!mayBy(shared.kinds)(kind, signin, on)) throw problem("no_right", { kind, site: siteOf(on) });
  const base = await baseOf(moment, on, valueOf(pairs, "base"));
  const blobs = uniqueBlobs([...files.values()].flat());
  const { login: actor, session } = signin;
  /** @type {Intent} */
  const intent = { id, kind, v: spec.v, on, base, body, blobs, actor, session };
  const isRecorded = before !== null && isSame && before.on === on;
  if (!isRecorded) await mustStand(moment, { intent, isRequest: spec.request, desk });
  return { intent, isRecorded };
}

/**
 * @param {Moment} moment
 * @param {Form} form
 */
async function readBody(moment, { pairs, files }) {
  const leaves = [];
  for (const field of fieldsOf(pairs)) {
    const { path } = field;
    if (field.isJson) leaves.push({ path, value: jsonOf(field) });
    else leaves.push({ path, value: await resolved(moment, field) });
  }
  for (const [name, blobs] of files) {
    // A second photo in one field goes with the entry too, as evidence without a place.
    if (name.startsWith("body.")) leaves.push({ path: name.slice(5).split("."), value: blobs[0]?.sha256 });
  }
  return bodyOf(leaves);
}

/**
 * @param {Moment} moment
 * @param {import("./fields.js").Field} field
 */
async function resolved(moment, { name, as, value }) {
  if (as === "lot") return at(`body.${name}@lot`, lotOf(moment, value));
  if (as === "item") return at(`body.${name}@item`, itemOf(moment, value));
  return value;
}

/**
 * @param {string} field where a Problem is shown
 * @param {Promise<string>} looking
 */
async function at(field, looking) {
  return looking.catch((error) => {
    throw error instanceof Problem ? problem(error.code, error.params, field) : error;
  });
}

/**
 * The document that the entry is about. What is new is named after the entry that begins it, so
 * that a form sent twice begins it once.
 * @param {Moment} moment
 * @param {{pairs: [string, string][], id: string}} what
 * @returns {Promise<string>}
 */
async function keyOn(moment, { pairs, id }) {
  const scanned = valueOf(pairs, "on@lot").trim();
  const on = scanned ? await at("on@lot", lotOf(moment, scanned)) : filledKey(pairs, id);
  if (on === "") throw problem("form_malformed", { field: "on" }, "on@lot");
  if (!KEY.test(on) || on.length > KEY_MAX_CHARS) {
    const hole = /\{(\w+)\}/.exec(valueOf(pairs, "on"))?.[1];
    throw problem("form_malformed", { field: "on" }, hole ? `on.${hole}` : "on");
  }
  return on;
}

/**
 * @param {[string, string][]} pairs
 * @param {string} id
 * @returns {string} `on` with its holes filled: {new}, and {x} from the field on.x
 */
function filledKey(pairs, id) {
  return valueOf(pairs, "on").replaceAll(/\{(\w+)\}/g, (_, name) =>
    name === "new" ? id : valueOf(pairs, `on.${name}`).trim(),
  );
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
 * A fact about a document that this device does not have yet is recorded all the same: the thing
 * is in somebody's hand. Everything else that the twin refuses is refused here.
 * @param {Moment} moment
 * @param {{intent: Intent, isRequest: boolean, desk: Desk}} what
 */
async function mustStand(moment, { intent, isRequest, desk }) {
  const place = { device: (await moment.tx.objectStore("meta").get("device"))?.id ?? "" };
  const order = { seq: 0, prev: "", after: null, skew_ms: 0, app: desk.app };
  const entry = { ...intent, ...place, ...order, at: localMoment(desk.now()) };
  const { outcome, refused } = await moment.foresee(entry);
  if (refused?.code === "unknown_document" && !isRequest) return;
  if (refused) throw refused;
  if (outcome?.status === "rejected") throw problem(outcome.code ?? "rejected", outcome.params);
}

/** @param {NewBlob[]} blobs */
function uniqueBlobs(blobs) {
  return [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()];
}

/**
 * @param {[string, string][]} pairs
 * @param {string} name
 * @returns {string} the last value of that name, or empty
 */
export function valueOf(pairs, name) {
  return pairs.findLast(([key]) => key === name)?.[1] ?? "";
}
