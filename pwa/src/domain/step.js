/**
 * Recording a step of a run: who may, and which step is next; twin of `step.py`. The record of
 * the answers is made in `record.js`; what two verdicts come to is `verdict.js`'s.
 */
import * as body from "./body.js";
import { siteOf } from "./key.js";
import { outcome } from "./outcome.js";
import { has, nameOf, personOf } from "./person.js";
import { problem } from "./problem.js";
import { SIGNABLE } from "./signature.js";
import { cut, LINE_MAX_CHARS, TEXT_MAX_CHARS } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {Record<string, any>} Step */
/** @typedef {Record<string, any>} Record_ */

export const RECORDS_MAX = 40;
const VERDICTS = ["pass", "fail", "hold", "scrap"];

export const verdict = body.maybe(body.oneOf(VERDICTS));
export const STEP_RECORDED = {
  step: body.key,
  answers: body.or(body.hash(body.text), {}),
  verdict,
  note: body.or(body.text, ""),
  ...SIGNABLE,
};

/**
 * @param {Doc} run
 * @param {string} key
 * @returns {Step} Problem: unknown_step.
 */
export function findStep(run, key) {
  const found = run.steps.find((/** @type {Step} */ step) => step.key === key);
  if (!found) throw problem("unknown_step", { step: key }, "step");
  return found;
}

/**
 * Why this person may not record this step. Problems: no_right (role), first_article_first.
 * @param {Entry} entry
 * @param {Doc} run
 * @param {Step} step
 * @param {Draft} draft
 */
export function refusal(entry, run, step, draft) {
  const site = siteOf(run.key);
  if (!has(personOf(entry.actor, draft), site, step.roles)) {
    throw problem("no_right", { kind: entry.kind, site });
  }
  const same = samePerson(entry, run, step, draft);
  if (same) return same;
  for (const earlier of run.steps.slice(0, run.steps.indexOf(step))) {
    if (earlier.check === "first_article" && !passedAsSeen(entry, earlier)) {
      throw problem("first_article_first", { step: earlier.title });
    }
  }
  return null;
}

/**
 * The refusal of a mutual check (互检) by who did the work, whichever of the two came first.
 * @param {Entry} entry
 * @param {Doc} run
 * @param {Step} step
 * @param {Draft} draft
 */
export function samePerson(entry, run, step, draft) {
  for (const other of run.steps) {
    const workIsOther = other.key === step.other_than;
    const checkCameFirst = other.other_than === step.key && step.records.length === 0;
    if (!workIsOther && !checkCameFirst) continue;
    if (other.records.some((/** @type {Record_} */ record) => record.by === entry.actor)) {
      const params = { step: other.title, name: nameOf(entry.actor, draft) };
      return outcome("rejected", "same_person", params);
    }
  }
  return null;
}

/**
 * @param {Entry} entry
 * @param {Step} step
 * @returns {boolean} whether it passed, or had passed by all that this person could know
 */
function passedAsSeen(entry, step) {
  if (step.verdict_now === "pass") return true;
  const isSeen = (/** @type {Record_} */ record) =>
    record.at_version <= (entry.base ?? 0) || record.device === entry.device;
  const seen = step.records.find(isSeen);
  return seen !== undefined && seen.corrected === null && seen.verdict === "pass";
}

/**
 * @param {string} one
 * @param {string} other
 * @returns {string} the more restrictive of two verdicts: scrap > hold > fail > pass
 */
export function worse(one, other) {
  return VERDICTS.indexOf(one) >= VERDICTS.indexOf(other) ? one : other;
}

/**
 * Which step is next, whose turn it is, and whether the run is done. One that was cancelled stays
 * so: whatever is still recorded on it, nobody's turn comes.
 * @param {Entry} entry
 * @param {Doc} run
 */
export function advance(entry, run) {
  for (const step of run.steps) {
    const isDone = step.verdict_now === "pass" || !step.on_fail;
    step.state = step.verdict_now === null ? "waiting" : isDone ? "done" : "failed";
  }
  const isAhead = (/** @type {Step} */ s) => s.state !== "done" && !s.repeat;
  const next = run.state === "cancelled" ? undefined : run.steps.find(isAhead);
  if (next?.state === "waiting") next.state = "ready";
  run.next = next?.key ?? null;
  const site = siteOf(run.key);
  run.waits_for = (next?.roles ?? []).map((/** @type {string} */ role) => `${site}:${role}`);
  if (!next && run.state === "open") Object.assign(run, { state: "done", done_at: entry.at });
  if (next && run.state === "done") Object.assign(run, { state: "open", done_at: null });
}

/**
 * @param {Step} step
 * @param {Record_} record
 * @returns {Record<string, any>} what the timeline says of a record
 */
export function told(step, record) {
  const numbers = record.measurements.map((/** @type {any} */ m) => `${m.value} ${m.unit}`.trim());
  return {
    step: step.title,
    verdict: record.verdict,
    values: cut(numbers.join(" · "), LINE_MAX_CHARS),
    note: cut(record.note, TEXT_MAX_CHARS),
  };
}
