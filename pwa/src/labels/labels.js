/**
 * Labels as the device makes them: a thing and a layout in, SVG or PNG out, without a network.
 * What it needs beside documents (layouts, font, zint) is loaded when it is first used.
 */
import { labelOf } from "./content.js";
import { createMatrix } from "./data_matrix.js";
import { drawingsOf } from "./draw.js";
import { LabelError } from "./error.js";
import { faceOf } from "./font.js";
import { labelFields } from "./fields.js";
import { layoutOf } from "./layout.js";
import { requireOwnLetters } from "./own_letters.js";
import { pngOf } from "./png.js";
import { bitmapOf } from "./raster.js";
import { svgOf } from "./svg.js";

/** @typedef {import("./font.js").Faces} Faces */
/** @typedef {import("../types").Doc} Doc */
/** @typedef {{layouts: Record<string, any>, faces: Record<string, any>}} Parts of labels.json */

/**
 * @typedef {object} Wanted
 * @property {string} layout its name
 * @property {string} base_url of the links in its codes
 * @property {"svg" | "png"} format
 * @property {string} site that prints it
 * @property {Record<string, string>} facts that a person wrote
 * @property {string} number the label's own, or empty
 * @property {string} serial of a unit, or empty
 * @property {number} side of a card, from 0
 */

const PARTS = "/assets/labels.json";
const WRITER = "/assets/zxing_writer.wasm";
/** Of both pictures, as the server has it. */
const DPI = 300;

/** @param {(path: string) => Promise<Response>} asset a file of this build */
export function createLabels(asset) {
  const matrix = createMatrix(async () => (await asset(WRITER)).arrayBuffer());
  /** @type {Promise<{layouts: Record<string, any>, faces: Faces}> | null} */
  let loading = null;

  async function load() {
    const response = await asset(PARTS);
    if (!response.ok) throw new TypeError(`${PARTS}: ${response.status}`);
    const { layouts, faces } = /** @type {Parts} */ (await response.json());
    const { regular, bold } = faces;
    return { layouts, faces: { regular: faceOf(regular), bold: faceOf(bold) } };
  }

  /** @returns {NonNullable<typeof loading>} */
  function parts() {
    loading ??= load().catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  }

  /**
   * @param {{key: string, doc: Doc | null}} thing
   * @param {Wanted} wanted
   * @returns {Promise<Blob | null>} null: it has not that many sides. Throws LabelError.
   */
  return async ({ key, doc }, { layout: name, base_url, format, side, ...told }) => {
    const { layouts, faces } = await parts();
    if (!Object.hasOwn(layouts, name)) throw new LabelError("layout_unknown", name);
    const layout = layoutOf(layouts[name]);
    const fields = Object.entries(labelFields(key, doc, told));
    const given = fields.filter(([field]) => Object.hasOwn(layout.fields, field));
    const label = labelOf(layout, Object.fromEntries(given), base_url);
    const drawing = (await drawingsOf(label, DPI, { faces, matrix }))[side];
    if (!drawing) return null;
    requireOwnLetters(drawing, faces);
    if (format === "png") return pngOf(bitmapOf(drawing, faces), DPI);
    return new Blob([svgOf(drawing, faces)], { type: "image/svg+xml" });
  };
}
