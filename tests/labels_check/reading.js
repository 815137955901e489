/**
 * What Chromium does for the check: the code in a picture read on the page by zxing-wasm with
 * thorough options, whatever its kind, and by the app's own worker (pwa/dist/decoder.js) as its
 * camera page asks it: frame after frame, of which every fifth gets all effort.
 */
import { openReader } from "/src/scan/reader.js";
import { prepareZXingModule, readBarcodes } from "/zxing/es/reader/index.js";

const FRAMES_MAX = 5;
/** @type {import("zxing-wasm/reader").ReaderOptions} */
const THOROUGH = {
  textMode: "Plain",
  maxNumberOfSymbols: 1,
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  tryDenoise: true,
};

const app = openReader();
await prepareZXingModule({
  overrides: { locateFile: (/** @type {string} */ name) => `/zxing/reader/${name}` },
  fireImmediately: true,
});

/**
 * @param {string} png in base64
 * @param {boolean} isForApp whether the app's worker is asked too: it reads three kinds
 * @returns {Promise<{page: string | null, app: string | null}>} texts; the app's has a mark of GS1
 */
async function readCode(png, isForApp) {
  const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const picture = () => context.getImageData(0, 0, bitmap.width, bitmap.height);
  const [found] = await readBarcodes(picture(), THOROUGH);
  const page = found?.isValid ? found.text : null;
  return { page, app: isForApp ? await framed(picture) : null };
}

/** @param {() => ImageData} picture */
async function framed(picture) {
  for (let frame = 1; frame <= FRAMES_MAX; frame += 1) {
    const { text } = await app.frame(picture());
    if (text !== null) return text;
  }
  return null;
}

globalThis.readCode = readCode;
