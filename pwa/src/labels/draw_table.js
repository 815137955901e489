/**
 * The ruled table of a card: a header, the rows that are known, free rows for a pen; the twin of
 * labels/draw_table.py.
 */
import { filled } from "./coded.js";
import { areaOf } from "./elements.js";
import { BLACK, GREY } from "./marks.js";
import { setText } from "./text.js";

/** @typedef {import("./content.js").Row} Row */
/** @typedef {import("./draw.js").Side} Side */
/** @typedef {import("./layout.js").TableElement} TableElement */
/** @typedef {import("./marks.js").Box} Box */
/** @typedef {import("./marks.js").Ink} Ink */
/** @typedef {import("./marks.js").Mark} Mark */

const [RULE_MM, STRONG_RULE_MM, PADDING_MM] = [0.12, 0.35, 0.9];
/** @type {import("./text.js").Style} */
const TITLE = { weight: "bold", points: [7.5, 4.5], lines: 2, stand: "middle" };

/**
 * The rows of each page, at least one page.
 * @param {TableElement} element
 * @param {Row[]} rows
 * @returns {Row[][]}
 */
export function pagesOf(element, rows) {
  const capacity = placesOf(element) - element.free_rows;
  const pages = Math.max(1, Math.ceil(rows.length / capacity));
  return Array.from({ length: pages }, (_, n) => rows.slice(n * capacity, (n + 1) * capacity));
}

/** How many rows a page has below its header. @param {TableElement} element */
function placesOf({ size, header_mm, row_mm }) {
  return Math.trunc((size[1] - header_mm) / row_mm + 1e-6);
}

/**
 * The table with the rows of this side first and free rows below.
 * @param {TableElement} element
 * @param {Side} side
 * @returns {Mark[]}
 */
export function tableOf(element, { grid, faces, rows }) {
  const area = areaOf(element, grid);
  const edges = Array.from({ length: placesOf(element) + 1 }, (_, n) =>
    grid.dots(element.at[1] + element.header_mm + n * element.row_mm),
  );
  const lefts = [element.at[0]];
  for (const { width } of element.columns) lefts.push((lefts.at(-1) ?? 0) + width);
  /** @type {Mark[]} */
  const marks = [];
  for (const [n, column] of element.columns.entries()) {
    const { align, points, width } = column;
    const place = { x: grid.dots((lefts[n] ?? 0) + PADDING_MM), ...paddedOf(grid, width) };
    const head = { ...place, y: area.y, height: (edges[0] ?? 0) - area.y };
    marks.push(...setText(column.title, { ...TITLE, align }, { area: head, grid, faces }));
    for (const [number, row] of rows.entries()) {
      const content = filled(column.text, row);
      const [top = 0, bottom = 0] = edges.slice(number, number + 2);
      const cell = { ...place, y: top, height: bottom - top };
      /** @type {import("./text.js").Style} */
      const style = { weight: "regular", points, lines: 2, align, stand: "middle" };
      if (content !== "") marks.push(...setText(content, style, { area: cell, grid, faces }));
    }
  }
  return [...marks, ...rulesOf(grid, area.y, { edges, lefts: lefts.map(grid.dots) })];
}

/** @param {import("./marks.js").Grid} grid @param {number} width_mm */
function paddedOf(grid, width_mm) {
  return { width: grid.dotsDown(width_mm - 2 * PADDING_MM) };
}

/**
 * Hairlines between rows and columns, stronger ones around and below the header.
 * @param {import("./marks.js").Grid} grid
 * @param {number} top
 * @param {{edges: number[], lefts: number[]}} lines
 * @returns {Box[]}
 */
function rulesOf(grid, top, { edges, lefts }) {
  const [left = 0, right = 0] = [lefts[0], lefts.at(-1)];
  const bottom = edges.at(-1) ?? 0;
  const [width, height] = [right - left, bottom - top];
  const thin = Math.max(1, grid.dots(RULE_MM));
  const strong = Math.max(2, grid.dots(STRONG_RULE_MM));
  const across = (/** @type {number} */ y, /** @type {number} */ line, /** @type {Ink} */ ink) =>
    /** @type {Box} */ ({ kind: "box", x: left, y, width, height: line, ink });
  const down = (/** @type {number} */ x, /** @type {number} */ line, /** @type {Ink} */ ink) =>
    /** @type {Box} */ ({ kind: "box", x, y: top, width: line, height, ink });
  return [
    ...edges.slice(1, -1).map((y) => across(y, thin, GREY)),
    ...lefts.slice(1, -1).map((x) => down(x, thin, GREY)),
    ...[top, edges[0] ?? 0, bottom - strong].map((y) => across(y, strong, BLACK)),
    ...[left, right - strong].map((x) => down(x, strong, BLACK)),
  ];
}
