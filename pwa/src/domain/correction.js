/** Corrections: a record is never changed, a new one says what should stand. */
import * as body from "./body.js";
import { follow } from "./job_step.js";
import { edit, siteOf } from "./key.js";
import { outcome } from "./outcome.js";
import { has, nameOf, personOf } from "./person.js";
import { problem } from "./problem.js";
import { makeRecord } from "./record.js";
import { advance, findStep, RECORDS_MAX, samePerson, STEP_RECORDED, told } from "./step.js";
import { happening, remember } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

const REVIEWERS = ["inspector", "supervisor", "quality_manager"];
const CORRECTED = { ...STEP_RECORDED, entry: body.key, reason: body.someText };

/**
 * The recorder, an inspector or a supervisor corrects; the old record stays, struck through.
 * Problems: unknown_step, unknown_record, no_right, those of `makeRecord`.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function corrected(entry, draft) {
  const what = body.readBody(entry, CORRECTED);
  const isJob = entry.on.startsWith("job/");
  const run = edit(draft, entry.on, isJob ? "job" : "visit");
  const step = findStep(run, what.step);
  const isLive = (/** @type {any} */ one) => one.corrected === null;
  const old = step.records.filter(isLive).find((/** @type {any} */ r) => r.entry === what.entry);
  if (!old) throw problem("unknown_record", { entry: what.entry });
  mayCorrect(entry, run, old, draft);
  const same = samePerson(entry, run, step, draft);
  if (same) return same;
  const byName = nameOf(entry.actor, draft);
  const how = { byName, parts: old.parts, corrects: old };
  const record = makeRecord(entry, run, step, what, how);
  const isLatest = step.records.find(isLive) === old;
  old.corrected = { entry: entry.id, by_name: byName, at: entry.at, reason: what.reason };
  step.records.unshift(record);
  step.records.splice(RECORDS_MAX);
  if (isLatest) step.verdict_now = record.verdict;
  const data = { ...told(step, record), reason: what.reason };
  remember(run.timeline, happening(entry, byName, data));
  if (isJob) return follow(entry, run, step, record, draft);
  advance(entry, run);
  return outcome();
}

/**
 * @param {Entry} entry
 * @param {Doc} run
 * @param {any} old
 * @param {Draft} draft
 */
function mayCorrect(entry, run, old, draft) {
  const site = siteOf(run.key);
  if (old.by === entry.actor || has(personOf(entry.actor, draft), site, REVIEWERS)) return;
  throw problem("no_right", { kind: entry.kind, site });
}
