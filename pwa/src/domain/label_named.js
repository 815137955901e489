/** What a key names that is printed on a label; twin of `_thing` in `label_print.py`. */
import { find, siteOf } from "./key.js";
import { CODE, CODE_CHARS_MAX, labelKey, ruleOf } from "./label_thing.js";
import { problem } from "./problem.js";
import { mustBeHere } from "./rights.js";
import { cut } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {import("./label.js").Thing} Thing */
/** @typedef {Record<string, string>} Facts */

/**
 * @param {Entry} entry
 * @param {Draft} draft
 * @param {{layout: string, key: string, facts: Facts}} what
 * @returns {Thing} Problems: label_not_of_this, foreign_site, unknown_document, label_code_wrong.
 */
export function thingNamed(entry, draft, { layout, key, facts }) {
  const [kind = ""] = key.split("/", 1);
  // Which has no floor, so nobody would see it.
  if (siteOf(entry.on) === "org") throw problem("foreign_site", { site: "org" }, "things");
  if (ruleOf(layout).of !== kind) throw problem("label_not_of_this", {}, "layout");
  if (kind === "person") return personNamed(entry, draft, key);
  mustBeHere(entry, key, "things");
  const none = { key, labels: labelKey(key), received_on: null, status: null };
  if (kind === "lot") {
    const { code: label, item_code, item_name, received_on, status } = there(draft, key, kind);
    return { ...none, label, item_code, item_name, received_on, status };
  }
  if (kind === "job") {
    const { number: label, item_code, item_name } = there(draft, key, kind);
    return { ...none, label, item_code, item_name };
  }
  const label = key.slice(key.indexOf(":") + 1);
  const text = cut(label, CODE_CHARS_MAX);
  if (!CODE.test(label)) throw problem("label_code_wrong", { text }, "things");
  const item_name = { zh: named(facts, "zh"), en: named(facts, "en") };
  return { ...none, label, item_code: facts["item_code"] ?? "", item_name };
}

/**
 * A badge is of a place of work.
 * @param {Entry} entry
 * @param {Draft} draft
 * @param {string} key
 * @returns {Thing}
 */
function personNamed(entry, draft, key) {
  const { name, login, roles } = there(draft, key, "person");
  const site = siteOf(entry.on);
  if (!roles[site]?.length) throw problem("foreign_site", { site }, "things");
  const labels = labelKey(key, site);
  const item_name = { zh: name, en: name };
  return { key, labels, label: name, item_code: login, item_name, received_on: null, status: null };
}

/** @param {Draft} draft @param {string} key @param {string} type @returns {Doc} */
function there(draft, key, type) {
  const found = find(draft, key, type);
  if (!found) throw problem("unknown_document", { key });
  return found;
}

/** @param {Facts} facts @param {string} lang */
function named(facts, lang) {
  const told = ["name", "item_name", "zone"].map((name) => facts[`${name}_${lang}`]);
  return told.find(Boolean) ?? "";
}
