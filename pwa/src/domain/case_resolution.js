/** Cases resolved, and what that does to the thing the case is about; twin of its namesake. */
import * as body from "./body.js";
import { proceed } from "./job_step.js";
import { edit, find, siteOf } from "./key.js";
import { addAt, fullest } from "./lot.js";
import { noteMovement } from "./movement_line.js";
import { outcome } from "./outcome.js";
import { nameOf, personOf } from "./person.js";
import { problem } from "./problem.js";
import { may } from "./rights.js";
import { SIGNABLE } from "./signature.js";
import { advance, findStep, verdict } from "./step.js";
import { happening, minus, plus, remember } from "./values.js";
import { stop } from "./verdict.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

const DECIDERS = ["supervisor", "quality_manager"];
const RESOLVED = {
  decision: body.or(body.line, "noted"),
  note: body.someText,
  counted: body.maybe(body.notNegative),
  verdict,
  ...SIGNABLE,
};

/**
 * A supervisor closes it; an administrator only what was parked, also where nobody else is.
 * Problems: no_right, already_resolved, counted_missing, verdict_missing.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function resolved(entry, draft) {
  const what = body.readBody(entry, RESOLVED);
  const found = edit(draft, entry.on, "case");
  if (found.kind !== "parked") mustDecide(entry, draft);
  if (found.state === "resolved") {
    throw problem("already_resolved", { name: found.resolution?.by_name ?? "" });
  }
  if (found.kind === "overdrawn") recount(entry, found, what, draft);
  if (found.kind === "verdict_conflict") settle(entry, found, what, draft);
  const byName = nameOf(entry.actor, draft);
  found.state = "resolved";
  const { decision, note } = what;
  found.resolution = { entry: entry.id, decision, note, by_name: byName, at: entry.at };
  remember(found.timeline, happening(entry, byName, { note }));
  return outcome();
}

/**
 * @param {Entry} entry
 * @param {Draft} draft
 */
function mustDecide(entry, draft) {
  const site = siteOf(entry.on);
  if (may(personOf(entry.actor, draft), site, DECIDERS)) return;
  throw problem("no_right", { kind: entry.kind, site });
}

/**
 * @param {Entry} entry
 * @param {Doc} found
 * @param {any} what
 * @param {Draft} draft
 */
function recount(entry, found, { counted, note }, draft) {
  if (counted === null) throw problem("counted_missing", { lot: found.about_label }, "counted");
  const lot = edit(draft, found.about, "lot");
  const byName = nameOf(entry.actor, draft);
  const difference = minus(counted, lot.on_hand);
  const place = fullest(lot);
  lot.holdings = [];
  lot.on_hand = "0";
  addAt(lot, place, counted);
  const item = edit(draft, lot.item, "item");
  item.on_hand = plus(item.on_hand, difference);
  noteMovement(lot, entry, { kind: "adjust", quantity: difference, target: place, byName });
  lot.open_case = null;
  remember(lot.timeline, happening(entry, byName, { counted, unit: lot.unit, note }));
}

/**
 * @param {Entry} entry
 * @param {Doc} found
 * @param {any} what
 * @param {Draft} draft
 */
function settle(entry, found, { verdict: settled, note }, draft) {
  if (settled === null) {
    throw problem("verdict_missing", { number: found.about_label }, "verdict");
  }
  const isJob = found.about.startsWith("job/");
  const run = edit(draft, found.about, isJob ? "job" : "visit");
  const step = findStep(run, String(found.params.key));
  step.verdict_now = settled;
  const byName = nameOf(entry.actor, draft);
  const data = { step: step.title, verdict: settled, note };
  remember(run.timeline, happening(entry, byName, data));
  if (!isJob) {
    advance(entry, run);
    return;
  }
  const lot = find(draft, run.lot, "lot");
  if (lot) stop(entry, lot, step, settled, draft, byName);
  proceed(entry, run, draft);
}

/**
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 */
export function resolutionNeeds(entry, get) {
  const found = get(entry.on);
  if (found?.kind !== "overdrawn" && found?.kind !== "verdict_conflict") return [];
  const about = get(found.about);
  return [found.about, about?.item, about?.lot];
}
