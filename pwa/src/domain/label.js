/** Labels: what was printed of a thing, and which of it is not to be used; twin of `label.py`. */
import { edit, find } from "./key.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {Record<string, any>} Print */

export const PRINTS_MAX = 40;
export const LABELS_MAX = 200;
export const HERE = "";
const CODE_CHARS = 8;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const UNFINISHED = ["waiting", "failed", "perhaps", "late"];
const NOT_THERE = ["failed", "cancelled"];

/**
 * @typedef {object} Thing what a label is of
 * @property {string} key
 * @property {string} labels the key of its labels
 * @property {string} label
 * @property {string} item_code
 * @property {{zh: string, en: string}} item_name
 * @property {string | null} received_on
 * @property {string | null} status of a lot
 */

/**
 * @param {string} entryId
 * @returns {string} eight characters for a print, of the last 40 bits of its entry
 */
export function printCode(entryId) {
  const bits = BigInt(`0x${entryId.replaceAll("-", "").slice(-10)}`);
  const places = Array.from({ length: CODE_CHARS }, (_, i) => BigInt(5 * (CODE_CHARS - 1 - i)));
  return places.map((shift) => ALPHABET[Number((bits >> shift) & 31n)]).join("");
}

/**
 * @param {Print} one
 * @param {number} number of one of its labels, from 1
 * @returns {Record<string, any> | undefined} what ended it
 */
export function voidOf({ voids }, number) {
  return voids.find(
    (/** @type {any} */ one) => one.labels.length === 0 || one.labels.includes(number),
  );
}

/**
 * @param {Print} one
 * @param {string[]} serials none: all labels without
 * @returns {number[]} numbers of its labels with one of these serials that are good
 */
export function standing(one, serials) {
  if (NOT_THERE.includes(one["state"])) return [];
  return numbersOf(one).filter((n) => isOf(one, n, serials) && !voidOf(one, n));
}

/** @param {Print} one */
export function numbersOf({ count }) {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/**
 * @param {Print} one
 * @param {number} number
 * @param {string[]} serials
 */
function isOf({ serials: own, copies }, number, serials) {
  if (own.length === 0 || serials.length === 0) return own.length === serials.length;
  return serials.includes(own[Math.floor((number - 1) / copies)]);
}

/** @param {Print} one @returns {boolean} whether it has to come out, or somebody has to decide */
export function isUnfinished({ state, voids }) {
  return UNFINISHED.includes(state) && voids.every((/** @type {any} */ v) => v.labels.length > 0);
}

/**
 * @param {Draft} draft
 * @param {Thing} thing
 * @returns {Doc} its labels, to be changed; they begin where there are none
 */
export function labelsOf(draft, thing) {
  const { key: about, labels: key, label: about_label, item_code, item_name, received_on } = thing;
  if (!find(draft, key, "label")) {
    const told = { about, about_label, item_code, item_name, received_on };
    return draft.add({ key, version: 1, ...told, prints: [], left: 0 });
  }
  const labels = edit(draft, key, "label");
  if (about.startsWith("lot/")) return labels;
  return Object.assign(labels, { about_label, item_code, item_name });
}

/**
 * @param {Print} one
 * @param {Print} other
 * @returns {boolean} whether the same stands on both, as far as it can differ
 */
export function saysAs(one, other) {
  return saying(one) === saying(other);
}

/** @param {Print} one */
function saying({ status, facts }) {
  return JSON.stringify([status, Object.entries(facts ?? {}).sort()]);
}

/**
 * @param {Entry} entry
 * @param {Print} one
 * @param {number | null} base
 * @returns {boolean} whether who saw version `base` of the labels could not know of it
 */
export function isUnseen(entry, one, base) {
  return one["at_version"] > (base ?? 0) && one["device"] !== entry.device;
}

/**
 * @param {Print} one
 * @param {Record<string, any>} [more]
 * @returns {Record<string, any>} as sentences about it are filled in
 */
export function told(one, more = {}) {
  return { print: one["code"], name: one["by_name"], at: one["at"], ...more };
}

/** @param {Entry} entry @returns {string} by the server's clock, as far as the device knew it */
export function askedAt({ at, skew_ms }) {
  return new Date(Date.parse(at) + skew_ms).toISOString();
}
