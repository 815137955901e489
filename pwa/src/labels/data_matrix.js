/**
 * Data Matrix as modules: ECC 200, square (ISO/IEC 16022), by zint as on the server, here in
 * zxing-wasm's writer. It is loaded when the first label needs it: most have none.
 */
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";
import { FNC1 } from "../scan/gs1.js";
import { identifierOf, PREDEFINED_LENGTH } from "../scan/gs1_table.js";
import { LabelError } from "./error.js";

const GS1_OPTIONS = "gs1,forcesquare";
const OPTIONS = "forcesquare";

/**
 * @param {() => Promise<ArrayBuffer>} wasm of the writer; asked for once
 * @returns {import("./symbol.js").Matrix}
 */
export function createMatrix(wasm) {
  /** @type {Promise<unknown> | null} */
  let loading = null;

  async function load() {
    const wasmBinary = await wasm();
    await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  }

  return async (text, isGs1) => {
    const wrong = [...text].find((sign) => sign < " " && !(isGs1 && sign === FNC1));
    if (wrong !== undefined) throw new LabelError("code_character", wrong);
    loading ??= load();
    await loading.catch((error) => {
      loading = null;
      throw error;
    });
    const content = isGs1 ? bracketed(text) : text;
    const options = isGs1 ? GS1_OPTIONS : OPTIONS;
    const { symbol, error } = await writeBarcode(content, { format: "DataMatrix", options });
    if (error) throw new LabelError("code_too_wide", text);
    return rowsOf(symbol);
  };
}

/** @param {{data: ArrayLike<number>, width: number, height: number}} symbol dark is 0 */
function rowsOf({ data, width, height }) {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[y * width + x] ? "0" : "1")).join(""),
  );
}

/** An element string as zint writes it, identifiers in square brackets. @param {string} text */
function bracketed(text) {
  let written = "";
  let rest = text;
  while (rest !== "") {
    const name = identifierOf(rest) ?? rest.slice(0, 2);
    const length = PREDEFINED_LENGTH.get(name.slice(0, 2));
    const end = length ?? (rest.includes(FNC1) ? rest.indexOf(FNC1) : rest.length);
    written += `[${name}]${rest.slice(name.length, end)}`;
    rest = rest.slice(end + (rest[end] === FNC1 ? 1 : 0));
  }
  return written;
}
