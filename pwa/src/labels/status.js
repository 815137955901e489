/**
 * The inspection status as a label shows it: a word in both languages, a sign that needs no colour,
 * and a colour where there is one; the twin of labels/status.py.
 */
import { BLACK, WHITE, box, disc, ngon, stroke } from "./marks.js";

/** @typedef {import("./marks.js").Ink} Ink */
/** @typedef {import("./marks.js").Point} Point */
/** @typedef {import("./marks.js").Polygon} Polygon */
/** @typedef {{x: number, y: number, width: number, height: number}} Area */

/** @type {Record<string, [zh: string, en: string]>} */
export const WORDS = {
  to_inspect: ["待检", "To inspect"],
  passed: ["合格", "Passed"],
  failed: ["不合格", "Failed"],
  on_hold: ["待处理", "On hold"],
  scrapped: ["报废", "Scrapped"],
  emergency: ["紧急放行", "Emergency release"],
};

const ON_DARK = { hex: "#ffffff", black: true };
/** @type {Record<string, [panel: Ink, sign: Ink]>} */
export const INKS = {
  to_inspect: [{ hex: "#ffd640", black: false }, BLACK],
  passed: [{ hex: "#0e7a38", black: false }, ON_DARK],
  failed: [{ hex: "#c4122a", black: false }, ON_DARK],
  on_hold: [{ hex: "#1a5cbc", black: false }, ON_DARK],
  scrapped: [{ hex: "#282828", black: false }, ON_DARK],
  emergency: [{ hex: "#ff8c1a", black: false }, BLACK],
};

/** @type {Record<string, () => Polygon[]>} */
const SIGNS = {
  to_inspect: () => [
    ...line([[0.62, 0.62], [0.91, 0.91]], 0.17),
    disc(0.4, 0.4, { radius: 0.4 }),
    disc(0.4, 0.4, { radius: 0.29, ink: WHITE }),
  ], // prettier-ignore
  passed: () => [
    disc(0.5, 0.5, { radius: 0.5 }),
    ...line([[0.26, 0.53], [0.44, 0.7], [0.75, 0.33]], 0.12, WHITE),
  ], // prettier-ignore
  failed: () => [
    ngon(0.5, 0.5, { radius: 0.54, corners: 8 }),
    ...line([[0.32, 0.32], [0.68, 0.68]], 0.13, WHITE),
    ...line([[0.68, 0.32], [0.32, 0.68]], 0.13, WHITE),
  ], // prettier-ignore
  on_hold: () => [
    disc(0.5, 0.5, { radius: 0.5 }),
    disc(0.5, 0.5, { radius: 0.42, ink: WHITE }),
    box(0.33, 0.27, { width: 0.12, height: 0.46 }),
    box(0.55, 0.27, { width: 0.12, height: 0.46 }),
  ],
  scrapped: () => [
    box(0, 0, { width: 1, height: 1 }),
    box(0.07, 0.07, { width: 0.86, height: 0.86, ink: WHITE }),
    ...line([[0.06, 0.06], [0.94, 0.94]], 0.08),
    ...line([[0.94, 0.06], [0.06, 0.94]], 0.08),
  ], // prettier-ignore
  emergency: () => [
    { points: [[0.5, 0.04], [1.0, 0.94], [0.0, 0.94]], ink: BLACK },
    { points: [[0.44, 0.36], [0.56, 0.36], [0.535, 0.67], [0.465, 0.67]], ink: WHITE },
    disc(0.5, 0.79, { radius: 0.06, ink: WHITE }),
  ], // prettier-ignore
};

/**
 * @param {string} status
 * @returns {boolean} whether there is one of that name
 */
export function isStatus(status) {
  return Object.hasOwn(WORDS, status);
}

/**
 * The sign of a status in the square of `side` dots whose top left corner is (x, y).
 * @param {string} status
 * @param {{x: number, y: number, side: number}} square
 * @returns {Polygon[]}
 */
export function sign(status, { x, y, side }) {
  const [panel, ink] = /** @type {[Ink, Ink]} */ (INKS[status]);
  return (SIGNS[status]?.() ?? []).map((shape) => ({
    points: shape.points.map(([a, b]) => [x + side * a, y + side * b]),
    ink: shape.ink.black ? ink : panel,
  }));
}

/**
 * Slanting stripes along the inside of `area`: released before it was verified.
 * @param {Area} area
 * @param {{band: number, pitch: number}} stripes in dots; a stripe and a gap make a pitch
 * @returns {Polygon[]}
 */
export function hatchedFrame(area, { band, pitch }) {
  const inner = area.height - 2 * band;
  const sides = [
    box(area.x, area.y, { width: area.width, height: band }),
    box(area.x, area.y + area.height - band, { width: area.width, height: band }),
    box(area.x, area.y + band, { width: band, height: inner }),
    box(area.x + area.width - band, area.y + band, { width: band, height: inner }),
  ];
  return sides.flatMap((side) => stripesOf(side, pitch)).filter(({ points }) => points.length > 0);
}

/** @param {Polygon} side @param {number} pitch @returns {Polygon[]} */
function stripesOf({ points }, pitch) {
  const sums = points.map(([x, y]) => x + y);
  const first = Math.trunc(Math.min(...sums) / pitch);
  const last = Math.trunc(Math.max(...sums) / pitch);
  return Array.from({ length: last - first + 1 }, (_, n) => {
    const start = cut(points, (first + n) * pitch, 1);
    return { points: cut(start, (first + n + 0.5) * pitch, -1), ink: BLACK };
  });
}

/**
 * The part of a convex shape on one side of the slanting line x + y = `line`.
 * @param {Point[]} points
 * @param {number} at
 * @param {1 | -1} side
 * @returns {Point[]}
 */
function cut(points, at, side) {
  /** @type {Point[]} */
  const kept = [];
  points.forEach(([x1, y1], n) => {
    const [x2, y2] = /** @type {Point} */ (points[(n + 1) % points.length]);
    const [before, after] = [side * (x1 + y1 - at), side * (x2 + y2 - at)];
    if (before >= 0) kept.push([x1, y1]);
    if (before * after < 0) {
      const share = before / (before - after);
      kept.push([x1 + share * (x2 - x1), y1 + share * (y2 - y1)]);
    }
  });
  return kept;
}

/** @param {Point[]} points @param {number} width @param {Ink} [ink] */
function line(points, width, ink) {
  return stroke(points, { width, ink });
}
