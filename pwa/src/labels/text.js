/**
 * Text set into a box: it shrinks a little, then wraps, then shrinks to its limit; it is never
 * clipped. The twin of labels/text.py.
 */
import { LabelError } from "./error.js";
import { ASCENT, BREAK_HERE, DESCENT } from "./font.js";
import { BLACK } from "./marks.js";

/** @typedef {import("./font.js").Face} Face */
/** @typedef {import("./font.js").Faces} Faces */
/** @typedef {import("./marks.js").Grid} Grid */
/** @typedef {import("./marks.js").Text} Text */
/** @typedef {import("./status.js").Area} Area */
/**
 * @typedef {object} Style how a text is set
 * @property {import("./font.js").Weight} weight
 * @property {[size: number, limit: number]} points
 * @property {number} [lines] at most
 * @property {"left" | "center" | "right"} [align]
 * @property {"top" | "middle" | "bottom"} [stand]
 * @property {import("./marks.js").Ink} [ink]
 */
/** @typedef {{text: string, full: number, bare: number}} Piece bare: without the blank after it */

const STEP_PT = 0.25;
/** A line that is hardly too long is made smaller; rather than smaller still it becomes two. */
const ONE_LINE_SHARE = 0.85;
const LEADING = 1.18;
/** A word with the blank after it, or one Chinese character with the closing marks after it. */
const PIECE = new RegExp(
  "[（《「『【]*[\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef][，。、；：！？）》」』】％]*\\s?" +
    "|[^\\s\\u200b\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef]+[\\s\\u200b]*" +
    "|[\\s\\u200b]+",
  "gu",
);

/**
 * The lines of `content` in `area`, as large as they fit; one line goes before two unless it would
 * be much smaller.
 * @param {string} content
 * @param {Style} style
 * @param {{area: Area, grid: Grid, faces: Faces}} on
 * @returns {Text[]}
 * @throws {LabelError} glyph_missing, text_too_long
 */
export function setText(content, style, { area, grid, faces }) {
  const face = faces[style.weight];
  face.require(content);
  const plain = content.replaceAll(BREAK_HERE, "");
  const place = { style, area, face, grid };
  const [first, limit] = style.points;
  const most = style.lines ?? 1;
  const least = Math.max(limit, most > 1 ? first * ONE_LINE_SHARE : 0);
  for (const size of sizes(first, least, grid)) {
    if (face.width(plain, size) <= area.width && height(1, size) <= area.height)
      return placed([plain], size, place);
  }
  if (most > 1) {
    const pieces = (content.match(PIECE) ?? []).map((text) => pieceOf(text, face));
    for (const size of sizes(first, limit, grid)) {
      const lines = wrapped(pieces, face, area.width / size);
      if (lines.length <= most && height(lines.length, size) <= area.height)
        return placed(lines, size, place);
    }
  }
  throw new LabelError("text_too_long", plain);
}

/** @param {number} first @param {number} limit @param {Grid} grid */
function* sizes(first, limit, grid) {
  for (let size_pt = first; size_pt >= limit; size_pt -= STEP_PT) yield grid.size(size_pt);
}

/** @param {number} lines @param {number} size */
function height(lines, size) {
  return ((lines - 1) * LEADING + ASCENT + DESCENT) * size;
}

/** @param {string} text @param {Face} face @returns {Piece} */
function pieceOf(text, face) {
  return {
    text,
    full: face.width(text.replaceAll(BREAK_HERE, ""), 1),
    bare: face.width(text.replace(/[ \u200b\u3000]+$/, ""), 1),
  };
}

/**
 * Lines against the edges that the style names. On the foot of an area the baselines stay where
 * the full size would have them, so that facts side by side stand on one line.
 * @param {string[]} lines
 * @param {number} size
 * @param {{style: Style, area: Area, face: Face, grid: Grid}} place
 * @returns {Text[]}
 */
function placed(lines, size, { style, area, face, grid }) {
  const { weight, align = "left", stand = "bottom", ink = BLACK, points } = style;
  const spare = area.height - height(lines.length, size);
  const low = Math.max(spare - DESCENT * (grid.size(points[0]) - size), 0);
  const top = area.y + { top: 0, middle: spare / 2, bottom: low }[stand];
  return lines.map((content, number) => {
    const width = face.width(content, size);
    const shift = { left: 0, center: 0.5, right: 1 }[align] * (area.width - width);
    const baseline = top + (ASCENT + number * LEADING) * size;
    return { kind: "text", x: area.x + shift, baseline, content, size, weight, width, ink, align };
  });
}

/**
 * Pieces in lines no wider than `width`, both at size 1.
 * @param {Piece[]} pieces
 * @param {Face} face
 * @param {number} width
 */
function wrapped(pieces, face, width) {
  const lines = [""];
  let filled = 0;
  for (const { text, full, bare } of pieces) {
    if (filled + bare <= width) {
      lines.push((lines.pop() ?? "") + text);
      filled += full;
    } else if (bare <= width) {
      lines.push(text);
      filled = full;
    } else {
      lines.push(...broken(text, face, width));
      filled = face.width((lines.at(-1) ?? "").replaceAll(BREAK_HERE, ""), 1);
    }
  }
  return lines.map((line) => line.replaceAll(BREAK_HERE, "").trim()).filter((line) => line !== "");
}

/**
 * A word wider than a line, cut where the line is full.
 * @param {string} word
 * @param {Face} face
 * @param {number} width
 */
function broken(word, face, width) {
  const lines = [""];
  let filled = 0;
  for (const character of word.replaceAll(BREAK_HERE, "")) {
    const advance = face.width(character, 1);
    if (lines.at(-1) !== "" && filled + advance > width) {
      lines.push("");
      filled = 0;
    }
    lines.push((lines.pop() ?? "") + character);
    filled += advance;
  }
  return lines;
}
