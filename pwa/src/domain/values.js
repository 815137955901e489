/**
 * Small values that many documents hold: decimals as text, timelines; twin of `values.py`.
 * Decimals are canonical strings in documents and `Big` only while somebody reckons.
 */
import Big from "big.js";

/** @typedef {import("../types").Entry} Entry */

export const TIMELINE_MAX = 60;
export const TEXT_MAX_CHARS = 2000;
export const LINE_MAX_CHARS = 200;

/**
 * @param {Big.BigSource} value
 * @returns {string} no exponent, no trailing zeros: 12.50 → "12.5"; the server's form too
 */
export function canonical(value) {
  const number = new Big(value);
  return number.eq(0) ? "0" : number.toFixed();
}

/**
 * @param {Big.BigSource} one
 * @param {Big.BigSource} other
 */
export function plus(one, other) {
  return canonical(new Big(one).plus(other));
}

/**
 * @param {Big.BigSource} one
 * @param {Big.BigSource} other
 */
export function minus(one, other) {
  return canonical(new Big(one).minus(other));
}

/** @param {Big.BigSource[]} quantities */
export function sum(quantities) {
  return quantities.reduce((/** @type {string} */ total, one) => plus(total, one), "0");
}

/**
 * @param {string} text
 * @param {number} max in characters as the server counts them, not in UTF-16 units
 */
export function cut(text, max) {
  return text.length <= max ? text : [...text].slice(0, max).join("");
}

/**
 * The white space that the server strips (Unicode White_Space), which is not quite `trim`'s.
 * @param {string} text
 */
export function strip(text) {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/**
 * @param {Entry} entry
 * @param {string} byName
 * @param {Record<string, any>} [data]
 * @returns {Record<string, any>} the timeline line that tells of this entry
 */
export function happening(entry, byName, data = {}) {
  const { id, kind, at, actor } = entry;
  return { entry: id, kind, at, by: actor, by_name: byName, data, ...signedBy(entry) };
}

/**
 * @param {Entry} entry
 * @returns {{signature?: Record<string, string>}} as documents show it; nothing where it has none
 */
export function signedBy({ body }) {
  const told = body["signature"];
  if (!told) return {};
  const { meaning, name, at, method, signer, digest, sig } = told;
  return { signature: { meaning, name, at, method, signer, digest, sig } };
}

/**
 * @param {Record<string, any>[]} timeline
 * @param {{version: number, base: number | null}} span
 * @returns {Record<string, any>[]} the lines after version `base`; none if that is unknown
 */
export function since(timeline, { version, base }) {
  return base === null ? [] : timeline.slice(0, Math.max(0, version - base));
}

/**
 * Puts a line on top; the oldest leave the document (the journal keeps them).
 * @param {Record<string, any>[]} timeline
 * @param {Record<string, any>} line
 */
export function remember(timeline, line) {
  timeline.unshift(line);
  timeline.splice(TIMELINE_MAX);
}
