/**
 * What a scanned or typed text means; the twin of `read` in labels/code.py.
 *
 * Pure: nothing here looks a thing up or opens a link. `tests/vectors/codes.json` holds both to
 * the same answers. GS1's own rules are in gs1.js and gs1_value.js.
 */
import { cut } from "../domain/values.js";
import * as gs1 from "./gs1.js";
import { CodeError, isGtin } from "./gs1_value.js";
import { asPrint, CONTROL, partsOf, PRINT_IDENTIFIER, printOf } from "./link.js";

/**
 * @typedef {object} Reading what a text turned out to be; only the fields of its kind are there
 * @property {"gs1" | "own" | "lot_id" | "text" | "foreign" | "invalid"} kind
 * @property {string} [gtin] gs1: fourteen digits
 * @property {string} [lot] gs1
 * @property {string} [serial] gs1
 * @property {string} [expiry] gs1: YYYY-MM-DD
 * @property {Record<string, string>} [more] gs1: all other identifiers and their values
 * @property {string} [type] own: lot, job, item …, see TYPES
 * @property {string} [id] own, lot_id
 * @property {string} [text] text, foreign
 * @property {string} [print] the label's own number, where a code of ours tells it
 * @property {string} [reason] invalid: a code of labels/error.py, or empty, too_long,
 *   control_characters
 */

const TEXT_LENGTH_MAX = 200;
const TEXT_SHOWN = 80;
const LINK_LENGTH_MAX = 2000;

const BLANKS_AROUND = /^[ \t\r\n\u00a0\u3000\ufeff]+|[ \t\r\n\u00a0\u3000\ufeff]+$/g;
const SYMBOLOGY = /^\][A-Za-z][0-9A-Za-z]/;
const LINK = /^https?:\/\/[^/?#]+([^?#]*)(?:\?([^#]*))?(?:#.*)?$/i;
const OTHER_SCHEME = /^(?:[a-z][a-z0-9+.-]*:\/\/|(?:javascript|data|vbscript|blob|file):)/i;
const LOT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,19}(?::[A-Za-z0-9][A-Za-z0-9._/+-]{0,39}){2}$/;

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
    if (error instanceof CodeError) return invalid(error.code);
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
  const retail = ["]E0", "]E4"].includes(symbology);
  if (retail || (["]I0", "]I1"].includes(symbology) && isGtin(rest)))
    return product(gs1.elements([[gs1.GTIN, rest]]));
  if (rest.includes(gs1.FNC1)) return product(gs1.elementString(rest));
  if (gs1.looksTyped(rest)) return product(gs1.typedElementString(rest));
  return unmarked(rest);
}

/**
 * @param {import("./gs1.js").Elements} found
 * @param {string | null} [said] the label's own number, where the link told it
 * @returns {Reading}
 */
function product({ gtin, lot, serial, expiry, more }, said = null) {
  const names = Object.keys(more);
  if (!gtin && !lot && !names.some((name) => gs1.KEYS.includes(name)))
    throw new CodeError("no_gtin_or_lot");
  const print = said ?? asPrint(more[PRINT_IDENTIFIER] ?? "");
  return {
    kind: "gs1",
    ...(gtin !== undefined && { gtin }),
    ...(lot !== undefined && { lot }),
    ...(serial !== undefined && { serial }),
    ...(expiry !== undefined && { expiry }),
    ...(names.length > 0 && { more }),
    ...(print && { print }),
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
  const elements = gs1.bareElementString(bare);
  if (elements) return product(elements);
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
  const { own, pairs } = partsOf(path, query);
  const print = printOf(query);
  if (pairs) return product(gs1.elements(pairs), print);
  if (!own || ["", ".", ".."].includes(own.id)) return { kind: "foreign", text: bare };
  const more = print ? { print } : {};
  return lengthOf(own.id) > TEXT_LENGTH_MAX
    ? { ...invalid("too_long"), ...more }
    : { kind: "own", ...own, ...more };
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

/**
 * What was read, for a person: GS1's separator is no letter that a screen has.
 * @param {string} text
 */
export function shown(text) {
  return cut(text, TEXT_SHOWN).replaceAll("\u001d", " ");
}
