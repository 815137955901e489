/**
 * Letters in the device's own font: what the label's font would draw and the app does not bring
 * along. They are drawn one by one, each as wide as the label's font has it.
 */
import { LabelError } from "./error.js";

/** @typedef {import("./font.js").Faces} Faces */
/** @typedef {import("./font.js").Weight} Weight */

/** What stands in for the label's font where a device has it: it or its kin, else any. */
export const FAMILY = "Noto Sans SC,Noto Sans CJK SC,PingFang SC,Microsoft YaHei,sans-serif";
/** @type {Record<Weight, number>} */
export const WEIGHTS = { regular: 400, bold: 700 };
/** No font has it; what is painted in its place stands for all that a device lacks. */
const NOBODYS = "\u{10fffd}";
const SAMPLE_PX = 24;

/**
 * Browsers paint the same box for every character that no font of the device has; where they paint
 * something else each time, a missing one is not noticed.
 * @param {import("./marks.js").Drawing} drawing
 * @param {Faces} faces
 * @throws {LabelError} glyph_missing
 */
export function requireOwnLetters(drawing, faces) {
  const context = contextOf(2 * SAMPLE_PX, 2 * SAMPLE_PX);
  const nothing = sampleOf(context, NOBODYS);
  for (const character of ownLettersOf(drawing, faces)) {
    const isBlank = character.trim() === "";
    if (!isBlank && sampleOf(context, character) === nothing)
      throw new LabelError("glyph_missing", character);
  }
}

/** @param {import("./marks.js").Drawing} drawing @param {Faces} faces */
function ownLettersOf({ marks }, faces) {
  const texts = marks.flatMap((mark) => (mark.kind === "text" ? [mark] : []));
  return new Set(
    texts.flatMap(({ content, weight }) =>
      [...content].filter((character) => faces[weight].outline(character) === undefined),
    ),
  );
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {OffscreenCanvasRenderingContext2D}
 */
export function contextOf(width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new TypeError("no canvas");
  return context;
}

/**
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {string} character
 * @returns {string} its pixels
 */
function sampleOf(context, character) {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  context.font = `${SAMPLE_PX}px ${FAMILY}`;
  context.fillText(character, SAMPLE_PX / 2, SAMPLE_PX * 1.5);
  return context.getImageData(0, 0, width, height).data.join();
}
