/**
 * The path of a web link taken apart: one of ours, or a GS1 Digital Link of any host (URI Syntax
 * §4); with code.js the twin of labels/code.py.
 */
import { FNC1, GTIN, KEYS } from "./gs1.js";
import { isKnown } from "./gs1_table.js";
import { CodeError, looksLikeGtin, valueFits } from "./gs1_value.js";

/** The kind of document by the first part of the path of our own links. */
const TYPES = new Map([
  ["lots", "lot"],
  ["jobs", "job"],
  ["items", "item"],
  ["visits", "visit"],
  ["requisitions", "requisition"],
  ["assets", "asset"],
  ["equipment", "equipment"],
  ["locations", "location"],
  ["people", "person"],
]);

/** Controls (FNC1 apart), signs that turn text around, line separators, halves of pairs. */
export const CONTROL = /[\x00-\x1c\x1e\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u;
/** The number of one printed label: eight characters for the print, then which of its labels. */
const PRINT = /^[0-9A-HJKMNP-TV-Z]{8}-[1-9][0-9]{0,2}$/;
const PRINT_PARAMETER = "p";
export const PRINT_IDENTIFIER = "91";
const IDENTIFIER = /^[0-9]{2,4}$/;

/**
 * @param {string} path
 * @param {string} query
 * @returns {{own?: {type: string, id: string}, pairs?: [string, string][]}} neither: foreign
 * @throws {CodeError} percent_encoding, control_characters
 */
export function partsOf(path, query) {
  const segments = path.replace(/\/$/, "").split("/").slice(1);
  const [folder = "", id = ""] = segments;
  const type = TYPES.get(folder);
  if (segments.length === 2 && type) return { own: { type, id: decoded(id) } };
  const pairs = pathPairs(segments);
  return pairs ? { pairs: [...pairs, ...queryPairs(query)] } : {};
}

/** @param {string} query @returns {string | null} the label's own number in it */
export function printOf(query) {
  const said = query.split("&").find((part) => part.split("=")[0] === PRINT_PARAMETER);
  return asPrint(said?.slice(PRINT_PARAMETER.length + 1) ?? "");
}

/** @param {string} text */
export function asPrint(text) {
  return PRINT.test(text) ? text : null;
}

/**
 * @param {string[]} segments
 * @returns {[string, string][] | null} identifiers and values from the key on; null where the
 *   path holds none or breaks off
 */
function pathPairs(segments) {
  const start = segments.findIndex((name, i) => isKey(name, segments[i + 1] ?? ""));
  const parts = segments.slice(start);
  if (start < 0 || parts.length % 2 === 1) return null;
  const names = parts.filter((_, i) => i % 2 === 0);
  const values = parts.filter((_, i) => i % 2 === 1);
  if (values.includes("") || !names.every((name) => IDENTIFIER.test(name))) return null;
  return names.map((name, i) => [name, decoded(values[i] ?? "")]);
}

/**
 * A GTIN may be wrong and is told so; another key must be right to be taken for one.
 * @param {string} name
 * @param {string} value
 */
function isKey(name, value) {
  if (name === GTIN) return looksLikeGtin(value);
  return KEYS.includes(name) && valueFits(name, value);
}

/**
 * Plus stays plus, as in the path.
 * @param {string} query
 * @returns {[string, string][]}
 */
function queryPairs(query) {
  return query
    .split("&")
    .map((part) => part.match(/^([^=]*)=?(.*)$/s)?.slice(1) ?? [])
    .filter(([name = ""]) => isKnown(name))
    .map(([name = "", value = ""]) => [name, decoded(value)]);
}

/**
 * @param {string} text
 * @returns {string} without percent encoding
 * @throws {CodeError} percent_encoding where it is broken, control_characters where it hides any
 */
function decoded(text) {
  const plain = unquoted(text);
  if (CONTROL.test(plain) || plain.includes(FNC1)) throw new CodeError("control_characters");
  return plain;
}

/** @param {string} text */
function unquoted(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CodeError("percent_encoding");
  }
}
