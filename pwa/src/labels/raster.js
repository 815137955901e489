/**
 * A drawing as a bitmap, dot for dot what a label printer gets; the twin of labels/raster.py.
 * One colour means no grey: a printer driver would dither it.
 */
import { WEIGHTS, FAMILY, contextOf } from "./own_letters.js";
import { darkRuns } from "./svg.js";

/** @typedef {import("./font.js").Faces} Faces */
/** @typedef {import("./marks.js").Drawing} Drawing */
/** @typedef {import("./marks.js").Text} Text */
/** @typedef {OffscreenCanvasRenderingContext2D} Context */

const [BLACK, WHITE] = ["#000", "#fff"];
const THRESHOLD = 128;

/**
 * @param {Drawing} drawing
 * @param {Faces} faces
 * @returns {{width: number, height: number, rows: Uint8Array}} rows of whole bytes, the first pixel
 *   in the highest bit, white is 1
 */
export function bitmapOf(drawing, faces) {
  const { width, height } = drawing;
  const context = contextOf(width, height);
  context.fillStyle = WHITE;
  context.fillRect(0, 0, width, height);
  for (const mark of drawing.marks) paint(context, mark, faces);
  return { width, height, rows: packed(context.getImageData(0, 0, width, height)) };
}

/** @param {Context} context @param {import("./marks.js").Mark} mark @param {Faces} faces */
function paint(context, mark, faces) {
  if (mark.kind === "code") {
    context.fillStyle = BLACK;
    for (const { x, y, width, height } of darkRuns(mark)) context.fillRect(x, y, width, height);
  } else if (mark.kind === "box") {
    context.fillStyle = BLACK;
    if (mark.ink.black) context.fillRect(mark.x, mark.y, mark.width, mark.height);
  } else if (mark.kind === "picture") {
    for (const shape of mark.shapes) paintShape(context, shape);
  } else paintText(context, mark, faces);
}

/** @param {Context} context @param {import("./marks.js").Polygon} shape */
function paintShape(context, { points, ink }) {
  context.fillStyle = ink.black ? BLACK : WHITE;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.fill();
}

/**
 * Each letter at its own advance, on the nearest whole dot.
 * @param {Context} context
 * @param {Text} text
 * @param {Faces} faces
 */
function paintText(context, text, faces) {
  const face = faces[text.weight];
  const scale = text.size / face.em;
  context.fillStyle = text.ink.black ? BLACK : WHITE;
  let x = text.x;
  for (const character of text.content) {
    const outline = face.outline(character);
    const width = face.advance(character) * scale;
    const place = { x: Math.round(x), y: Math.round(text.baseline) };
    if (outline === undefined) paintOwn(context, character, { ...place, text, width });
    else {
      context.setTransform(scale, 0, 0, -scale, place.x, place.y);
      context.fill(new Path2D(outline));
    }
    x += width;
  }
  context.resetTransform();
}

/**
 * @param {Context} context
 * @param {string} character
 * @param {{x: number, y: number, text: Text, width: number}} place
 */
function paintOwn(context, character, { x, y, text, width }) {
  context.font = `${WEIGHTS[text.weight]} ${text.size}px ${FAMILY}`;
  const own = context.measureText(character).width;
  context.setTransform(own > 0 ? width / own : 1, 0, 0, 1, x, y);
  context.fillText(character, 0, 0);
}

/** Grey from smoothed edges becomes black or white. @param {ImageData} image */
function packed({ data, width, height }) {
  const length = Math.ceil(width / 8);
  const rows = new Uint8Array(length * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if ((data[4 * (y * width + x)] ?? 0) >= THRESHOLD)
        rows[y * length + (x >> 3)] = (rows[y * length + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
  return rows;
}
