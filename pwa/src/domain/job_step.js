/** Jobs: started on a lot, and their steps recorded; twin of `job_step.py`. */
import * as body from "./body.js";
import { mustGoOn, putAwayOfScrap } from "./ended_card.js";
import { edit, find, restOf } from "./key.js";
import { RUNS_MAX } from "./lot.js";
import { put } from "./movement.js";
import { gravest, outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";
import { makeRecord } from "./record.js";
import { mustBeHere, mustBeOfSite } from "./rights.js";
import { advance, findStep, refusal, STEP_RECORDED, told } from "./step.js";
import { happening, remember } from "./values.js";
import { followOnLot, judge, verdictNeeds } from "./verdict.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {(key: string) => Doc | null | undefined} Get */

const STARTED = {
  procedure: body.key,
  lot: body.key,
  quantity: body.positive,
  order: body.maybe(body.key),
  due_on: body.maybe(body.line),
};

/**
 * A lot gets its traveler card. Problems: unknown_document, other_site, foreign_site,
 * lot_scrapped.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function started(entry, draft) {
  const what = body.readBody(entry, STARTED);
  const procedure = publishedFor(entry, draft, what.procedure, "lot");
  const order = find(draft, what.order, "order");
  if (what.order && !order) throw problem("unknown_document", { key: what.order }, "order");
  mustBeOfSite(entry, what.order, "order");
  mustBeHere(entry, what.lot, "lot");
  const lot = edit(draft, what.lot, "lot");
  if (lot.status === "scrapped") throw problem("lot_scrapped", { lot: lot.code }, "lot");
  const job = draft.add({
    ...newRun(entry, procedure, nameOf(entry.actor, draft)),
    due_on: what.due_on || order?.due_on || null,
    lot: lot.key,
    lot_code: lot.code,
    item: lot.item,
    item_code: lot.item_code,
    item_name: lot.item_name,
    quantity: what.quantity,
    unit: lot.unit,
    order: what.order,
    order_number: order?.number ?? null,
  });
  advance(entry, job);
  const { key, number, state } = job;
  lot.runs.unshift({ key, number, title: procedure.title, state });
  lot.runs.splice(RUNS_MAX);
  return outcome();
}

/**
 * @param {Entry} entry
 * @param {Draft} draft
 * @param {string} key
 * @param {string} subject
 * @returns {Doc} Problems: unknown_document, other_site.
 */
export function publishedFor(entry, draft, key, subject) {
  const procedure = find(draft, key, "procedure");
  if (procedure?.subject !== subject) throw problem("unknown_document", { key }, "procedure");
  mustBeOfSite(entry, key, "procedure");
  return procedure;
}

/**
 * @param {Entry} entry
 * @param {Doc} procedure
 * @param {string} byName
 * @returns {Doc} a run with nothing recorded; what a job or a visit has beside goes on top
 */
export function newRun(entry, procedure, byName) {
  const { key, code, revision, title } = procedure;
  const unrecorded = { state: "waiting", verdict_now: null };
  const steps = procedure.steps.map((/** @type {any} */ step) => structuredClone(step));
  return {
    key: entry.on,
    version: 1,
    number: restOf(entry.on),
    procedure: { key, code, revision, title },
    state: "open",
    steps: steps.map((/** @type {any} */ step) => ({ ...step, ...unrecorded, records: [] })),
    next: null,
    waits_for: [],
    due_on: null,
    started_at: entry.at,
    done_at: null,
    timeline: [happening(entry, byName)],
  };
}

/**
 * A step of a traveler card was done and recorded; the lot follows the verdict.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function recorded(entry, draft) {
  const what = body.readBody(entry, STEP_RECORDED);
  const job = edit(draft, entry.on, "job");
  const step = findStep(job, what.step);
  mustGoOn(entry, job, draft);
  const refused = refusal(entry, job, step, draft);
  if (refused) return refused;
  const byName = nameOf(entry.actor, draft);
  const record = makeRecord(entry, job, step, what, { byName });
  const judged = judge(entry, job, step, record, draft);
  remember(job.timeline, happening(entry, byName, told(step, record)));
  return gravest([judged, follow(entry, job, step, record, draft)]);
}

/**
 * What a record does beyond its step: the lot's status, the put-away, the next step.
 * @param {Entry} entry
 * @param {Doc} job
 * @param {any} step
 * @param {any} record
 * @param {Draft} draft
 */
export function follow(entry, job, step, record, draft) {
  const verdict = step.repeat ? record.verdict : (step.verdict_now ?? record.verdict);
  const outcomes = [followOnLot(entry, job.lot, step, verdict, draft, record.by_name)];
  if (step.moves === "put_away" && record.verdict === "pass" && record.corrects === null) {
    outcomes.push(putAway(entry, job, record, draft));
  }
  proceed(entry, job, draft);
  if (record.verdict !== "pass") {
    const lot = edit(draft, job.lot, "lot");
    remember(lot.timeline, happening(entry, record.by_name, told(step, record)));
  }
  return gravest(outcomes);
}

/**
 * @param {Entry} entry
 * @param {Doc} job
 * @param {any} record
 * @param {Draft} draft
 */
function putAway(entry, job, record, draft) {
  const measured = record.measurements.find((/** @type {any} */ m) => m.key === "quantity");
  const target = record.answers.location ?? "";
  if (!measured || !target) return outcome();
  if (job.state === "cancelled") return putAwayOfScrap(entry, job, record, draft);
  const what = { quantity: measured.value, source: null, target, base: null };
  return put(draft, entry, job.lot, what);
}

/**
 * The next step, and on the lot whether the job still runs.
 * @param {Entry} entry
 * @param {Doc} job
 * @param {Draft} draft
 */
export function proceed(entry, job, draft) {
  advance(entry, job);
  const isStale = (/** @type {any} */ ref) => ref.key === job.key && ref.state !== job.state;
  if (!find(draft, job.lot, "lot")?.runs.some(isStale)) return;
  for (const ref of edit(draft, job.lot, "lot").runs) {
    if (ref.key === job.key) ref.state = job.state;
  }
}

/**
 * A job's step needs its lot, the lot's item, and the cases that are open already.
 * @param {Entry} entry
 * @param {Get} get
 * @returns {(string | null | undefined)[]}
 */
export function jobNeeds(entry, get) {
  const key = get(entry.on)?.lot;
  const lot = key ? get(key) : null;
  return [key, lot?.item, lot?.open_case, ...verdictNeeds(entry, get)];
}
