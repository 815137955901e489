/**
 * GS1 element strings: what they say about a product; with gs1_value.js the twin of labels/gs1.py.
 *
 * Follows the GS1 General Specifications: §3 (application identifiers), §7.8 (element strings).
 * Here is only what reading needs; making codes is the server's. Links are in link.js.
 */
import { identifierOf, PREDEFINED_LENGTH } from "./gs1_table.js";
import { CodeError, expiryDate, gtin14, requireValue, valueFits } from "./gs1_value.js";

/**
 * @typedef {object} Elements what a code says about a product; what it doesn't say is undefined
 * @property {string} [gtin] fourteen digits
 * @property {string} [lot]
 * @property {string} [serial]
 * @property {string} [expiry] YYYY-MM-DD
 * @property {Record<string, string>} more all other identifiers and their values, checked
 */

export const FNC1 = "\u001d";
export const GTIN = "01";
const LOT = "10";
const EXPIRY = "17";
const SERIAL = "21";
const OURS = [GTIN, LOT, EXPIRY, SERIAL];
/** What identifies something by itself (§2): the keys of a Digital Link. */
export const KEYS = ["00", "01", "253", "255", "401", "402", "414", "417"].concat(
  ["8003", "8004", "8006", "8010", "8013", "8017", "8018"],
);

/** What a person types in brackets at the start: keys, lot, expiry, serial. */
const TYPED_START = /^\((?:00|01|02|10|17|21|253|255|402|414|8003|8004|8017|8018)\)/;
const TYPED_IDENTIFIER = /\(([0-9]{2,4})\)/;

/**
 * Whether it starts like an element string that a person typed.
 * @param {string} text
 */
export function looksTyped(text) {
  return TYPED_START.test(text);
}

/**
 * Pairs of identifier and value, checked; the first of two equal ones counts.
 * @param {[string, string][]} pairs
 * @returns {Elements}
 * @throws {CodeError} gtin_check_digit, element_string, element_value or expiry_date
 */
export function elements(pairs) {
  const found = firsts(pairs);
  const gtin = found.get(GTIN);
  if (gtin !== undefined) found.set(GTIN, gtin14(gtin));
  for (const [name, value] of found) requireValue(name, value);
  const expiry = found.get(EXPIRY);
  return {
    gtin: found.get(GTIN),
    lot: found.get(LOT),
    serial: found.get(SERIAL),
    expiry: expiry === undefined ? undefined : expiryDate(expiry),
    more: Object.fromEntries([...found].filter(([name]) => !OURS.includes(name))),
  };
}

/**
 * @param {[string, string][]} pairs
 * @returns {Map<string, string>} in their order
 */
function firsts(pairs) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const [name, value] of pairs) if (!found.has(name)) found.set(name, value);
  return found;
}

/**
 * @param {string} text a scanned element string without symbology identifier
 * @returns {Elements}
 * @throws {CodeError} as `elements`, or element_string when it cannot be taken apart
 */
export function elementString(text) {
  /** @type {[string, string][]} */
  const pairs = [];
  let rest = text.replace(/^\u001d+/, "");
  while (rest !== "") {
    const { pair, after } = nextPair(rest);
    pairs.push(pair);
    rest = after;
  }
  if (pairs.length === 0) throw new CodeError("element_string");
  return elements(pairs);
}

/**
 * @param {string} rest
 * @returns {{pair: [string, string], after: string}} the first element, and what comes after it
 */
function nextPair(rest) {
  const length = PREDEFINED_LENGTH.get(rest.slice(0, 2));
  const end = length ?? (rest.includes(FNC1) ? rest.indexOf(FNC1) : rest.length);
  const element = rest.slice(0, end);
  const after = rest.slice(end + (rest[end] === FNC1 ? 1 : 0));
  const digits = element.match(/^[0-9]*/)?.[0] ?? "";
  if (digits.length < (length ?? 2)) throw new CodeError("element_string");
  const name = identifierOf(element) ?? element.slice(0, 2);
  return { pair: [name, element.slice(name.length)], after };
}

/**
 * An element string that lost its symbology identifier and needs no FNC1. A GTIN or SSCC with the
 * right check digit must come first, and all that follows be known identifiers with values that
 * they can carry: nothing else is taken for one by chance.
 * @param {string} text
 * @returns {Elements | null}
 */
export function bareElementString(text) {
  if (!/^0[01][0-9]{14}/.test(text)) return null;
  let rest = text;
  while (rest !== "") {
    const name = identifierOf(rest);
    if (name === null) return null;
    const length = PREDEFINED_LENGTH.get(name.slice(0, 2)) ?? rest.length;
    if (!valueFits(name, rest.slice(name.length, length))) return null;
    rest = rest.slice(length);
  }
  return elementString(text);
}

/**
 * @param {string} text "(01)04006381333931 (10)L1"; blanks around values are dropped
 * @returns {Elements}
 * @throws {CodeError} as `elements`
 */
export function typedElementString(text) {
  const parts = text.split(TYPED_IDENTIFIER).slice(1);
  /** @type {[string, string][]} */
  const pairs = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    pairs.push([parts[i] ?? "", (parts[i + 1] ?? "").replace(/^ +| +$/g, "")]);
  }
  return elements(pairs);
}
