/**
 * What stands in the codes of a label, after its layout: plain text, GS1 elements or a link; the
 * twin of labels/coded.py.
 */
import { FNC1, GTIN } from "../scan/gs1.js";
import { PREDEFINED_LENGTH, ruleOf } from "../scan/gs1_table.js";
import { CodeError, requireValue, valueFits } from "../scan/gs1_value.js";
import { LabelError } from "./error.js";
import { BREAK_HERE } from "./font.js";
import { PLACEHOLDER } from "./layout.js";

/** @typedef {[name: string, value: string]} Pair */
/** @typedef {Record<string, string>} Names all that templates may name */

const ISO_DATE = /^[0-9]{2}([0-9]{2})-([0-9]{2})-([0-9]{2})$/;
/** The key qualifiers of a GTIN, in the order that the path asks for (Digital Link URI §4.3). */
const QUALIFIERS = ["22", "10", "21"];

/**
 * `template` with its placeholders replaced; nothing where all of them are empty.
 * @param {string} template
 * @param {Names} names
 * @param {(text: string) => string} [code]
 */
export function filled(template, names, code = String) {
  const found = [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  if (found.length > 0 && !found.some((name) => names[name])) return "";
  return template.replace(PLACEHOLDER, (_, name) => code(names[name] ?? "")).trim();
}

/**
 * @param {import("./layout.js").CodeElement} element
 * @param {Names} names
 * @returns {{text: string, line: string}} in the code, and the human-readable line; both empty
 *   where nothing stands in it
 * @throws {LabelError} base_url for a link without one, else as requireValue
 */
export function contentOf(element, names) {
  const pairs = (element.gs1 ?? [])
    .map(([name, value]) => /** @type {Pair} */ ([name, valueOf(name, filled(value, names))]))
    .filter(([, value]) => value !== "");
  if (element.link !== undefined) {
    const query = queryOf(element.query ?? {}, names);
    const bare = linkOf(element.link, pairs, names);
    const link = query ? `${bare}${bare.includes("?") ? "&" : "?"}${query}` : bare;
    return { text: link, line: link };
  }
  if (element.gs1) return written(pairs);
  const text = filled(element.text ?? "", names);
  return { text, line: text };
}

/** Dates as YYMMDD where the identifier has one. @param {string} name @param {string} text */
function valueOf(name, text) {
  const day = ISO_DATE.exec(text);
  return day && (ruleOf(name)?.dates.length ?? 0) > 0 ? day.slice(1).join("") : text;
}

/**
 * A GS1 Digital Link (URI Syntax §4) where there is a GTIN and GS1 can carry all values, else our
 * own URL.
 * @param {string} path
 * @param {Pair[]} pairs
 * @param {Names} names
 */
function linkOf(path, pairs, names) {
  const base = names["base_url"] ?? "";
  if (!base) throw new LabelError("base_url", "");
  const isProduct = pairs.some(([name]) => name === GTIN);
  if (isProduct && pairs.every(([name, value]) => valueFits(name, value)))
    return base + digitalLinkPath(pairs);
  return base + filled(path, names, quoted);
}

/**
 * What is added to a link; in a Digital Link names that are no digits are anybody's own.
 * @param {Record<string, string>} query
 * @param {Names} names
 */
function queryOf(query, names) {
  return Object.entries(query)
    .map(([name, value]) => [name, filled(value, names)])
    .filter(([, value]) => value)
    .map(([name, value = ""]) => `${name}=${quoted(value)}`)
    .join("&");
}

/**
 * Path and query of a Digital Link: the GTIN, its qualifiers in order, the rest behind ?.
 * @param {Pair[]} pairs
 */
function digitalLinkPath(pairs) {
  const values = new Map(pairs);
  const keys = [GTIN, ...QUALIFIERS].filter((name) => values.has(name));
  const path = keys.map((name) => `/${name}/${quoted(values.get(name) ?? "")}`).join("");
  for (const name of keys) values.delete(name);
  const query = [...values].map(([name, value]) => `${name}=${quoted(value)}`).join("&");
  return query ? `${path}?${query}` : path;
}

/** Percent-encoded, all but letters, digits and _.-~ as Python does. @param {string} text */
function quoted(text) {
  const hex = (/** @type {string} */ sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

/**
 * An element string for a code and its human-readable line (§4.14), which may be broken between
 * elements; the twin of `written` in labels/gs1.py.
 * @param {Pair[]} pairs
 */
function written(pairs) {
  let text = "";
  for (const [name, value] of pairs) {
    requireFit(name, value);
    text += name + value + (PREDEFINED_LENGTH.has(name.slice(0, 2)) ? "" : FNC1);
  }
  const line = pairs.map(([name, value]) => `(${name})${value}`).join(BREAK_HERE);
  return { text: text.endsWith(FNC1) ? text.slice(0, -1) : text, line };
}

/** @param {string} name @param {string} value */
function requireFit(name, value) {
  try {
    requireValue(name, value);
  } catch (error) {
    throw error instanceof CodeError ? new LabelError(error.code, value) : error;
  }
}
