/**
 * Signing a form: the person gives their PIN, and their own key signs what was on the screen and
 * what they say of it. Not here: what a signature is over (domain/signature.js), which kinds need
 * one (domain/signings.js).
 */
import { digestOf, textSigned } from "./domain/signature.js";
import { problem } from "./domain/problem.js";
import { SIGNINGS } from "./domain/signings.js";
import { localMoment } from "./moment.js";
import { holdersOf, open } from "./pins.js";
import { sign } from "./vault.js";

/** @typedef {import("./types").Intent} Intent */
/** @typedef {import("./view.js").Moment} Moment */
/** @typedef {Record<string, any>} Told a signature without `sig` */

/** The field of a form in which a person gives PIN or password; it goes no further. */
export const SIGNED_WITH = "sign.secret";

/**
 * What the person will sign, if this needs a signature.
 * @param {Moment} moment
 * @param {Intent} intent
 * @param {{name: string, now: Date}} who
 * @returns {Promise<Told | null>}
 * Problems: stale (the page shows an older version), pin_needed (no PIN on this device).
 */
export async function signatureDue(moment, intent, { name, now }) {
  const signing = SIGNINGS[intent.kind];
  const doc = await moment.get(intent.on);
  const meaning = signing?.due(intent.body, doc) ?? null;
  if (!signing || meaning === null) return null;
  if (doc && intent.base !== null && moment.seen(doc).version !== intent.base) {
    throw problem("stale", { differences: [] });
  }
  const holder = (await holdersOf(moment.tx))[intent.actor];
  const device = await moment.tx.objectStore("meta").get("device");
  if (!holder || holder.device !== device?.id) throw problem("pin_needed", {}, SIGNED_WITH);
  const shown = signing.screen(intent.body, doc);
  const digest = digestOf(shown, intent.body);
  const at = localMoment(now);
  return { signer: holder.signer, method: "pin", meaning, name, at, shown, digest };
}

/**
 * @param {Intent} intent
 * @param {Told} told
 * @param {string} [sig]
 * @returns {Intent} with the signature in its body
 */
export function withSignature(intent, told, sig = "") {
  return { ...intent, body: { ...intent.body, signature: { ...told, sig } } };
}

/**
 * @param {import("./types").Database} database
 * @param {Intent} intent
 * @param {{told: Told, pin: string}} what
 * @returns {Promise<Intent>} Problems: person_signature_missing, those of `open`.
 */
export async function signIntent(database, intent, { told, pin }) {
  if (pin === "") throw problem("person_signature_missing", {}, SIGNED_WITH);
  const { key } = await open(database, intent.actor, pin).catch((error) => {
    throw error.code ? problem(error.code, error.params, SIGNED_WITH) : error;
  });
  return withSignature(intent, told, await sign(key, textSigned(intent, told)));
}
