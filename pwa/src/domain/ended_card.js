/** Cards that ended with their lot: nobody works on what is scrap; twin of `ended_card.py`. */
import { named, openCase } from "./case.js";
import { edit, find } from "./key.js";
import { outcome } from "./outcome.js";
import { problem } from "./problem.js";
import { remember, since } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

/**
 * @param {Doc | null | undefined} lot
 * @returns {string[]} the keys of the cards that would end with this lot
 */
export function openCards(lot) {
  const open = (lot?.runs ?? []).filter((/** @type {any} */ run) => run.state === "open");
  return open.map((/** @type {any} */ run) => run.key);
}

/**
 * The lot's open cards wait for nobody any more.
 * @param {Doc} lot
 * @param {Record<string, any>} line says on each of them why
 * @param {Draft} draft
 */
export function endCards(lot, line, draft) {
  for (const key of openCards(lot)) {
    if (!find(draft, key, "job")) continue;
    const job = edit(draft, key, "job");
    Object.assign(job, { state: "cancelled", next: null, waits_for: [] });
    remember(job.timeline, line);
  }
  for (const run of lot.runs) if (run.state === "open") run.state = "cancelled";
}

/**
 * Problem: lot_scrapped, if the person could see that this ended the card. Asked of the card, not
 * of its lot: `base` is the card's version.
 * @param {Entry} entry
 * @param {Doc} job
 * @param {Draft} draft
 */
export function mustGoOn(entry, job, draft) {
  if (job.state !== "cancelled") return;
  const missed = since(job.timeline, { version: job.version - 1, base: entry.base });
  const isKnown = entry.base !== null && !missed.some((one) => one["kind"] === "lot.scrapped");
  if (!isKnown && find(draft, job.lot, "lot")?.status_device !== entry.device) return;
  throw problem("lot_scrapped", { lot: job.lot_code });
}

/**
 * A case finds the goods where they were put; the stock never has them.
 * @param {Entry} entry
 * @param {Doc} job
 * @param {any} record
 * @param {Draft} draft
 */
export function putAwayOfScrap(entry, job, record, draft) {
  const { value } = record.measurements.find((/** @type {any} */ m) => m.key === "quantity");
  const data = { quantity: value, unit: job.unit, location: record.answers.location };
  const params = { lot: job.lot_code, status: "scrapped" };
  const entries = [named(entry, record.by_name, data)];
  const about = { about: job.lot, label: job.lot_code, params, entries };
  const opened = openCase(draft, entry, { kind: "status_conflict", ...about });
  return outcome("conflict", "case_status_conflict", params, opened.key);
}
