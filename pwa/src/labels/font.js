/**
 * The two faces of a label as the device knows them: how wide every character runs, and the
 * outlines of those that the app brings along (dist/labels.json); the twin of labels/font.py.
 * All other letters are painted with the device's own font, as wide as these.
 */
import { LabelError } from "./error.js";

/** @typedef {"regular" | "bold"} Weight */
/** @typedef {{em: number, advances: number[], outlines: Record<string, string>}} FaceData */

/** Of the size: from the baseline up to a Chinese character's top, and down to its foot. */
export const ASCENT = 0.88;
export const DESCENT = 0.12;
/** Where a line may be broken; it is never printed and no face has it. */
export const BREAK_HERE = "\u200b";

/**
 * @param {FaceData} data `advances`: runs of equally wide characters, each as three numbers: the
 *   characters left out before it, its length, the advance
 */
export function faceOf({ em, advances, outlines }) {
  const widths = unrolled(advances);
  return {
    em,
    /** @param {string} character */
    advance: (character) => widths.get(character.codePointAt(0) ?? 0) ?? 0,
    /** @param {string} character @returns {string | undefined} path data, y up, `em` to the size */
    outline: (character) => outlines[character],
    /**
     * How wide `text` runs at `size`, in the unit of `size`, without kerning.
     * @param {string} text
     * @param {number} size
     */
    width: (text, size) => {
      let sum = 0;
      for (const character of text) sum += widths.get(character.codePointAt(0) ?? 0) ?? 0;
      return (sum * size) / em;
    },
    /** @param {string} text @throws {LabelError} glyph_missing */
    require: (text) => {
      for (const character of text) {
        const isKnown = widths.has(character.codePointAt(0) ?? 0) || character === BREAK_HERE;
        if (!isKnown) throw new LabelError("glyph_missing", character);
      }
    },
  };
}
/** @typedef {ReturnType<typeof faceOf>} Face */
/** @typedef {Record<Weight, Face>} Faces */

/** @param {number[]} runs @returns {Map<number, number>} by code point */
function unrolled(runs) {
  const widths = new Map();
  let code = 0;
  for (let at = 0; at + 2 < runs.length; at += 3) {
    code += runs[at] ?? 0;
    for (let n = runs[at + 1] ?? 0; n > 0; n -= 1) widths.set(code++, runs[at + 2] ?? 0);
  }
  return widths;
}
