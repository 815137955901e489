/**
 * What a scanned or typed text means; the twin of `read` in labels/code.py.
 *
 * Pure: nothing here looks a thing up or opens a link. `tests/vectors/codes.json` holds both to
 * the same answers. GS1's own rules are in gs1.js.
 */
import * as gs1 from "./gs1.js";

/**
 * @typedef {object} Reading what a text turned out to be; only the fields of its kind are there
 * @property {"gs1" | "own" | "lot_id" | "text" | "foreign" | "invalid"} kind
 * @property {string} [gtin] gs1: fourteen digits
 * @property {string} [lot] gs1
 * @property {string} [serial] gs1
 * @property {string} [expiry] gs1: YYYY-MM-DD
 * @property {string} [type] own: lot, job, item, visit or requisition
 * @property {string} [id] own, lot_id
 * @property {string} [text] text, foreign
 * @property {string} [reason] invalid: a code of labels/error.py, or empty, too_long,
 *   control_characters
 */

const TEXT_LENGTH_MAX = 200;
const LINK_LENGTH_MAX = 2000;

/** The kind of document by the first part of the path of our own links. */
const TYPES = new Map([
  ["lots", "lot"],
  ["jobs", "job"],
  ["items", "item"],
  ["visits", "visit"],
  ["requisitions", "requisition"],
]);

const BLANKS_AROUND = /^[ \t\r\n\u00a0\u3000\ufeff]+|[ \t\r\n\u00a0\u3000\ufeff]+$/g;
/** Controls (FNC1 apart), signs that turn text around, line separators, halves of pairs. */
const CONTROL = /[\x00-\x1c\x1e\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u;
const SYMBOLOGY = /^\][A-Za-z][0-9A-Za-z]/;
const LINK = /^https?:\/\/[^/?#]+([^?#]*)(?:\?([^#]*))?(?:#.*)?$/i;
const OTHER_SCHEME = /^(?:[a-z][a-z0-9+.-]*:\/\/|(?:javascript|data|vbscript|blob|file):)/i;
const LOT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,19}(?::[A-Za-z0-9][A-Za-z0-9._/+-]{0,39}){2}$/;
const IDENTIFIER = /^[0-9]{2,4}$/;

/**
 * Never throws: what cannot be is `invalid` with its reason. A scanner that tells the symbology
 * apart from the text puts its identifier (`]d2`, `]Q3` …) in front before it asks.
 * @param {string} text
 * @returns {Reading}
 */
export function read(text) {
  const bare = text.replace(BLANKS_AROUND, "");
  if (lengthOf(bare) > LINK_LENGTH_MAX) return invalid("too_long");
  if (CONTROL.test(bare)) return invalid("control_characters");
  try {
    return marked(bare);
  } catch (error) {
    if (error instanceof gs1.CodeError) return invalid(error.code);
    throw error;
  }
}

/**
 * By the mark the scanner left, if any (ISO/IEC 15424, GS1 §5.1).
 * @param {string} bare
 */
function marked(bare) {
  const symbology = bare.match(SYMBOLOGY)?.[0] ?? "";
  const rest = bare.slice(symbology.length);
  if (["]d2", "]Q3", "]C1", "]e0"].includes(symbology)) return product(gs1.elementString(rest));
  if (["]E0", "]E4"].includes(symbology)) return product(gs1.elements([[gs1.GTIN, rest]]));
  if (rest.includes(gs1.FNC1)) return product(gs1.elementString(rest));
  if (gs1.looksTyped(rest)) return product(gs1.typedElementString(rest));
  return unmarked(rest);
}

/**
 * @param {import("./gs1.js").Elements} found
 * @returns {Reading}
 */
function product({ gtin, lot, serial, expiry }) {
  if (gtin === undefined && lot === undefined) throw new gs1.CodeError("no_gtin_or_lot");
  return {
    kind: "gs1",
    ...(gtin !== undefined && { gtin }),
    ...(lot !== undefined && { lot }),
    ...(serial !== undefined && { serial }),
    ...(expiry !== undefined && { expiry }),
  };
}

/**
 * @param {string} bare
 * @returns {Reading}
 */
function unmarked(bare) {
  if (bare === "") return invalid("empty");
  const link = bare.match(LINK);
  if (link) return linked(bare, link[1] ?? "", link[2] ?? "");
  if (OTHER_SCHEME.test(bare)) return { kind: "foreign", text: bare };
  if (LOT_ID.test(bare)) return { kind: "lot_id", id: bare };
  if (lengthOf(bare) > TEXT_LENGTH_MAX) return invalid("too_long");
  return { kind: "text", text: bare };
}

/**
 * A web link by its path: ours, a Digital Link of any host, or foreign.
 * @param {string} bare
 * @param {string} path
 * @param {string} query
 * @returns {Reading}
 */
function linked(bare, path, query) {
  const segments = path.replace(/\/$/, "").split("/").slice(1);
  const [folder = "", id = ""] = segments;
  const type = TYPES.get(folder);
  if (segments.length === 2 && type) return own(bare, type, id);
  const pairs = pathPairs(segments);
  if (!pairs) return { kind: "foreign", text: bare };
  return product(gs1.elements([...pairs, ...queryPairs(query)]));
}

/**
 * @param {string} bare
 * @param {string} type
 * @param {string} encodedId
 * @returns {Reading}
 */
function own(bare, type, encodedId) {
  const id = decoded(encodedId);
  if (["", ".", ".."].includes(id)) return { kind: "foreign", text: bare };
  return lengthOf(id) > TEXT_LENGTH_MAX ? invalid("too_long") : { kind: "own", type, id };
}

/**
 * @param {string[]} segments
 * @returns {[string, string][] | null} identifiers and values from the GTIN on; null where the
 *   path holds none or breaks off
 */
function pathPairs(segments) {
  const start = segments.findIndex(
    (name, i) => name === gs1.GTIN && gs1.looksLikeGtin(segments[i + 1] ?? ""),
  );
  const parts = segments.slice(start);
  if (start < 0 || parts.length % 2 === 1) return null;
  const names = parts.filter((_, i) => i % 2 === 0);
  const values = parts.filter((_, i) => i % 2 === 1);
  if (values.includes("") || !names.every((name) => IDENTIFIER.test(name))) return null;
  return names.map((name, i) => [name, decoded(values[i] ?? "")]);
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
    .filter(([name = ""]) => gs1.isOurs(name))
    .map(([name = "", value = ""]) => [name, decoded(value)]);
}

/**
 * @param {string} text
 * @returns {string} without percent encoding
 * @throws {CodeError} percent_encoding where it is broken, control_characters where it hides any
 */
function decoded(text) {
  const plain = unquoted(text);
  if (CONTROL.test(plain) || plain.includes(gs1.FNC1))
    throw new gs1.CodeError("control_characters");
  return plain;
}

/** @param {string} text */
function unquoted(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new gs1.CodeError("percent_encoding");
  }
}

/**
 * @param {string} reason
 * @returns {Reading}
 */
function invalid(reason) {
  return { kind: "invalid", reason };
}

/** In characters, as Python counts them, not in UTF-16 units. @param {string} text */
function lengthOf(text) {
  return [...text].length;
}
