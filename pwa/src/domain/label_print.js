/** Labels printed: a fact; twin of `label_print.py`. */
import * as body from "./body.js";
import { find, siteOf } from "./key.js";
import * as label from "./label.js";
import { gravest, outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {import("./label.js").Print} Print */

const LOTS_MAX = 60;
const BATCH_MAX = 500;
const COPIES_MAX = 50;
const START_MAX = 100;
const serial = body.string({ pattern: /^[0-9]{0,12}$/ });
const PRINTED = {
  lots: body.list(body.group({ lot: body.key, base: body.maybe(body.whole()) }), {
    min: 1,
    max: LOTS_MAX,
  }),
  layout: body.or(body.oneOf(label.LAYOUTS), "lot"),
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
 * Labels of one lot, or of all lots of a delivery.
 * @param {Entry} entry
 * @param {Draft} draft
 * @returns {import("./outcome.js").Outcome} Problems: serials_wrong, serials_not_here,
 *   too_many_labels, printer_lacks_layout, reprint_needs_reason, unknown_document, foreign_site.
 */
export function printed(entry, draft) {
  const said = body.readBody(entry, PRINTED);
  const serials = serialsOf(said);
  if (said.printer) mustBeHere(entry, said.printer, "printer");
  const printer = find(draft, said.printer, "printer");
  const lacks = printer && printer["layouts"].length > 0;
  if (lacks && !printer["layouts"].includes(said.layout))
    throw problem("printer_lacks_layout", { printer: printer["name"] });
  /** @type {Map<string, number | null>} */
  const bases = new Map(said.lots.map((/** @type {any} */ one) => [one.lot, one.base]));
  const outcomes = [...bases].map(([key, base]) => {
    mustBeHere(entry, key, "lots");
    const lot = find(draft, key, "lot");
    if (!lot) throw problem("unknown_document", { key });
    const one = printOf(entry, draft, { said, lot, serials, printer });
    return added(entry, label.labelsOf(draft, lot), { said, one, base });
  });
  return gravest(outcomes);
}

/**
 * @param {Entry} entry
 * @param {string} key
 * @param {string} field
 */
function mustBeHere(entry, key, field) {
  const site = siteOf(key);
  if (site !== siteOf(entry.on)) throw problem("foreign_site", { site }, field);
}

/**
 * @param {any} said
 * @returns {string[]} as wide as the first was written; none without a range
 */
function serialsOf({ first: from, last: to, layout, copies, lots }) {
  if (!from && !to) return few([], copies, lots.length);
  if (!label.SERIAL_LAYOUTS.includes(layout)) throw problem("serials_not_here", {}, "first");
  const [first, last] = [from || to, to || from];
  const count = Number(last) - Number(first) + 1;
  if (count < 1) throw problem("serials_wrong", { first, last }, "last");
  if (count > label.LABELS_MAX) throw problem("too_many_labels", { max: label.LABELS_MAX }, "last");
  const texts = Array.from({ length: count }, (_, n) => String(Number(first) + n));
  return few(
    texts.map((text) => text.padStart(first.length, "0")),
    copies,
    lots.length,
  );
}

/** @param {string[]} serials @param {number} copies @param {number} lots */
function few(serials, copies, lots) {
  const count = Math.max(serials.length, 1) * copies;
  const max = count > label.LABELS_MAX ? label.LABELS_MAX : BATCH_MAX;
  if (count <= label.LABELS_MAX && count * lots <= BATCH_MAX) return serials;
  throw problem("too_many_labels", { max }, "copies");
}

/**
 * @param {Entry} entry
 * @param {Draft} draft
 * @param {{said: any, lot: Doc, serials: string[], printer: Doc | null}} what
 * @returns {Print}
 */
function printOf(entry, draft, { said, lot, serials, printer }) {
  const { layout, copies, page, start, reason } = said;
  const isGone = said.printer !== label.HERE && !printer?.["installed"];
  return {
    entry: entry.id,
    code: label.printCode(entry.id),
    layout,
    status: lot["status"],
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
  const same = known.find((/** @type {Print} */ p) => p["status"] === one["status"]);
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
export function printNeeds({ body: { printer, lots } }) {
  const keys = Array.isArray(lots) ? lots.map((one) => String(one?.lot ?? "")) : [];
  return [printer || null, ...keys, ...keys.map(label.labelKey)];
}
