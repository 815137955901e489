/** Labels printed: a fact; twin of `label_print.py`. */
import * as body from "./body.js";
import { find, siteOf } from "./key.js";
import * as label from "./label.js";
import { thingNamed } from "./label_named.js";
import * as things from "./label_thing.js";
import { gravest, outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { takes } from "./printer.js";
import { problem } from "./problem.js";
import { mustBeHere } from "./rights.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {import("./label.js").Print} Print */

const THINGS_MAX = 60;
const BATCH_MAX = 500;
const COPIES_MAX = 50;
const START_MAX = 100;
const serial = body.string({ pattern: /^[0-9]{0,12}$/ });
const PRINTED = {
  things: body.list(body.group({ thing: body.key, base: body.maybe(body.whole()) }), {
    min: 1,
    max: THINGS_MAX,
  }),
  layout: body.or(body.oneOf(things.LAYOUTS), "lot"),
  facts: body.or(body.hash(body.string({ max: things.FACT_CHARS_MAX })), {}),
  copies: body.or(body.whole({ min: 1, max: COPIES_MAX }), 1),
  first: body.or(serial, ""),
  last: body.or(serial, ""),
  printer: body.or(body.line, label.HERE),
  page: body.or(body.oneOf(["label", "A4", "A5", "Letter"]), "label"),
  start: body.or(body.whole({ min: 0, max: START_MAX }), 0),
  reason: body.or(body.text, ""),
  replaces: body.or(body.flag, false),
};

/**
 * Labels of one thing, or of all lots of a delivery.
 * @param {Entry} entry
 * @param {Draft} draft
 * @returns {import("./outcome.js").Outcome} Problems: no_right, serials_wrong, serials_not_here,
 *   too_many_labels, printer_lacks_layout, reprint_needs_reason, unknown_document, foreign_site,
 *   label_not_of_this, those of thingNamed and factsOf.
 */
export function printed(entry, draft) {
  const said = body.readBody({ ...entry, body: bodyOf(entry) }, PRINTED);
  things.mustPrint(entry, draft, said.layout);
  const serials = serialsOf(said);
  const facts = things.factsOf(said.layout, said.facts);
  mustBeHere(entry, said.printer, "printer");
  const printer = find(draft, said.printer, "printer");
  if (printer && !takes(printer, said.layout))
    throw problem("printer_lacks_layout", { printer: printer["name"] });
  /** @type {Map<string, number | null>} */
  const bases = new Map(said.things.map((/** @type {any} */ one) => [one.thing, one.base]));
  const outcomes = [...bases].map(([key, base]) => {
    const thing = thingNamed(entry, draft, { layout: said.layout, key, facts });
    const one = printOf(entry, draft, { said, thing, serials, printer, facts });
    return added(entry, label.labelsOf(draft, thing), { said, one, base });
  });
  return gravest(outcomes);
}

/**
 * Version 1 printed lots only.
 * @param {Entry} entry
 * @returns {Record<string, any>}
 */
function bodyOf({ v, body: told }) {
  const { lots, ...rest } = told;
  if (v > 1 || !Array.isArray(lots)) return told;
  const isHash = (/** @type {any} */ one) => typeof one === "object" && one !== null;
  /** @param {[string, any]} pair */
  const named = ([name, value]) => (name === "lot" ? ["thing", value] : [name, value]);
  const told_of = (/** @type {any} */ one) =>
    isHash(one) ? Object.fromEntries(Object.entries(one).map(named)) : one;
  return { ...rest, things: lots.map(told_of) };
}

/**
 * @param {any} said
 * @returns {string[]} as wide as the first was written; none without a range
 */
function serialsOf({ first: from, last: to, layout, copies, things: { length } }) {
  if (!from && !to) return few([], copies, length);
  if (!things.ruleOf(layout).serials) throw problem("serials_not_here", {}, "first");
  const [first, last] = [from || to, to || from];
  const count = Number(last) - Number(first) + 1;
  if (count < 1) throw problem("serials_wrong", { first, last }, "last");
  if (count > label.LABELS_MAX) throw problem("too_many_labels", { max: label.LABELS_MAX }, "last");
  const texts = Array.from({ length: count }, (_, n) => String(Number(first) + n));
  return few(
    texts.map((text) => text.padStart(first.length, "0")),
    copies,
    length,
  );
}

/** @param {string[]} serials @param {number} copies @param {number} length */
function few(serials, copies, length) {
  const count = Math.max(serials.length, 1) * copies;
  const max = count > label.LABELS_MAX ? label.LABELS_MAX : BATCH_MAX;
  if (count <= label.LABELS_MAX && count * length <= BATCH_MAX) return serials;
  throw problem("too_many_labels", { max }, "copies");
}

/**
 * @param {Entry} entry
 * @param {Draft} draft
 * @param {{said: any, thing: import("./label.js").Thing, serials: string[],
 *   printer: Doc | null, facts: Record<string, string>}} what
 * @returns {Print}
 */
function printOf(entry, draft, { said, thing, serials, printer, facts }) {
  const { layout, copies, page, start, reason } = said;
  const isGone = said.printer !== label.HERE && !printer?.["installed"];
  return {
    entry: entry.id,
    code: label.printCode(entry.id),
    layout,
    status: thing.status,
    copies,
    serials,
    count: Math.max(serials.length, 1) * copies,
    printer: said.printer,
    printer_name: printer?.["name"] ?? null,
    page,
    start,
    by: entry.actor,
    by_name: nameOf(entry.actor, draft),
    device: entry.device,
    at: entry.at,
    at_version: 0,
    asked_at: label.askedAt(entry),
    round: 0,
    reason,
    reason_missing: false,
    state: isGone ? "failed" : said.printer ? "waiting" : "here",
    why: isGone ? { code: "printer_gone", params: {} } : null,
    voids: [],
    ...(Object.keys(facts).length > 0 ? { facts } : {}),
  };
}

/**
 * @param {Entry} entry
 * @param {Doc} labels
 * @param {{said: any, one: Print, base: number | null}} what
 */
function added(entry, labels, { said, one, base }) {
  one["at_version"] = labels.version;
  const alike = labels["prints"].filter(
    (/** @type {Print} */ p) =>
      p["layout"] === one["layout"] && label.standing(p, one["serials"]).length > 0,
  );
  const hidden = alike.filter((/** @type {Print} */ p) => label.isUnseen(entry, p, base));
  const known = alike.filter((/** @type {Print} */ p) => !hidden.includes(p));
  const same = known.find((/** @type {Print} */ p) => label.saysAs(p, one));
  const lot = labels["about_label"];
  if (same && !said.reason)
    throw problem("reprint_needs_reason", label.told(same, { lot }), "reason");
  if (said.replaces) for (const earlier of known) supersede(entry, earlier, one);
  one["reason_missing"] = hidden.length > 0 && !said.reason;
  labels["prints"].unshift(one);
  labels["left"] += labels["prints"].splice(label.PRINTS_MAX).length;
  if (!one["reason_missing"]) return outcome();
  return outcome("merged", "label_printed_twice", label.told(hidden[0], { lot }));
}

/**
 * @param {Entry} entry
 * @param {Print} earlier
 * @param {Print} by
 */
function supersede(entry, earlier, by) {
  const labels = label.standing(earlier, by["serials"]);
  earlier["voids"].push({
    entry: entry.id,
    labels: labels.length === earlier["count"] ? [] : labels,
    reason: by["reason"],
    by_print: by["code"],
    by_name: by["by_name"],
    at: entry.at,
  });
}

/** @param {Entry} entry */
export function printNeeds(entry) {
  const { printer, things: told } = bodyOf(entry);
  const keys = Array.isArray(told) ? told.map((one) => String(one?.thing ?? "")) : [];
  const siteFor = (/** @type {string} */ key) =>
    key.startsWith("person/") ? siteOf(entry.on) : "";
  return [printer || null, ...keys, ...keys.map((key) => things.labelKey(key, siteFor(key)))];
}
