/**
 * A drawing as SVG, in colour and millimetres; the twin of labels/svg.py. Letters are outlines
 * where the app has them; all others are the device's own, each as wide as the label's font has it.
 */
import { MM_PER_INCH } from "./marks.js";
import { FAMILY, WEIGHTS } from "./own_letters.js";

/** @typedef {import("./font.js").Faces} Faces */
/** @typedef {import("./marks.js").Code} Code */
/** @typedef {import("./marks.js").Drawing} Drawing */
/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./marks.js").Text} Text */

/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * @param {Drawing} drawing
 * @param {Faces} faces
 * @returns {string} one user unit per dot
 */
export function svgOf(drawing, faces) {
  /** @type {Map<string, string>} */
  const letters = new Map();
  const parts = drawing.marks.map((mark) => markOf(mark, faces, letters));
  const words = drawing.marks.flatMap((mark) => (mark.kind === "text" ? [mark.content] : []));
  const { dpi, width_mm, height_mm } = drawing;
  const [width, height] = [width_mm, height_mm].map((mm) => ((mm * dpi) / MM_PER_INCH).toFixed(4));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width_mm}mm" ` +
    `height="${height_mm}mm" viewBox="0 0 ${width} ${height}">\n` +
    `<title>${escaped(words.join(" · "))}</title>\n` +
    `<rect width="100%" height="100%" fill="#ffffff"/>\n` +
    `<defs>${[...letters.values()].join("")}</defs>\n${parts.join("\n")}\n</svg>\n`
  );
}

/** @param {Mark} mark @param {Faces} faces @param {Map<string, string>} letters */
function markOf(mark, faces, letters) {
  switch (mark.kind) {
    case "code":
      return `<path shape-rendering="crispEdges" d="${modulesOf(mark)}"/>`;
    case "box": {
      const { x, y, width, height, ink } = mark;
      return `<path fill="${ink.hex}" d="M${x} ${y}h${width}v${height}h${-width}z"/>`;
    }
    case "picture":
      return mark.shapes.map(polygonOf).join("");
    case "text":
      return textOf(mark, faces, letters);
  }
}

/** @param {import("./marks.js").Polygon} shape */
function polygonOf({ points, ink }) {
  const corners = points.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");
  return `<polygon fill="${ink.hex}" points="${corners}"/>`;
}

/** Dark runs, row by row. @param {Code} code */
function modulesOf(code) {
  return darkRuns(code)
    .map(({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`)
    .join("");
}

/**
 * Where the dark modules of a code lie, neighbours in a row as one.
 * @param {Code} code
 * @returns {{x: number, y: number, width: number, height: number}[]} in dots
 */
export function darkRuns({ x, y, module, height, symbol }) {
  const step = symbol.square ? module : height;
  return symbol.rows.flatMap((row, number) =>
    [...row.matchAll(/1+/g)].map(({ index, 0: run }) => ({
      x: x + index * module,
      y: y + number * step,
      width: run.length * module,
      height: step,
    })),
  );
}

/**
 * Outlines are defined once and used at their places, in units of the font.
 * @param {Text} text
 * @param {Faces} faces
 * @param {Map<string, string>} letters
 */
function textOf(text, faces, letters) {
  const face = faces[text.weight];
  const scale = text.size / face.em;
  /** @type {string[]} */
  const placed = [];
  let x = 0;
  for (const character of text.content) {
    const name = `${text.weight[0]}${character.codePointAt(0)?.toString(16)}`;
    const outline = face.outline(character);
    if (outline) letters.set(name, `<path id="${name}" d="${outline}"/>`);
    const advance = face.advance(character);
    if (outline) placed.push(`<use href="#${name}" x="${x}"/>`);
    else if (outline === undefined) placed.push(ownLetter(character, { x, advance, text, face }));
    x += advance;
  }
  return (
    `<g fill="${text.ink.hex}" transform="matrix(${scale.toFixed(5)} 0 0 ${(-scale).toFixed(5)} ` +
    `${text.x.toFixed(3)} ${text.baseline.toFixed(3)})">${placed.join("")}</g>`
  );
}

/**
 * A letter in the device's own font.
 * @param {string} character
 * @param {{x: number, advance: number, text: Text, face: import("./font.js").Face}} place
 */
function ownLetter(character, { x, advance, text, face }) {
  return (
    `<text transform="matrix(1 0 0 -1 ${x} 0)" font-family="${FAMILY}" font-size="${face.em}" ` +
    `font-weight="${WEIGHTS[text.weight]}" textLength="${advance}" ` +
    `lengthAdjust="spacingAndGlyphs">${escaped(character)}</text>`
  );
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}
