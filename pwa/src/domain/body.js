/**
 * Bodies of entries, read by their shape: what the server's pydantic models accept and refuse.
 *
 * A reader takes a value and its place (dotted path) and gives the value as the handlers want it,
 * or throws body_malformed with that place.
 */
import Big from "big.js";
import { problem } from "./problem.js";
import { canonical, LINE_MAX_CHARS, strip, TEXT_MAX_CHARS } from "./values.js";

/** @typedef {import("../types").Entry} Entry */
/** @typedef {((value: any, where: string) => any) & {fallback?: any}} Reader */
/** @typedef {Record<string, Reader>} Shape */

const WHOLE_DIGITS_MAX = 12;
const DECIMALS_MAX = 6;
const TRUE = ["true", "t", "yes", "y", "on", "1"];
const FALSE = ["false", "f", "no", "n", "off", "0"];

/**
 * @param {Entry} entry
 * @param {Shape} shape
 * @returns {any} the body with what was left out filled in. Problem: body_malformed.
 */
export function readBody(entry, shape) {
  return group(shape)(entry.body, "");
}

/**
 * @param {string} where
 * @param {string} why
 */
function malformed(where, why) {
  return problem("body_malformed", { where, why }, where);
}

/**
 * @param {Shape} shape
 * @returns {Reader} an object with these fields and no others
 */
export function group(shape) {
  return (value, where) => {
    if (!isObject(value)) throw malformed(where, "Input should be an object");
    const at = (/** @type {string} */ name) => (where ? `${where}.${name}` : name);
    /** @type {Record<string, any>} */
    const read = {};
    for (const [name, reader] of Object.entries(shape)) {
      if (value[name] !== undefined) read[name] = reader(value[name], at(name));
      else if ("fallback" in reader) read[name] = reader.fallback;
      else throw malformed(at(name), "Field required");
    }
    const extra = Object.keys(value).find((name) => !Object.hasOwn(shape, name));
    if (extra !== undefined) throw malformed(at(extra), "Extra inputs are not permitted");
    return read;
  };
}

/** @param {any} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @param {Reader} reader
 * @param {any} fallback what it is when it is left out
 * @returns {Reader}
 */
export function or(reader, fallback) {
  return Object.assign((/** @type {any} */ v, /** @type {string} */ w) => reader(v, w), {
    fallback,
  });
}

/**
 * @param {Reader} reader
 * @returns {Reader} may be null, and is when it is left out
 */
export function maybe(reader) {
  return or((value, where) => (value === null ? null : reader(value, where)), null);
}

/**
 * @param {{min?: number, max?: number, pattern?: RegExp}} [limits] in characters
 * @returns {Reader}
 */
export function string({ min = 0, max = Infinity, pattern } = {}) {
  return (value, where) => {
    if (typeof value !== "string") throw malformed(where, "Input should be a valid string");
    const text = strip(value);
    const length = [...text].length;
    if (length < min) throw malformed(where, min === 1 ? "Field required" : "Too short");
    if (length > max) throw malformed(where, "Too long");
    if (pattern && !pattern.test(text)) throw malformed(where, "String should match pattern");
    return text;
  };
}

export const key = string();
export const line = string({ max: LINE_MAX_CHARS });
export const someLine = string({ min: 1, max: LINE_MAX_CHARS });
export const text = string({ max: TEXT_MAX_CHARS });
export const someText = string({ min: 1, max: TEXT_MAX_CHARS });

/**
 * @param {(number: Big) => boolean} allowed
 * @returns {Reader} a decimal as canonical text
 */
function decimal(allowed) {
  return (value, where) => {
    const number = toBig(value);
    if (number === null) throw malformed(where, "Input should be a valid decimal");
    if (!fits(number)) throw malformed(where, "Too many digits");
    if (!allowed(number)) throw malformed(where, "Out of range");
    return canonical(number);
  };
}

export const positive = decimal((number) => number.gt(0));
export const notNegative = decimal((number) => number.gte(0));

/** @param {any} value */
function toBig(value) {
  if (typeof value !== "string" && typeof value !== "number") return null;
  try {
    return new Big(typeof value === "string" ? strip(value) : value);
  } catch {
    return null;
  }
}

/**
 * @param {Big.BigSource} value
 * @returns {boolean} whether a document can hold it
 */
export function fits(value) {
  const number = new Big(value);
  if (number.e >= WHOLE_DIGITS_MAX || number.e < -2 * WHOLE_DIGITS_MAX) return number.eq(0);
  const [, fraction = ""] = canonical(number).split(".");
  return fraction.length <= DECIMALS_MAX;
}

/**
 * @param {{min?: number, max?: number}} [limits]
 * @returns {Reader} a whole number, also as a form says it; twin of `Whole` in `label.py`
 */
export function whole({ min = -Infinity, max = Infinity } = {}) {
  return (value, where) => {
    const isText = typeof value === "string" && /^[0-9]{1,6}$/.test(strip(value));
    const number = isText ? Number(strip(value)) : value;
    if (!Number.isInteger(number)) throw malformed(where, "Input should be a valid integer");
    if (number < min || number > max) throw malformed(where, "Out of range");
    return number;
  };
}

/**
 * @param {string[]} words
 * @returns {Reader}
 */
export function oneOf(words) {
  return (value, where) => {
    if (!words.includes(value)) throw malformed(where, `Input should be ${words.join(", ")}`);
    return value;
  };
}

/** @type {Reader} */
export const flag = (value, where) => {
  const word = String(value).toLowerCase();
  if (TRUE.includes(word)) return true;
  if (FALSE.includes(word)) return false;
  throw malformed(where, "Input should be a valid boolean");
};

/**
 * @param {Reader} reader
 * @param {{min?: number, max?: number}} [limits]
 * @returns {Reader}
 */
export function list(reader, { min = 0, max = Infinity } = {}) {
  return (value, where) => {
    if (!Array.isArray(value)) throw malformed(where, "Input should be a valid list");
    const read = value.map((one, index) => reader(one, `${where}.${index}`));
    if (read.length < min) throw malformed(where, "Too few");
    if (read.length > max) throw malformed(where, "Too many");
    return read;
  };
}

/**
 * @param {Reader} reader
 * @returns {Reader} an object with any names
 */
export function hash(reader) {
  return (value, where) => {
    if (!isObject(value)) throw malformed(where, "Input should be a valid dictionary");
    const pairs = Object.entries(value);
    return Object.fromEntries(pairs.map(([n, v]) => [strip(n), reader(v, `${where}.${n}`)]));
  };
}
