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
 * @param {{grey: string, width: number, height: number}} pixels a byte each, in base64
 * @param {boolean} isForApp whether the app's worker is asked too: it reads three kinds
 * @returns {Promise<{page: string | null, app: string | null}>} texts; the app's has a mark of GS1
 */
async function readCode({ grey, width, height }, isForApp) {
  const bytes = atob(grey);
  const picture = () => {
    const image = new ImageData(width, height);
    const words = new Uint32Array(image.data.buffer); // ABGR: all machines here are little-endian
    for (let at = 0; at < bytes.length; at += 1) {
      const value = bytes.charCodeAt(at);
      words[at] = (255 << 24) | (value << 16) | (value << 8) | value;
    }
    return image;
  };
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
