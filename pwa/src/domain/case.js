/** Cases: what a supervisor must decide, opened by conflicts; twin of `case.py`. */
import { siteOf } from "./key.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {Record<string, any>} Named an entry as a case names it */

const NAMED_MAX = 40;

/**
 * @param {Entry} entry
 * @param {string} byName
 * @param {Record<string, any>} data
 * @returns {Named}
 */
export function named(entry, byName, data) {
  const { id, kind, actor, at } = entry;
  return { entry: id, kind, by: actor, by_name: byName, at, data };
}

/**
 * @param {Record<string, any>} line what a timeline tells of an earlier entry
 * @param {Record<string, any>} data
 * @returns {Named}
 */
export function namedLine({ entry, kind, by, by_name, at }, data) {
  return { entry, kind, by, by_name, at, data };
}

/**
 * @param {Draft} draft
 * @param {Entry} entry
 * @param {object} what
 * @param {string} what.kind
 * @param {string} what.about
 * @param {string} what.label
 * @param {Record<string, any>} what.params
 * @param {Named[]} what.entries
 * @param {Record<string, string>[]} [what.differences]
 * @param {string} [what.code]
 * @returns {Doc} keyed by the entry that brought it up, at the site it is about
 */
export function openCase(draft, entry, what) {
  const { kind, about, label, params, entries, differences = [], code = `case_${kind}` } = what;
  return draft.add({
    key: freeKey(draft, entry, about),
    version: 1,
    kind,
    about,
    about_label: label,
    code,
    params,
    entries: entries.slice(0, NAMED_MAX),
    differences,
    state: "open",
    opened_at: entry.at,
    resolution: null,
    timeline: [],
  });
}

/**
 * One entry may bring up several cases, such as a visit's step with two parts short.
 * @param {Draft} draft
 * @param {Entry} entry
 * @param {string} about
 */
function freeKey(draft, entry, about) {
  const first = `case/${siteOf(about)}:${entry.id}`;
  let key = first;
  for (let number = 2; draft.get(key); number += 1) key = `${first}-${number}`;
  return key;
}

/**
 * Adds entries to a case that is open already; each is named once.
 * @param {Doc} known
 * @param {Named[]} entries
 */
export function nameToo(known, entries) {
  const ids = new Set(known.entries.map((/** @type {Named} */ one) => one.entry));
  known.entries.push(...entries.filter((one) => !ids.has(one.entry)));
  known.entries.splice(NAMED_MAX);
}
