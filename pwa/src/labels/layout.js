/**
 * A layout as the device has it: the YAML of labels/layouts as JSON, with what labels/layout.py
 * takes where a file says nothing. Checked when the app is built and by the server's tests.
 */

/** @typedef {import("./font.js").Weight} Weight */
/** @typedef {"black" | "grey" | "status" | "panel"} InkName */
/** @typedef {"left" | "center" | "right"} Align */
/**
 * @typedef {object} FieldRule
 * @property {string} zh
 * @property {string} en
 * @property {"text" | "date" | "number" | "status" | "gtin" | "rows"} type
 * @property {boolean} required
 * @property {number} longest characters
 * @property {string[]} columns of rows
 */
/**
 * @typedef {object} Column of a table
 * @property {string} title
 * @property {number} width
 * @property {string} text
 * @property {Align} align
 * @property {[number, number]} points
 */
/** @typedef {{at: [number, number], size: [number, number], when?: string}} Place in mm */
/**
 * @typedef {Place & {kind: "text", text: string, weight: Weight, points: [number, number],
 *   lines: number, align: Align, stand: "top" | "middle" | "bottom", ink: InkName}} TextElement
 * @typedef {Place & {kind: "fact", caption: string, text: string, weight: Weight,
 *   points: [number, number], caption_points: [number, number], lines: number}} FactElement
 * @typedef {Place & {kind: "code", code: import("./symbol.js").Kind, name: string, text?: string,
 *   gs1?: [name: string, value: string][], link?: string, query?: Record<string, string>,
 *   module_mm: [number, number], align: Align, stand: "top" | "middle" | "bottom"}} CodeElement
 * @typedef {Place & {kind: "sign"}} SignElement
 * @typedef {Place & {kind: "box", line_mm?: number, ink: InkName}} BoxElement
 * @typedef {Place & {kind: "frame", band_mm: number, pitch_mm: number}} FrameElement
 * @typedef {Place & {kind: "table", rows: string, columns: Column[], header_mm: number,
 *   row_mm: number, free_rows: number}} TableElement
 * @typedef {TextElement | FactElement | CodeElement | SignElement | BoxElement | FrameElement
 *   | TableElement} Element
 */
/**
 * @typedef {object} Layout
 * @property {string} name
 * @property {string} zh
 * @property {string} en
 * @property {[number, number]} size width and height in mm
 * @property {Record<string, FieldRule>} fields
 * @property {Element[]} elements
 */

export const PLACEHOLDER = /\{([a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)?)\}/g;
const CONDITION = /^(!?)([a-z][a-z0-9_]*)(?:=([^=]+))?$/;

const FIELD = { type: "text", required: false, longest: 120, columns: [] };
const COLUMN = { text: "", align: "left", points: [8.5, 5.5] };
/** @type {Record<Element["kind"], object>} */
const ELEMENTS = {
  text: { weight: "regular", lines: 1, align: "left", stand: "bottom", ink: "black" },
  fact: { weight: "bold", points: [10.5, 4.75], caption_points: [6.25, 5], lines: 2 },
  code: { name: "code", align: "left", stand: "top" },
  sign: {},
  box: { ink: "black" },
  frame: { band_mm: 1.7, pitch_mm: 3.4 },
  table: { header_mm: 7, row_mm: 9, free_rows: 0 },
};

/**
 * @param {any} written as in its file
 * @returns {Layout} with what the file leaves out
 */
export function layoutOf(written) {
  const rules = Object.entries(written.fields).map(([name, rule]) => [name, { ...FIELD, ...rule }]);
  const elements = written.elements.map((/** @type {any} */ element) => {
    const whole = { ...ELEMENTS[/** @type {Element["kind"]} */ (element.kind)], ...element };
    if (whole.kind !== "table") return whole;
    const columns = whole.columns.map((/** @type {any} */ column) => ({ ...COLUMN, ...column }));
    return { ...whole, columns };
  });
  return { ...written, fields: Object.fromEntries(rules), elements };
}

/**
 * Whether the element is on a label with these values.
 * @param {Element} element
 * @param {{values: Record<string, string>, rows: Record<string, object[]>}} label
 */
export function holds({ when }, { values, rows }) {
  if (when === undefined) return true;
  const [, turned = "", name = "", wanted] = CONDITION.exec(when) ?? [];
  const value = values[name] || ((rows[name] ?? []).length > 0 ? "rows" : "");
  return (turned === "!") !== (wanted === undefined ? value !== "" : value === wanted);
}

/**
 * Whose text the element shows: the first field in it; empty where it shows none.
 * @param {Element} element
 * @param {Layout} layout
 * @returns {string}
 */
export function fieldOf(element, layout) {
  if (element.kind === "table") return element.rows;
  for (const [, name = ""] of templatesOf(element).matchAll(PLACEHOLDER)) {
    if (Object.hasOwn(layout.fields, name)) return name;
    const code = layout.elements.find((one) => one.kind === "code" && name === `hri.${one.name}`);
    if (code) return fieldOf(code, layout);
  }
  return "";
}

/** @param {Element} element @returns {string} all its templates, one after the other */
function templatesOf(element) {
  if (element.kind === "text" || element.kind === "fact") return element.text;
  if (element.kind !== "code") return "";
  const { text = "", link = "", gs1 = [] } = element;
  return [text, link, ...gs1.map(([, value]) => value)].join(" ");
}
