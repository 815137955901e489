/**
 * What one label says: the values of its layout's fields, checked and written as they are printed;
 * the twin of labels/content.py.
 */
import { CodeError, gtin14 } from "../scan/gs1_value.js";
import { LabelError } from "./error.js";
import { WORDS, isStatus } from "./status.js";

/** @typedef {import("./layout.js").FieldRule} FieldRule */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {Record<string, string>} Row */
/**
 * @typedef {object} Label
 * @property {Layout} layout
 * @property {Record<string, string>} values of every field, empty where nothing was given
 * @property {Record<string, Row[]>} rows of the fields of type rows
 * @property {string} base_url scheme and host of the links in its codes
 */

const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;
const DATE = /^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$/;
const NUMBER = /^([+-]?)0*((?:[0-9]+)(?:\.[0-9]+)?)$/;
const BASE_URL = /^https?:\/\/[^/?#\s]+$/;
const ROWS_MAX = 500;
const STATUSES = new Map(
  Object.entries(WORDS).flatMap(([key, words]) => words.map((word) => [word.toLowerCase(), key])),
);

/** @type {Record<string, (text: string) => string>} throw what says that it is none */
const WRITTEN = { text: String, date: written, number, status, gtin: gtin14 };

/**
 * @param {Layout} layout
 * @param {Record<string, unknown>} given
 * @param {string} base_url
 * @returns {Label}
 * @throws {LabelError} field_unknown, field_missing, field_value, gtin_check_digit, element_string,
 *   base_url
 */
export function labelOf(layout, given, base_url) {
  const base = base_url.replace(/\/+$/, "");
  if (base && !BASE_URL.test(base)) throw new LabelError("base_url", base_url);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(layout.fields, name));
  if (unknown !== undefined) throw new LabelError("field_unknown", unknown);
  /** @type {Record<string, string>} */
  const values = {};
  /** @type {Record<string, Row[]>} */
  const rows = {};
  for (const [name, rule] of Object.entries(layout.fields)) {
    if (rule.type === "rows") rows[name] = rowsOf(name, rule, given[name]);
    else values[name] = valueOf(layout, name, given[name]);
    const isEmpty = rule.type === "rows" ? rows[name]?.length === 0 : values[name] === "";
    if (rule.required && isEmpty) throw new LabelError("field_missing", name);
  }
  return { layout, values, rows, base_url: base };
}

/** @param {Layout} layout @param {string} name @param {unknown} value */
function valueOf(layout, name, value) {
  const rule = /** @type {FieldRule} */ (layout.fields[name]);
  const text = lineOf(name, rule, value);
  if (text === "") return "";
  try {
    return WRITTEN[rule.type]?.(text) ?? text;
  } catch (error) {
    if (error instanceof CodeError) throw new LabelError(error.code, text).of(name, layout);
    throw error instanceof RangeError ? new LabelError("field_value", name) : error;
  }
}

/**
 * One line of text, one code point per accented letter as the fonts have them.
 * @param {string} name
 * @param {FieldRule} rule
 * @param {unknown} value
 */
function lineOf(name, rule, value) {
  if (value === null || value === undefined) return "";
  const text = String(value).normalize("NFC").trim();
  if (CONTROL.test(text) || [...text].length > rule.longest)
    throw new LabelError("field_value", name);
  return text;
}

/** @param {string} text */
function written(text) {
  const [year = 0, month = 0, day = 0] = (DATE.exec(text) ?? []).slice(1).map(Number);
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (year === 0 || !isDay) throw new RangeError(text);
  return date.toISOString().slice(0, 10);
}

/** A decimal as documents hold it, without superfluous zeros in front. @param {string} text */
function number(text) {
  const [, sign = "", digits] = NUMBER.exec(text) ?? [];
  if (digits === undefined) throw new RangeError(text);
  return (sign === "-" ? sign : "") + digits;
}

/** @param {string} text */
function status(text) {
  const key = STATUSES.get(text.toLowerCase()) ?? text;
  if (!isStatus(key)) throw new RangeError(text);
  return key;
}

/** @param {string} name @param {FieldRule} rule @param {unknown} value @returns {Row[]} */
function rowsOf(name, rule, value) {
  if (value === null || value === undefined || value === "") return [];
  if (!Array.isArray(value) || value.length > ROWS_MAX) throw new LabelError("field_value", name);
  return value.map((row) => {
    const isRow = Object.keys(row).every((column) => rule.columns.includes(column));
    if (!isRow) throw new LabelError("field_value", name);
    return Object.fromEntries(rule.columns.map((c) => [c, lineOf(name, rule, row[c])]));
  });
}
