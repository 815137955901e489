/**
 * What a drawing is made of: codes, boxes, pictures and lines of text on a grid of whole printer
 * dots; the twin of labels/marks.py. Origin top left, y down, lengths in dots.
 */

/** @typedef {[x: number, y: number]} Point */
/** @typedef {{hex: string, black: boolean}} Ink black: or nothing, where there is one colour */
/** @typedef {{points: Point[], ink: Ink}} Polygon */
/** @typedef {import("./symbol.js").Symbol_} Symbol_ */
/** @typedef {import("./font.js").Weight} Weight */
/**
 * @typedef {{kind: "code", x: number, y: number, module: number, height: number, symbol: Symbol_}}
 *   Code its first dark module stands at (x, y)
 * @typedef {{kind: "box", x: number, y: number, width: number, height: number, ink: Ink}} Box
 * @typedef {{kind: "picture", shapes: Polygon[]}} Picture painted in their order
 * @typedef {{kind: "text", x: number, baseline: number, content: string, size: number,
 *   weight: Weight, width: number, ink: Ink, align: "left" | "center" | "right"}} Text
 * @typedef {Code | Box | Picture | Text} Mark
 */
/**
 * @typedef {object} Drawing
 * @property {number} width in dots
 * @property {number} height
 * @property {number} dpi
 * @property {number} width_mm
 * @property {number} height_mm
 * @property {Mark[]} marks in the order of painting
 */

export const MM_PER_INCH = 25.4;
const PT_PER_INCH = 72;
const CIRCLE_CORNERS = 48;

/** @type {Ink} */
export const BLACK = { hex: "#000000", black: true };
/** @type {Ink} */
export const WHITE = { hex: "#ffffff", black: false };
/** @type {Ink} */
export const GREY = { hex: "#6e6e6e", black: true };

/**
 * Turns millimetres and points into dots of one printer.
 * @param {number} dpi
 */
export function gridOf(dpi) {
  return {
    dpi,
    /** The nearest whole number of dots. @param {number} length_mm */
    dots: (length_mm) => rounded((length_mm * dpi) / MM_PER_INCH),
    /** As many whole dots as fit. @param {number} length_mm */
    dotsDown: (length_mm) => Math.trunc((length_mm * dpi) / MM_PER_INCH + 1e-9),
    /** @param {number} dots */
    mm: (dots) => (dots * MM_PER_INCH) / dpi,
    /** @param {number} size_pt */
    size: (size_pt) => (size_pt * dpi) / PT_PER_INCH,
  };
}
/** @typedef {ReturnType<typeof gridOf>} Grid */

/** To the nearest whole number, halves to the even one, as Python does. @param {number} value */
function rounded(value) {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest === 0.5) return down % 2 === 0 ? down : down + 1;
  return rest < 0.5 ? down : down + 1;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {{width: number, height: number, ink?: Ink}} extent
 * @returns {Polygon}
 */
export function box(x, y, { width, height, ink = BLACK }) {
  const [right, bottom] = [x + width, y + height];
  return { points: [[x, y], [right, y], [right, bottom], [x, bottom]], ink }; // prettier-ignore
}

/**
 * A circle around (x, y).
 * @param {number} x
 * @param {number} y
 * @param {{radius: number, ink?: Ink}} form
 */
export function disc(x, y, { radius, ink = BLACK }) {
  return ngon(x, y, { radius, corners: CIRCLE_CORNERS, ink });
}

/**
 * A regular polygon around (x, y) that stands on a side.
 * @param {number} x
 * @param {number} y
 * @param {{radius: number, corners: number, ink?: Ink}} form
 * @returns {Polygon}
 */
export function ngon(x, y, { radius, corners, ink = BLACK }) {
  const points = Array.from({ length: corners }, (_, corner) => {
    const turn = Math.PI / 2 + Math.PI / corners + (2 * Math.PI * corner) / corners;
    return /** @type {Point} */ ([x + radius * Math.cos(turn), y + radius * Math.sin(turn)]);
  });
  return { points, ink };
}

/**
 * A line through `points` with round corners and ends.
 * @param {Point[]} points
 * @param {{width: number, ink?: Ink}} form
 * @returns {Polygon[]}
 */
export function stroke(points, { width, ink = BLACK }) {
  const radius = width / 2;
  const shapes = points.map(([x, y]) => disc(x, y, { radius, ink }));
  points.slice(1).forEach(([x2, y2], before) => {
    const [x1, y1] = /** @type {Point} */ (points[before]);
    const length = Math.hypot(x2 - x1, y2 - y1);
    const [dx, dy] = [(-(y2 - y1) / length) * radius, ((x2 - x1) / length) * radius];
    /** @type {Point[]} */
    const corners = [[x1 + dx, y1 + dy], [x2 + dx, y2 + dy]]; // prettier-ignore
    shapes.push({ points: [...corners, [x2 - dx, y2 - dy], [x1 - dx, y1 - dy]], ink });
  });
  return shapes;
}
