/**
 * How each kind is signed: with which meaning, and what of its document is on the screen. On the
 * server this stands beside each kind (`approval_decision.py`, `lot_status.py`, `step.py`,
 * `case_resolution.py`).
 */
import { cut, TEXT_MAX_CHARS } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("./signature.js").Seen} Seen */
/** @typedef {import("./signature.js").Signing} Signing */

const DISPOSITIONS = ["verdict_conflict", "status_conflict"];

/** @type {Signing} what was on the screen stands in the body: `shown` */
const approval = { due: ({ decision }) => decision ?? null, screen: () => [], isRequest: true };

/** @type {Signing["screen"]} */
const lotScreen = (_, lot) => {
  if (!lot) return [];
  const open = lot["holds"].filter((/** @type {any} */ one) => one.released_at === null);
  const held = open.map((/** @type {any} */ one) => one.reason.en ?? one.reason);
  return seen({
    code: lot["code"],
    item_code: lot["item_code"],
    status: lot["status"],
    on_hand: `${lot["on_hand"]} ${lot["unit"]}`,
    reason: held.join(" · "),
  });
};

/** @type {Signing} */
const disposition = {
  due: (_, found) => (DISPOSITIONS.includes(found?.["kind"]) ? "disposed" : null),
  screen: (_, found) => {
    if (!found) return [];
    const entries = found["entries"].map((/** @type {any} */ one) => one.entry).join(" · ");
    return seen({ kind: found["kind"], about: found["about_label"], entries });
  },
  isRequest: true,
};

/** @type {Signing} */
const step = {
  due: ({ step: key }, run) =>
    run?.["steps"]?.find((/** @type {any} */ one) => one.key === key)?.signature ?? null,
  screen: ({ step: key }, run) => {
    if (!run) return [];
    const done = run["steps"].filter((/** @type {any} */ one) => one.verdict_now);
    const { code, revision } = run["procedure"];
    return seen({
      number: run["number"],
      procedure: `${code} ${revision}`,
      step: key,
      results: done.map((/** @type {any} */ one) => `${one.key} ${one.verdict_now}`).join(" · "),
    });
  },
  isRequest: false,
};

/** @type {Record<string, Signing>} */
export const SIGNINGS = {
  "approval.decided": approval,
  "case.resolved": disposition,
  "lot.released": { due: () => "released", screen: lotScreen, isRequest: true },
  "lot.scrapped": { due: () => "disposed", screen: lotScreen, isRequest: true },
  "record.corrected": step,
  "step.recorded": step,
  "visit.step_recorded": step,
};

/** @param {Record<string, string | undefined>} told @returns {Seen[]} */
function seen(told) {
  return Object.entries(told).map(([field, value]) => ({
    field,
    value: cut(String(value ?? ""), TEXT_MAX_CHARS),
  }));
}
