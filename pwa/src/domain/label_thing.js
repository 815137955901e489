/** What a label is of, its layouts, and what is written on one; twin of `label_thing.py`. */
import { siteOf } from "./key.js";
import { personOf } from "./person.js";
import { problem } from "./problem.js";
import { may } from "./rights.js";

/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {"text" | "date" | "status"} FactType */
/**
 * @typedef {object} Rule
 * @property {string} of the type of thing
 * @property {Record<string, FactType>} facts
 * @property {string[]} required
 * @property {[string, string] | null} order two days, the first before the other
 * @property {string[]} roles who may print it
 * @property {boolean} serials whether it shows the serial of a unit
 */

const MARK = "~";
export const FACT_CHARS_MAX = 120;
export const CODE_CHARS_MAX = 40;
export const CODE = new RegExp(
  "^[^\\x00-\\x20/\\\\?#%:~\"'<>\\x7f-\\xa0\\u2000-\\u200f\\u2028-\\u202f" +
    "\\u205f-\\u206f\\u3000\\ufeff]{1,40}$",
  "u",
);
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const STATUSES = ["to_inspect", "passed", "failed", "on_hold", "scrapped", "emergency"];
const PRINTERS = [
  ...["operator", "storekeeper", "inspector"],
  ...["technician", "supervisor", "quality_manager"],
];
const CALIBRATORS = ["inspector", "supervisor", "quality_manager"];
const BADGERS = ["admin", "supervisor", "quality_manager"];

/** @type {Record<string, Rule>} */
export const RULES = {
  lot: rule("lot"),
  material: rule("lot", { facts: texts("purchase_order", "storage"), serials: true }),
  package: rule("lot", {
    facts: {
      ...texts("consignee", "address", "contact", "package", "packages", "gross_weight"),
      ...dates("packed_on"),
    },
    serials: true,
  }),
  status: rule("lot"),
  "card-a5": rule("job", { facts: texts("stage"), roles: [...PRINTERS, "planner"] }),
  "card-a4": rule("job", { facts: texts("stage"), roles: [...PRINTERS, "planner"] }),
  location: rule("location", {
    facts: { ...texts("zone_zh", "zone_en"), status: "status", ...texts("limit") },
  }),
  equipment: rule("equipment", {
    facts: {
      ...texts("name_zh", "name_en", "model", "serial", "place", "keeper"),
      ...dates("in_use_since", "care_due_on"),
    },
  }),
  gauge: rule("equipment", {
    facts: {
      ...texts("name_zh", "name_en", "range"),
      ...dates("calibrated_on", "due_on"),
      ...texts("certificate", "calibrated_by"),
    },
    required: ["calibrated_on", "due_on"],
    order: ["calibrated_on", "due_on"],
    roles: CALIBRATORS,
  }),
  asset: rule("asset", {
    facts: {
      ...texts("item_code", "item_name_zh", "item_name_en", "serial", "lot_code"),
      ...dates("produced_on", "installed_on", "warranty_until"),
      ...texts("customer", "maker", "service"),
    },
    required: ["item_code", "serial"],
    order: ["installed_on", "warranty_until"],
  }),
  badge: rule("person", {
    facts: { ...texts("name_latin", "number", "department", "site"), ...dates("valid_until") },
    roles: BADGERS,
  }),
};
export const LAYOUTS = Object.keys(RULES);
const THINGS = Object.values(RULES).map((one) => one.of);

/** @param {string} of @param {Partial<Rule>} [more] @returns {Rule} */
function rule(of, more = {}) {
  return { of, facts: {}, required: [], order: null, roles: PRINTERS, serials: false, ...more };
}

/** @param {string[]} names @returns {Record<string, FactType>} */
function texts(...names) {
  return Object.fromEntries(names.map((name) => [name, "text"]));
}

/** @param {string[]} names @returns {Record<string, FactType>} */
function dates(...names) {
  return Object.fromEntries(names.map((name) => [name, "date"]));
}

/** @param {string} layout @returns {Rule} */
export function ruleOf(layout) {
  const found = RULES[layout];
  if (!found) throw problem("label_not_of_this", {}, "layout");
  return found;
}

/**
 * @param {string} thing its key
 * @param {string} [site] of a person's labels
 * @returns {string} the key of its labels
 */
export function labelKey(thing, site = "") {
  const [kind = "", name] = splitAt(thing, "/");
  if (kind === "lot") return `label/${name}`;
  return `label/${site || siteOf(thing)}:${MARK}${kind}:${splitAt(name, ":")[1]}`;
}

/** @param {string} key of labels @returns {string} the key of what they are of */
export function thingOf(key) {
  const [, name] = splitAt(key, "/");
  const [site, rest] = splitAt(name, ":");
  const [kind, code] = splitAt(rest.startsWith(MARK) ? rest.slice(1) : rest, ":");
  const isMarked = rest.startsWith(MARK) && rest.includes(":") && THINGS.includes(kind);
  if (!isMarked) return `lot/${name}`;
  return `${kind}/${kind === "person" ? "org" : site}:${code}`;
}

/** @param {string} text @param {string} mark @returns {[string, string]} around the first */
function splitAt(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * Who may print a lot's label may not claim that a gauge is calibrated. Problem: no_right.
 * @param {Entry} entry
 * @param {Draft} draft
 * @param {string} layout
 * @param {string[]} [never] roles that do not count for this deed
 */
export function mustPrint(entry, draft, layout, never = []) {
  const site = siteOf(entry.on);
  const roles = ruleOf(layout).roles.filter((role) => !never.includes(role));
  if (!may(personOf(entry.actor, draft), site, roles))
    throw problem("no_right", { kind: entry.kind, site });
}

/**
 * @param {string} layout
 * @param {Record<string, string>} given
 * @returns {Record<string, string>} in the layout's order, without what is empty. Problems:
 *   label_fact_unknown, label_fact_missing, label_date_wrong, label_dates_swapped, body_malformed.
 */
export function factsOf(layout, given) {
  const { facts: known, required, order } = ruleOf(layout);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    throw problem("label_fact_unknown", { field: unknown }, `facts.${unknown}`);
  const names = Object.keys(known).filter((name) => given[name]);
  const missing = required.find((name) => !names.includes(name));
  if (missing) throw problem("label_fact_missing", { field: missing }, `facts.${missing}`);
  for (const name of names) mustBe(known[name] ?? "text", name, given[name] ?? "");
  const facts = Object.fromEntries(names.map((name) => [name, given[name] ?? ""]));
  const [first, second] = order ?? ["", ""];
  const [early, late] = [facts[first], facts[second]];
  if (early && late && late <= early)
    throw problem("label_dates_swapped", { first, second }, `facts.${second}`);
  return facts;
}

/** @param {FactType} kind @param {string} name @param {string} text */
function mustBe(kind, name, text) {
  const where = `facts.${name}`;
  if (kind === "date" && !isDay(text)) throw problem("label_date_wrong", { field: name }, where);
  if (kind === "status" && !STATUSES.includes(text))
    throw problem("body_malformed", { where, why: "Not a status" }, where);
}

/** @param {string} text */
function isDay(text) {
  if (!DAY.test(text) || text.startsWith("0000")) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
