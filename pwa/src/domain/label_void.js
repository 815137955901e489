/** Labels voided, and reasons given afterwards; twin of `label_void.py`. */
import * as body from "./body.js";
import { LABELS_MAX, numbersOf, voidOf } from "./label.js";
import { findPrint } from "./label_queue.js";
import { mustPrint } from "./label_thing.js";
import { outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";

/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

const VOIDED = {
  print: body.line,
  number: body.maybe(body.whole({ min: 1, max: LABELS_MAX })),
  reason: body.someText,
};
const EXPLAINED = { print: body.line, reason: body.someText };

/**
 * A scan of it says so from now on. Problems: unknown_document, label_unknown, label_number_wrong.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function voided(entry, draft) {
  const { print, number, reason } = body.readBody(entry, VOIDED);
  const one = findPrint(draft, entry.on, print);
  mustPrint(entry, draft, one["layout"], ["operator"]);
  const { count } = one;
  if (number !== null && number > count) throw problem("label_number_wrong", { count }, "number");
  const numbers = number === null ? numbersOf(one) : [number];
  if (numbers.every((n) => voidOf(one, n)))
    return outcome("merged", "label_void_already", { print });
  one["voids"].push({
    entry: entry.id,
    labels: number === null ? [] : [number],
    reason,
    by_print: "",
    by_name: nameOf(entry.actor, draft),
    at: entry.at,
  });
  return outcome();
}

/**
 * The reason that was missing. Problems: unknown_document, label_unknown.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function explained(entry, draft) {
  const { print, reason } = body.readBody(entry, EXPLAINED);
  const one = findPrint(draft, entry.on, print);
  mustPrint(entry, draft, one["layout"]);
  if (!one["reason_missing"]) return outcome("merged", "label_explained_already", { print });
  Object.assign(one, { reason, reason_missing: false });
  return outcome();
}
