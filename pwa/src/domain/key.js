/** Document keys, `type/SITE:rest`, and documents by key and type; as in `sync/document.py`. */
import { problem } from "./problem.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").DraftLike} Draft */

/**
 * @param {string} key
 * @returns {string} the site in `type/site:id`; empty if the key is not of that form
 */
export function siteOf(key) {
  return /^[^/]*\/([^:]*):/s.exec(key)?.[1] ?? "";
}

/**
 * @param {string} key
 * @returns {string} what stands after the first colon: the number of a job, the code of an item
 */
export function restOf(key) {
  const colon = key.indexOf(":");
  return colon < 0 ? "" : key.slice(colon + 1);
}

/**
 * @param {Draft} draft
 * @param {string | null | undefined} key
 * @param {string} type
 * @returns {Doc | null} null too where the key is of another type
 */
export function find(draft, key, type) {
  return key?.startsWith(`${type}/`) ? draft.get(key) : null;
}

/**
 * @param {Draft} draft
 * @param {string} key
 * @param {string} type
 * @returns {Doc} a copy that may be changed. Problem: unknown_document.
 */
export function edit(draft, key, type) {
  if (!key.startsWith(`${type}/`)) throw problem("unknown_document", { key });
  return draft.edit(key);
}
