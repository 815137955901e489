/**
 * What Node does for the check: ZPL rendered by zpl-renderer-js, codes read by zxing-wasm with the
 * options of the device's decoder (pwa/src/scan/decoder.js, the thorough ones).
 *
 * One JSON object per line in and out: {zpl, width_mm, height_mm, dpmm} → {png}; {png} → {codes}.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { ready } from "../../pwa/node_modules/zpl-renderer-js/dist/index.esm.js";
import {
  prepareZXingModule,
  readBarcodes,
} from "../../pwa/node_modules/zxing-wasm/dist/es/reader/index.js";

const WASM = "../../pwa/node_modules/zxing-wasm/dist/reader/zxing_reader.wasm";
const OPTIONS = {
  textMode: "Plain",
  maxNumberOfSymbols: 8,
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  tryDenoise: true,
};

await prepareZXingModule({
  overrides: { wasmBinary: readFileSync(new URL(WASM, import.meta.url)) },
  fireImmediately: true,
});
const { api } = await ready;

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}

/** @param {Record<string, any>} ask */
async function answer({ zpl, width_mm, height_mm, dpmm, png }) {
  try {
    if (zpl !== undefined) {
      return { png: await api.zplToBase64Async(zpl, width_mm, height_mm, dpmm) };
    }
    const found = await readBarcodes(new Uint8Array(Buffer.from(png, "base64")), OPTIONS);
    return {
      codes: found
        .filter((code) => code.isValid)
        .map((code) => ({ mark: code.symbologyIdentifier, text: code.text })),
    };
  } catch (error) {
    return { error: String(error) };
  }
}
