/**
 * A code as modules: rows of "0" and "1", a single one of bars; the twin of labels/symbol.py, to
 * the module. Here are the kinds that the layouts ask for.
 */
import { correction, generate, mode } from "lean-qr";
import { bars } from "./code128.js";
import { LabelError } from "./error.js";

/** @typedef {"qr" | "datamatrix" | "gs1-datamatrix" | "code128" | "gs1-128"} Kind */
/**
 * @typedef {object} Symbol_
 * @property {Kind} kind
 * @property {string} text as a reader returns it, FNC1 between elements
 * @property {string[]} rows
 * @property {boolean} square or bars
 */
/** @typedef {(text: string, isGs1: boolean) => Promise<string[]>} Matrix see data_matrix.js */

export const KINDS = ["qr", "datamatrix", "gs1-datamatrix", "code128", "gs1-128"];
const SQUARE = ["qr", "datamatrix", "gs1-datamatrix"];
const NUMERIC = /^[0-9]+$/;
const ALPHANUMERIC = /^[0-9A-Z $%*+./:-]+$/;

/**
 * @param {Kind} kind
 * @param {string} text of GS1 kinds the element string
 * @param {{level?: "M" | "Q" | "H", matrix: Matrix}} how `level`: the least error correction of a
 *   QR code; it gets the best one that costs no larger symbol
 * @returns {Promise<Symbol_>}
 * @throws {LabelError} code_empty, code_character, code_too_wide
 */
export async function symbolOf(kind, text, { level = "M", matrix }) {
  if (text === "") throw new LabelError("code_empty", kind);
  const rows = await rowsOf(kind, text, { level, matrix });
  return { kind, text, rows, square: SQUARE.includes(kind) };
}

/**
 * @param {Kind} kind
 * @param {string} text
 * @param {{level: "M" | "Q" | "H", matrix: Matrix}} how
 * @returns {Promise<string[]>}
 */
async function rowsOf(kind, text, { level, matrix }) {
  if (kind === "qr") return qr(text, level);
  if (kind === "code128" || kind === "gs1-128") return [bars(text, kind === "gs1-128")];
  return matrix(text, kind === "gs1-datamatrix");
}

/** @param {string} text @param {"M" | "Q" | "H"} level */
function qr(text, level) {
  const options = { minCorrectionLevel: correction[level], maxCorrectionLevel: correction.H };
  try {
    const made = generate(segment(text), options);
    const places = Array.from({ length: made.size }, (_, place) => place);
    return places.map((y) => places.map((x) => (made.get(x, y) ? "1" : "0")).join(""));
  } catch {
    throw new LabelError("code_too_wide", text);
  }
}

/** One segment, as the server makes it. @param {string} text */
function segment(text) {
  if (NUMERIC.test(text)) return mode.numeric(text);
  if (ALPHANUMERIC.test(text)) return mode.alphaNumeric(text);
  return mode.bytes(new TextEncoder().encode(text));
}
