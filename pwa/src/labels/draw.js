/**
 * A label drawn: its layout's elements become marks on the grid of a printer's dots; the twin of
 * labels/draw.py. The tables are draw_table.js's.
 */
import { contentOf } from "./coded.js";
import { pagesOf, tableOf } from "./draw_table.js";
import { drawnElement, moduleOf } from "./elements.js";
import { LabelError } from "./error.js";
import { fieldOf, holds } from "./layout.js";
import { gridOf } from "./marks.js";
import { WORDS, isStatus } from "./status.js";
import { symbolOf } from "./symbol.js";

/** @typedef {import("./content.js").Label} Label */
/** @typedef {import("./content.js").Row} Row */
/** @typedef {import("./font.js").Faces} Faces */
/** @typedef {import("./marks.js").Drawing} Drawing */
/** @typedef {import("./marks.js").Grid} Grid */
/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./layout.js").CodeElement} CodeElement */
/** @typedef {import("./symbol.js").Symbol_} Symbol_ */
/**
 * @typedef {object} Side one side of a label while it is drawn
 * @property {Label} label
 * @property {Grid} grid
 * @property {Faces} faces
 * @property {Record<string, string>} names all that templates may name
 * @property {Record<string, Symbol_>} symbols by the name of the code
 * @property {Row[]} rows that stand on it
 */
/** @typedef {{faces: Faces, matrix: import("./symbol.js").Matrix}} Means what drawing needs */

const [DPI_MIN, DPI_MAX] = [150, 1200];
/** What cameras of phones resolve at some 30 cm without care. */
const COMFORTABLE_MM = 0.42;
/** @type {("H" | "Q")[]} */
const BETTER_LEVELS = ["H", "Q"];

/**
 * The label as marks for a printer of `dpi`; several where the rows of its table need more room.
 * @param {Label} label
 * @param {number} dpi
 * @param {Means} means
 * @returns {Promise<Drawing[]>} Throws LabelError dpi, glyph_missing, text_too_long, code_too_wide,
 *   code_character, code_empty, base_url, or as requireValue.
 */
export async function drawingsOf(label, dpi, { faces, matrix }) {
  if (dpi < DPI_MIN || dpi > DPI_MAX) throw new LabelError("dpi", String(dpi));
  const grid = gridOf(dpi);
  const { names, symbols } = await namesOf(label, grid, matrix);
  const table = label.layout.elements.find((element) => element.kind === "table");
  const parts = table?.kind === "table" ? pagesOf(table, label.rows[table.rows] ?? []) : [[]];
  return parts.map((rows, n) => {
    const numbered = { ...names, page: String(n + 1), pages: String(parts.length) };
    return drawingOf({ label, grid, faces, symbols, rows, names: numbered });
  });
}

/**
 * All that templates may name, and the symbols of the codes that are on this label.
 * @param {Label} label
 * @param {Grid} grid
 * @param {import("./symbol.js").Matrix} matrix
 */
async function namesOf(label, grid, matrix) {
  /** @type {Record<string, string>} */
  const names = { ...label.values, base_url: label.base_url };
  const status = label.values["status"] ?? "";
  const words = isStatus(status) ? WORDS[status] : undefined;
  if (words) [names["status.zh"], names["status.en"]] = words;
  /** @type {Record<string, Symbol_>} */
  const symbols = {};
  for (const element of label.layout.elements) {
    if (element.kind !== "code" || !holds(element, label)) continue;
    try {
      const { text, line } = contentOf(element, names);
      names[`hri.${element.name}`] = line;
      symbols[element.name] = await symbolFor(element, text, { grid, matrix });
    } catch (error) {
      throw told(error, element, label);
    }
  }
  return { names, symbols };
}

/**
 * A QR code with the most error correction that leaves its modules large enough for a phone at
 * arm's length.
 * @param {CodeElement} element
 * @param {string} text
 * @param {{grid: Grid, matrix: import("./symbol.js").Matrix}} means
 */
async function symbolFor(element, text, { grid, matrix }) {
  for (const level of element.code === "qr" ? BETTER_LEVELS : []) {
    const made = await symbolOf("qr", text, { level, matrix });
    if (grid.mm(moduleOf(element, made, grid)) >= COMFORTABLE_MM) return made;
  }
  return symbolOf(element.code, text, { matrix });
}

/** @param {Side} side @returns {Drawing} */
function drawingOf(side) {
  const { label, grid } = side;
  const [width_mm, height_mm] = label.layout.size;
  const marks = label.layout.elements
    .filter((element) => holds(element, label))
    .flatMap((element) => marksOf(element, side));
  const [width, height] = [grid.dotsDown(width_mm), grid.dotsDown(height_mm)];
  return { width, height, dpi: grid.dpi, width_mm, height_mm, marks };
}

/**
 * @param {import("./layout.js").Element} element
 * @param {Side} side
 * @returns {Mark[]}
 */
function marksOf(element, side) {
  try {
    return element.kind === "table" ? tableOf(element, side) : drawnElement(element, side);
  } catch (error) {
    throw told(error, element, side.label);
  }
}

/**
 * The error says which field cannot be drawn.
 * @param {unknown} error
 * @param {import("./layout.js").Element} element
 * @param {Label} label
 */
function told(error, element, { layout, values }) {
  if (!(error instanceof LabelError)) return error;
  const named = Object.entries(values).find(([, value]) => value !== "" && value === error.about);
  return error.of(named?.[0] ?? fieldOf(element, layout), layout);
}
