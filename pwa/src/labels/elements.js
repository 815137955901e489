/**
 * The elements of a layout as marks, one function an element: text, facts, codes, signs, boxes,
 * frames; with draw.js the twin of labels/draw.py.
 */
import { filled } from "./coded.js";
import { LabelError } from "./error.js";
import { BLACK, GREY } from "./marks.js";
import { INKS, hatchedFrame, isStatus, sign } from "./status.js";
import { setText } from "./text.js";

/** @typedef {import("./draw.js").Side} Side */
/** @typedef {import("./layout.js").Element} Element */
/** @typedef {import("./layout.js").TableElement} TableElement */
/** @typedef {import("./marks.js").Grid} Grid */
/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./status.js").Area} Area */

/** Against which edge, as the share of the room that is left before it. */
const SHARE = { left: 0, top: 0, center: 0.5, middle: 0.5, right: 1, bottom: 1 };

/**
 * @param {Exclude<Element, TableElement>} element
 * @param {Side} side
 * @returns {Mark[]}
 */
export function drawnElement(element, side) {
  switch (element.kind) {
    case "text":
      return text(element, side);
    case "fact":
      return fact(element, side);
    case "code":
      return code(element, side);
    case "sign":
      return signOf(element, side);
    case "box":
      return box(element, side);
    case "frame":
      return frame(element, side);
  }
}

/**
 * The largest whole number of dots with which the code fits its box.
 * @param {import("./layout.js").CodeElement} element
 * @param {import("./symbol.js").Symbol_} made
 * @param {Grid} grid
 */
export function moduleOf(element, made, grid) {
  const [width = 0, height = 0] = element.size.map(grid.dotsDown);
  const across = Math.trunc(width / (made.rows[0]?.length ?? 1));
  const module = Math.min(across, grid.dotsDown(element.module_mm[1]));
  return made.square ? Math.min(module, Math.trunc(height / made.rows.length)) : module;
}

/** @param {import("./layout.js").Place} place @param {Grid} grid @returns {Area} */
export function areaOf({ at, size }, grid) {
  const [width, height] = [grid.dotsDown(size[0]), grid.dotsDown(size[1])];
  return { x: grid.dots(at[0]), y: grid.dots(at[1]), width, height };
}

/** @param {import("./layout.js").InkName} name @param {Side} side */
function inkOf(name, { label }) {
  if (name === "grey") return GREY;
  if (name === "black") return BLACK;
  const status = label.values["status"] ?? "";
  const [panel, ink] = (isStatus(status) && INKS[status]) || [GREY, BLACK];
  return name === "panel" ? panel : ink;
}

/** @param {import("./layout.js").TextElement} element @param {Side} side @returns {Mark[]} */
function text(element, side) {
  const { grid, faces } = side;
  const content = filled(element.text, side.names);
  if (content === "") return [];
  const style = { ...element, ink: inkOf(element.ink, side) };
  return setText(content, style, { area: areaOf(element, grid), grid, faces });
}

/**
 * The caption takes what its size needs, the value all below it.
 * @param {import("./layout.js").FactElement} element
 * @param {Side} side
 * @returns {Mark[]}
 */
function fact(element, { grid, faces, names }) {
  const content = filled(element.text, names);
  if (content === "") return [];
  const area = areaOf(element, grid);
  const above = 1.05 * grid.size(element.caption_points[0]);
  /** @type {import("./text.js").Style} */
  const caption = { weight: "regular", points: element.caption_points, ink: GREY };
  const { weight, points, lines } = element;
  const head = { ...area, height: above };
  const below = { ...area, y: area.y + above, height: area.height - above };
  return [
    ...setText(element.caption, caption, { area: head, grid, faces }),
    ...setText(content, { weight, points, lines }, { area: below, grid, faces }),
  ];
}

/**
 * The code in its box, against the edges that the layout names.
 * @param {import("./layout.js").CodeElement} element
 * @param {Side} side
 * @returns {Mark[]}
 */
function code(element, { grid, symbols }) {
  const made = symbols[element.name];
  if (!made) return [];
  const module = moduleOf(element, made, grid);
  if (grid.mm(module) < element.module_mm[0] - 1e-6)
    throw new LabelError("code_too_wide", made.text);
  const [width = 0, height = 0] = element.size.map(grid.dotsDown);
  const taken = made.square ? module * made.rows.length : height;
  const across = width - module * (made.rows[0]?.length ?? 0);
  const x = grid.dots(element.at[0]) + Math.trunc(across * SHARE[element.align]);
  const y = grid.dots(element.at[1]) + Math.trunc((height - taken) * SHARE[element.stand]);
  return [{ kind: "code", x, y, module, height: taken, symbol: made }];
}

/** @param {import("./layout.js").SignElement} element @param {Side} side @returns {Mark[]} */
function signOf(element, { grid, label }) {
  const status = label.values["status"] ?? "";
  if (!isStatus(status)) return [];
  const { x, y, width, height } = areaOf(element, grid);
  return [{ kind: "picture", shapes: sign(status, { x, y, side: Math.min(width, height) }) }];
}

/** @param {import("./layout.js").BoxElement} element @param {Side} side @returns {Mark[]} */
function box(element, side) {
  const { grid } = side;
  const area = areaOf(element, grid);
  const { x, y } = area;
  const [width, height] = [Math.max(1, area.width), Math.max(1, area.height)];
  const ink = inkOf(element.ink, side);
  if (element.line_mm === undefined) return [{ kind: "box", x, y, width, height, ink }];
  const line = Math.max(1, grid.dots(element.line_mm));
  const inner = height - 2 * line;
  return [
    { kind: "box", x, y, width, height: line, ink },
    { kind: "box", x, y: y + height - line, width, height: line, ink },
    { kind: "box", x, y: y + line, width: line, height: inner, ink },
    { kind: "box", x: x + width - line, y: y + line, width: line, height: inner, ink },
  ];
}

/** @param {import("./layout.js").FrameElement} element @param {Side} side @returns {Mark[]} */
function frame(element, { grid }) {
  const stripes = { band: grid.dots(element.band_mm), pitch: grid.dots(element.pitch_mm) };
  return [{ kind: "picture", shapes: hatchedFrame(areaOf(element, grid), stripes) }];
}
