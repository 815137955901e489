/** Visits: dispatched, steps recorded with parts, plans amended by two; twin of `visit_step.py`. */
import * as body from "./body.js";
import { named, openCase } from "./case.js";
import { newRun, publishedFor } from "./job_step.js";
import { edit, find } from "./key.js";
import { gravest, outcome } from "./outcome.js";
import { nameOf, personKey } from "./person.js";
import { problem } from "./problem.js";
import { makeRecord } from "./record.js";
import { mustBeHere, mustHaveSeat } from "./rights.js";
import { advance, findStep, refusal, STEP_RECORDED, told } from "./step.js";
import { happening, LINE_MAX_CHARS, plus, remember, since, TEXT_MAX_CHARS } from "./values.js";
import { judge, verdictNeeds } from "./verdict.js";
import { take } from "./withdrawal.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {{lot: string, quantity: string}} Used */

const PARTS_MAX = 50;
const AMENDABLE = ["due_on", "problem", "contact", "phone", "address"];
const FIELD = ["technician", "supervisor"];
const OWN_FIELDS = ["due_on", "problem"];
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
const AMENDED = { seen: body.hash(body.text), set: body.hash(body.text) };

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
  const outcomes = [judge(entry, visit, step, record, draft)];
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
 * Three-way merge: disjoint → merged, equal → nothing, overlap → theirs stays, one case.
 * Problems: unknown_field, text_too_long.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function amended(entry, draft) {
  const what = body.readBody(entry, AMENDED);
  const visit = edit(draft, entry.on, "visit");
  const missed = since(visit.timeline, { version: visit.version - 1, base: entry.base });
  const isMoved = missed.some((one) => one.by !== entry.actor);
  const differences = [];
  const changes = [];
  for (const [field, wanted] of Object.entries(what.set)) {
    mustBeAmendable(field, wanted);
    const owner = OWN_FIELDS.includes(field) ? visit : visit.customer;
    const now = owner[field] ?? "";
    const seen = what.seen[field] ?? "";
    if (wanted === now || wanted === seen) continue;
    if (now === seen) {
      owner[field] = field === "due_on" ? wanted || null : wanted;
      changes.push(field);
    } else {
      differences.push({ field, seen, now, wanted });
    }
  }
  const data = { fields: changes.join(", ") };
  remember(visit.timeline, happening(entry, nameOf(entry.actor, draft), data));
  if (differences.length > 0) return fieldConflict(entry, visit, draft, differences);
  return isMoved ? outcome("merged", "merged_with_others") : outcome();
}

/**
 * @param {string} field
 * @param {string} wanted
 */
function mustBeAmendable(field, wanted) {
  if (!AMENDABLE.includes(field)) throw problem("unknown_field", { field }, `set.${field}`);
  const max = field === "problem" ? TEXT_MAX_CHARS : LINE_MAX_CHARS;
  if ([...wanted].length > max) throw problem("text_too_long", { max_chars: max }, `set.${field}`);
}

/**
 * @param {Entry} entry
 * @param {Doc} visit
 * @param {Draft} draft
 * @param {{field: string}[]} differences
 */
function fieldConflict(entry, visit, draft, differences) {
  const entries = [named(entry, nameOf(entry.actor, draft), {})];
  for (const theirs of writers(visit, differences)) {
    const { by, by_name, at } = theirs;
    entries.push({ entry: theirs.entry, kind: entry.kind, by, by_name, at, data: {} });
  }
  const params = { number: visit.number };
  const about = { about: visit.key, label: visit.number, params, entries, differences };
  const conflict = openCase(draft, entry, { kind: "field_conflict", ...about });
  return outcome("conflict", "case_field_conflict", params, conflict.key);
}

/**
 * Who wrote these fields last, before the line of now; each once, the newest first.
 * @param {Doc} visit
 * @param {{field: string}[]} differences
 * @returns {any[]}
 */
function writers(visit, differences) {
  const isAmendment = (/** @type {any} */ one) => one.kind === "visit.amended";
  const lines = visit.timeline.slice(1).filter(isAmendment);
  const last = differences.map(({ field }) =>
    lines.find((/** @type {any} */ line) => line.data.fields.split(", ").includes(field)),
  );
  return lines.filter((/** @type {any} */ line) => last.includes(line));
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
