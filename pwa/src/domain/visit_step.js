/** Visits: a technician is sent, steps are recorded with parts used; twin of `visit_step.py`. */
import * as body from "./body.js";
import { newRun, publishedFor } from "./job_step.js";
import { edit, find } from "./key.js";
import { gravest, outcome } from "./outcome.js";
import { nameOf, personKey } from "./person.js";
import { problem } from "./problem.js";
import { makeRecord } from "./record.js";
import { mustBeHere, mustHaveSeat } from "./rights.js";
import { advance, findStep, refusal, STEP_RECORDED, told } from "./step.js";
import { happening, plus, remember } from "./values.js";
import { judge, verdictNeeds } from "./verdict.js";
import { FIELD, goOn } from "./visit_plan.js";
import { take } from "./withdrawal.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {{lot: string, quantity: string}} Used */

const PARTS_MAX = 50;
const { line } = body;
const SERVICES = "commissioning repair retrofit support training consulting return spares";
const OPENED = {
  procedure: body.key,
  service: body.oneOf(SERVICES.split(" ")),
  customer: body.group({ name: line, address: line, contact: line, phone: line }),
  asset: body.maybe(body.group({ name: line, serial: line, lot_code: line })),
  problem: body.or(body.text, ""),
  technician: body.key,
  due_on: body.maybe(line),
};
const PART = body.group({ lot: body.key, quantity: body.positive });
const RECORDED = { ...STEP_RECORDED, parts: body.or(body.list(PART, { max: PARTS_MAX }), []) };

/**
 * A visit is planned and given to a technician. Problems: unknown_document, other_site, no_seat.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function opened(entry, draft) {
  const what = body.readBody(entry, OPENED);
  const procedure = publishedFor(entry, draft, what.procedure, "visit");
  const technician = find(draft, personKey(what.technician), "person");
  if (!technician) throw problem("unknown_document", { key: what.technician }, "technician");
  mustHaveSeat(entry, technician, { roles: FIELD, field: "technician" });
  const visit = draft.add({
    ...newRun(entry, procedure, nameOf(entry.actor, draft)),
    due_on: what.due_on,
    service: what.service,
    customer: what.customer,
    asset: what.asset,
    problem: what.problem,
    technician: what.technician,
    technician_name: technician.name,
    parts: [],
  });
  advance(entry, visit);
  return outcome();
}

/**
 * A step of the visit was done; parts used leave the stock they came from.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function recorded(entry, draft) {
  const what = body.readBody(entry, RECORDED);
  const visit = edit(draft, entry.on, "visit");
  const step = findStep(visit, what.step);
  const refused = refusal(entry, visit, step, draft);
  if (refused) return refused;
  const byName = nameOf(entry.actor, draft);
  const used = byLot(what.parts);
  const parts = used.map((one) => partOf(entry, one, draft));
  const record = makeRecord(entry, visit, step, what, { byName, parts });
  const outcomes = [goOn(entry, visit, draft), judge(entry, visit, step, record, draft)];
  for (const { lot, quantity } of used) {
    // What the person saw of the lot is unknown: `base` is the visit's version.
    const how = { kind: "use", quantity, base: null, run: visit.key };
    outcomes.push(take(draft, entry, lot, how));
  }
  visit.parts = [...parts, ...visit.parts].slice(0, PARTS_MAX);
  remember(visit.timeline, happening(entry, byName, told(step, record)));
  advance(entry, visit);
  return gravest(outcomes);
}

/**
 * @param {Used[]} parts
 * @returns {Used[]} each lot once, with the sum, in the order of first mention
 */
function byLot(parts) {
  /** @type {Map<string, string>} */
  const totals = new Map();
  for (const { lot, quantity } of parts) totals.set(lot, plus(totals.get(lot) ?? "0", quantity));
  return [...totals].map(([lot, quantity]) => ({ lot, quantity }));
}

/**
 * @param {Entry} entry
 * @param {Used} used
 * @param {Draft} draft
 */
function partOf(entry, used, draft) {
  mustBeHere(entry, used.lot, "parts");
  const { key, code, item_name, unit } = edit(draft, used.lot, "lot");
  return { lot: key, lot_code: code, item_name, unit, quantity: used.quantity };
}

/**
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 * @returns {(string | null | undefined)[]}
 */
export function visitNeeds(entry, get) {
  /** @type {Used[]} */
  const parts = entry.body.parts ?? [];
  const ofParts = parts.flatMap(({ lot }) => [lot, get(lot)?.item, get(lot)?.open_case]);
  return [...verdictNeeds(entry, get), ...ofParts];
}
