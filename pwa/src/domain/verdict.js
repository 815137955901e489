/**
 * Verdicts: what two on one step come to, and what a verdict does to the lot; twin of
 * `verdict.py`.
 */
import { named, nameToo, openCase } from "./case.js";
import { edit, find, siteOf } from "./key.js";
import { RESTRICTION } from "./lot.js";
import { hold, setStatus } from "./lot_status.js";
import { outcome } from "./outcome.js";
import { problem } from "./problem.js";
import { RECORDS_MAX, worse } from "./step.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {Record<string, any>} Step */
/** @typedef {Record<string, any>} Record_ */

/**
 * Puts the record on the step; if somebody else's verdict was not seen, the stricter holds.
 * @param {Entry} entry
 * @param {Doc} run
 * @param {Step} step
 * @param {Record_} record
 * @param {Draft} draft
 */
export function judge(entry, run, step, record, draft) {
  const unseen = unseenOn(entry, step);
  step.records.unshift(record);
  step.records.splice(RECORDS_MAX);
  if (step.repeat || unseen.length === 0) {
    step.verdict_now = record.verdict;
    return outcome();
  }
  const before = step.verdict_now ?? "pass";
  step.verdict_now = worse(before, record.verdict);
  if (before === record.verdict) {
    return outcome("merged", "verdict_agrees", { name: unseen[0]?.by_name });
  }
  const params = { step: step.title, key: step.key, number: run.number };
  const mine = named(entry, record.by_name, { verdict: record.verdict });
  const both = [mine, ...unseen.map((one) => namedRecord(entry, one))];
  const already = caseKeys(run, unseen).find((key) => isOpenConflict(draft.get(key)));
  if (already) nameToo(draft.edit(already), both);
  const about = { about: run.key, label: run.number, params, entries: both };
  const key = already ?? openCase(draft, entry, { kind: "verdict_conflict", ...about }).key;
  return outcome("conflict", "case_verdict_conflict", params, key);
}

/**
 * @param {Entry} entry
 * @param {Step} step
 * @returns {Record_[]} newest first
 */
function unseenOn(entry, step) {
  return step.records.filter(
    (/** @type {Record_} */ one) =>
      one.corrected === null && one.at_version > (entry.base ?? 0) && one.device !== entry.device,
  );
}

/**
 * @param {Entry} entry
 * @param {Record_} record
 */
function namedRecord(entry, record) {
  const { by, by_name, at } = record;
  const data = { verdict: record.verdict };
  return { entry: record.entry, kind: entry.kind, by, by_name, at, data };
}

/**
 * @param {Doc} run
 * @param {Record_[]} records
 * @returns {string[]} the cases that these records may have brought up
 */
function caseKeys(run, records) {
  return records.map((record) => `case/${siteOf(run.key)}:${record.entry}`);
}

/** @param {Doc | null} found */
function isOpenConflict(found) {
  return found?.kind === "verdict_conflict" && found.state === "open";
}

/**
 * Judging a step needs the cases that unseen records on it have opened.
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 * @returns {string[]}
 */
export function verdictNeeds(entry, get) {
  const run = get(entry.on);
  const step = run?.steps.find((/** @type {Step} */ one) => one.key === entry.body.step);
  return run && step ? caseKeys(run, unseenOn(entry, step)) : [];
}

/**
 * What the verdict does to the run's lot: a case where it contradicts a lot in use.
 * @param {Entry} entry
 * @param {string} lotKey
 * @param {Step} step
 * @param {string} verdict
 * @param {Draft} draft
 * @param {string} byName
 */
export function followOnLot(entry, lotKey, step, verdict, draft, byName) {
  const lot = find(draft, lotKey, "lot");
  if (!lot) throw problem("unknown_document", { key: lotKey });
  if (verdict === "pass") return pass(entry, lot, step, draft, byName);
  const was = lot.status;
  if (!stop(entry, lot, step, verdict, draft, byName)) return outcome();
  if (was !== "passed" && was !== "emergency") return outcome();
  const params = { lot: lot.code, status: was };
  const entries = [named(entry, byName, { verdict })];
  const about = { about: lot.key, label: lot.code, params, entries };
  const opened = openCase(draft, entry, { kind: "status_conflict", ...about });
  return outcome("conflict", "case_status_conflict", params, opened.key);
}

/**
 * @param {Entry} entry
 * @param {Doc} lot
 * @param {Step} step
 * @param {Draft} draft
 * @param {string} byName
 */
function pass(entry, lot, step, draft, byName) {
  if (step.on_pass === null || lot.status === step.on_pass) return outcome();
  if (lot.status !== "to_inspect" && lot.status !== "emergency") {
    return outcome("merged", "lot_status_stands", { lot: lot.code, status: lot.status });
  }
  const changed = edit(draft, lot.key, "lot");
  setStatus(changed, entry, step.on_pass, { reason: step.title, byName });
  return outcome();
}

/**
 * Holds or fails the lot if the verdict asks for more than its status.
 * @param {Entry} entry
 * @param {Doc} lot
 * @param {Step} step
 * @param {string} verdict
 * @param {Draft} draft
 * @param {string} byName
 * @returns {boolean} whether it did
 */
export function stop(entry, lot, step, verdict, draft, byName) {
  if (verdict === "pass") return false;
  const target = verdict === "hold" || verdict === "scrap" ? "on_hold" : step.on_fail;
  if (target === null || rank(target) <= rank(lot.status)) return false;
  const changed = edit(draft, lot.key, "lot");
  const why = { reason: step.title, byName };
  if (target === "on_hold") hold(changed, entry, why);
  else setStatus(changed, entry, target, why);
  return true;
}

/** @param {string} status */
function rank(status) {
  return RESTRICTION[status] ?? 0;
}
