/**
 * Search text: what a document is found by when somebody types a part of a code or a name.
 * The twin of `sync/search.py`, from the same table of initials; `tests/vectors/search.json` holds
 * both to the same texts.
 */
import { values } from "./addresses.js";
import { typeOf } from "./terms.js";
import table from "../../sync/initials.json" with { type: "json" };

/** @typedef {import("./types").Doc} Doc */

const PART_MAX_CHARS = 80;
const TEXT_MAX_CHARS = 600;
const READINGS_MAX = 16;
const QUERY_MAX_CHARS = 80;
const BLANKS = /[\s\ufeff\x00-\x1f\x7f-\x9f]+/gu;
const DIGIT = /[0-9]/;

const letters = table.letters.join("");
/** @type {Record<string, string>} */
const more = table.more;

/**
 * @param {string} text
 * @returns {string} in which full and half width, upper and lower case are the same
 */
export function plainText(text) {
  return text.normalize("NFKC").toLowerCase().replace(BLANKS, " ").replace(/^ | $/g, "");
}

/**
 * @param {string} query
 * @returns {string[]} what must all be found; empty for an empty query
 */
export function wordsOf(query) {
  return plainText(cut(query, QUERY_MAX_CHARS))
    .split(" ")
    .filter((word) => word !== "");
}

/**
 * @param {Doc} doc
 * @param {Record<string, string[]>} index under `type?` the fields that are searched
 * @returns {string | null} null: documents of this type are not searched
 */
export function searchTextOf(doc, index) {
  const fields = index[`${typeOf(doc.key)}?`];
  return fields ? searchText(fields.flatMap((field) => values(doc, field).map(String))) : null;
}

/**
 * @param {string[]} parts
 * @returns {string} the text to look in, a line for each; the first is the code
 */
export function searchText(parts) {
  const lines = new Set(parts.flatMap(linesOf));
  return cut([...lines].join("\n"), TEXT_MAX_CHARS).replace(/\n+$/, "");
}

/**
 * @param {string} text
 * @param {string} query
 * @returns {number} how near a text that was found is: 0 the code itself, 1 its beginning, 2 other
 */
export function rank(text, query) {
  const wanted = plainText(cut(query, QUERY_MAX_CHARS));
  const [first = ""] = text.split("\n", 1);
  const short = compact(first);
  if (wanted === first || wanted === short) return 0;
  return first.startsWith(wanted) || short.startsWith(wanted) ? 1 : 2;
}

/** @param {string} value */
function linesOf(value) {
  const text = plainText(cut(value, PART_MAX_CHARS));
  const spelled = [...text].some(lettersOf) ? readings(text) : [];
  const short = DIGIT.test(text) ? compact(text) : "";
  return [text, ...spelled, short].filter((line) => line !== "");
}

/**
 * @param {string} text
 * @returns {string[]} its first letters, the usual reading first, then those with one, two … others
 */
export function readings(text) {
  const all = [...text].map((char) => lettersOf(char) || compact(char));
  const places = all.flatMap((some, at) => (some.length > 1 ? [at] : []));
  const found = new Set();
  for (let changed = 0; changed <= places.length; changed += 1) {
    for (const others of combinations(places, changed)) {
      if (found.size === READINGS_MAX) return [...found];
      found.add(all.map((some, at) => some[Number(others.includes(at))] ?? "").join(""));
    }
  }
  return [...found];
}

/**
 * In the order of Python's itertools.
 * @param {number[]} of
 * @param {number} size
 * @returns {Generator<number[]>}
 */
function* combinations(of, size) {
  if (size === 0) return yield [];
  for (let at = 0; at <= of.length - size; at += 1) {
    for (const rest of combinations(of.slice(at + 1), size - 1)) yield [of[at] ?? 0, ...rest];
  }
}

/** @param {string} text */
function compact(text) {
  return text.replace(/[^a-zA-Z0-9]+/g, "");
}

/** @param {string} char @returns {string} empty for all but Chinese characters */
function lettersOf(char) {
  const others = Object.hasOwn(more, char) ? more[char] : undefined;
  return others ?? (letters[(char.codePointAt(0) ?? 0) - table.first] ?? "").replace("-", "");
}

/** In characters, as Python counts them. @param {string} text @param {number} length */
function cut(text, length) {
  return text.length <= length ? text : [...text].slice(0, length).join("");
}
