/** Labels on their way to a printer: asked for again, called off; twin of `label_queue.py`. */
import * as body from "./body.js";
import { edit } from "./key.js";
import { askedAt, HERE, told } from "./label.js";
import { mustPrint } from "./label_thing.js";
import { outcome } from "./outcome.js";
import { problem } from "./problem.js";

/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {import("./label.js").Print} Print */

const AGAIN = ["failed", "perhaps", "late"];
const STOPPABLE = ["waiting", "failed", "late"];

/**
 * It goes to its printer (again). Problems: label_unknown, label_not_to_repeat, no_right.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function requeued(entry, draft) {
  const one = findPrint(draft, entry.on, body.readBody(entry, { print: body.line }).print);
  mustPrint(entry, draft, one["layout"]);
  const { state, printer } = one;
  if (!AGAIN.includes(state) || printer === HERE)
    throw problem("label_not_to_repeat", told(one, { state }));
  const round = one["round"] + 1;
  const asked_at = askedAt(entry);
  Object.assign(one, { state: "waiting", why: null, round, asked_at });
  return outcome();
}

/**
 * It is not to be printed any more. Problems: label_unknown, label_not_to_stop, no_right.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function cancelled(entry, draft) {
  const one = findPrint(draft, entry.on, body.readBody(entry, { print: body.line }).print);
  mustPrint(entry, draft, one["layout"]);
  const { state } = one;
  if (!STOPPABLE.includes(state)) throw problem("label_not_to_stop", told(one, { state }));
  Object.assign(one, { state: "cancelled", why: null });
  return outcome();
}

/**
 * @param {Draft} draft
 * @param {string} key
 * @param {string} code
 * @returns {Print} to be changed. Problems: unknown_document, label_unknown.
 */
export function findPrint(draft, key, code) {
  const { prints } = edit(draft, key, "label");
  const one = prints.find((/** @type {Print} */ p) => p["code"] === code);
  if (!one) throw problem("label_unknown", { print: code });
  return one;
}
