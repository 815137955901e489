/**
 * A visit's plan: amended by two at once, given to another technician, cancelled; twin of
 * `visit_plan.py`.
 */
import * as body from "./body.js";
import { named, namedLine, openCase } from "./case.js";
import { edit, siteOf } from "./key.js";
import { outcome } from "./outcome.js";
import { has, nameOf, personKey, personOf } from "./person.js";
import { problem } from "./problem.js";
import { happening, LINE_MAX_CHARS, remember, since, TEXT_MAX_CHARS } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

export const FIELD = ["technician", "supervisor"];
const AMENDABLE = ["technician", "due_on", "problem", "contact", "phone", "address"];
const OF_VISIT = ["technician", "due_on", "problem"];
const AMENDED = { seen: body.hash(body.text), set: body.hash(body.text) };
const CANCELLED = { reason: body.someText };

/**
 * Three-way merge: disjoint → merged, equal → nothing, overlap → theirs stays, one case.
 * Problems: unknown_field, text_too_long, unknown_document, no_seat.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function amended(entry, draft) {
  const what = body.readBody(entry, AMENDED);
  const visit = edit(draft, entry.on, "visit");
  const isMoved = missedOf(entry, visit).some((one) => one["by"] !== entry.actor);
  const differences = [];
  const changes = [];
  for (const [field, wanted] of Object.entries(what.set)) {
    mustBeAmendable(field, wanted);
    const owner = OF_VISIT.includes(field) ? visit : visit.customer;
    const now = owner[field] ?? "";
    const seen = what.seen[field] ?? "";
    if (wanted === now || wanted === seen) continue;
    if (field === "technician") mustWorkThere(entry, wanted, draft);
    if (now === seen) {
      if (field === "technician") visit.technician_name = nameOf(wanted, draft);
      owner[field] = field === "due_on" ? wanted || null : wanted;
      changes.push(field);
    } else {
      const [was, is, shall] = [seen, now, wanted].map((one) => shown(field, one, draft));
      differences.push({ field, seen: was, now: is, wanted: shall });
    }
  }
  const data = { fields: changes.join(", ") };
  remember(visit.timeline, happening(entry, nameOf(entry.actor, draft), data));
  if (differences.length > 0) return fieldConflict(entry, visit, draft, differences);
  return isMoved ? outcome("merged", "merged_with_others") : outcome();
}

/**
 * @param {Entry} entry
 * @param {Doc} visit
 * @returns {Record<string, any>[]} what happened since its person saw the visit
 */
function missedOf(entry, visit) {
  return since(visit.timeline, { version: visit.version - 1, base: entry.base });
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
 * @param {string} login
 * @param {Draft} draft
 */
function mustWorkThere(entry, login, draft) {
  const person = personOf(login, draft);
  const [site, field] = [siteOf(entry.on), "set.technician"];
  if (!person) throw problem("unknown_document", { key: login }, field);
  if (!has(person, site, FIELD)) throw problem("no_seat", { name: person.name, site }, field);
}

/**
 * @param {string} field
 * @param {string} value
 * @param {Draft} draft
 */
function shown(field, value, draft) {
  return field === "technician" && value ? nameOf(value, draft) : value;
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
    entries.push(namedLine(theirs, {}));
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
 * Nobody goes there: the visit leaves everybody's list, what was recorded stays.
 * Problems: visit_ended, visit_under_way (a step was recorded that this person had not seen).
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function cancelled(entry, draft) {
  const { reason } = body.readBody(entry, CANCELLED);
  const visit = edit(draft, entry.on, "visit");
  if (visit.state !== "open") throw ended(visit);
  for (const { kind, by, by_name: name } of missedOf(entry, visit)) {
    if (kind !== "visit.step_recorded" || by === entry.actor) continue;
    throw problem("visit_under_way", { number: visit.number, name });
  }
  Object.assign(visit, { state: "cancelled", next: null, waits_for: [] });
  remember(visit.timeline, happening(entry, nameOf(entry.actor, draft), { reason }));
  return outcome();
}

/**
 * A visit that was cancelled is open again for who worked on it and could not know; a case tells
 * it to a supervisor. Problem: visit_ended, for who could know.
 * @param {Entry} entry
 * @param {Doc} visit
 * @param {Draft} draft
 */
export function goOn(entry, visit, draft) {
  if (visit.state !== "cancelled") return outcome();
  const lines = entry.base === null ? visit.timeline : missedOf(entry, visit);
  const end = lines.find((/** @type {any} */ one) => one.kind === "visit.cancelled");
  if (!end || end["by"] === entry.actor) throw ended(visit);
  visit.state = "open";
  const name = nameOf(entry.actor, draft);
  const entries = [named(entry, name, {}), namedLine(end, end["data"])];
  const params = { number: visit.number, name };
  const about = { about: visit.key, label: visit.number, params, entries };
  const opened = openCase(draft, entry, { kind: "visit_worked", ...about });
  return outcome("conflict", "case_visit_worked", params, opened.key);
}

/** @param {Doc} visit */
function ended({ number, state }) {
  return problem("visit_ended", { number, state });
}

/**
 * Whose names are told: the technician who was seen, who is wanted, and who has it now.
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 */
export function planNeeds({ on, body: { seen, set } }, get) {
  const { technician } = set ?? {};
  const logins = [seen?.technician, technician, technician && get(on)?.technician];
  return logins.filter(Boolean).map(personKey);
}
