/**
 * The decoder: a worker that turns camera frames and photos into the text of a code.
 *
 * Here: which symbologies are read and how much effort each frame gets. Not here: the camera
 * (camera.js), the page's side of the conversation (reader.js), what the text means (code.js).
 */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

/** @typedef {import("zxing-wasm/reader").ReaderOptions} ReaderOptions */
/** @typedef {import("./reader.js").Ask} Ask */
/** @typedef {import("./reader.js").Answer} Answer */

const THOROUGH_EVERY_FRAMES = 5;
/** Long side of a photo: above this a canvas is refused on iOS and a read takes seconds. */
const PHOTO_LONG_SIDE_PX = 4000;
const GS1_MARKS = new Set(["]d2", "]Q3", "]C1"]);

/**
 * Plain text keeps the group separators of GS1; the library's own default prints them away.
 * @type {ReaderOptions}
 */
const FAST = {
  formats: ["QRCode", "DataMatrix", "Code128"],
  textMode: "Plain",
  maxNumberOfSymbols: 1,
  tryHarder: false,
  tryRotate: false,
  tryInvert: false,
  tryDownscale: false,
  tryDenoise: false,
};

/** @type {ReaderOptions} */
const THOROUGH = {
  ...FAST,
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  tryDenoise: true,
};

let frames = 0;

prepareZXingModule({
  // Its default is a CDN; here it stands beside this script.
  overrides: { locateFile: (/** @type {string} */ name) => new URL(name, location.href).href },
  fireImmediately: true,
}).catch(() => undefined); // the first read meets the same failure and answers with it

addEventListener("message", async (/** @type {MessageEvent<Ask>} */ { data }) => {
  postMessage(await answer(data));
});

/**
 * @param {Ask} ask
 * @returns {Promise<Answer>}
 */
async function answer(ask) {
  const began = performance.now();
  try {
    const found = ask.photo ? await readPhoto(ask.photo) : await readFrame(ask.frame);
    return { id: ask.id, ...found, ms: performance.now() - began };
  } catch (error) {
    return { id: ask.id, text: null, format: null, ms: 0, error: String(error) };
  }
}

/**
 * Most frames get little effort; every fifth also finds turned, inverted, large and worn codes.
 * @param {ImageData | ImageBitmap | undefined} frame
 */
async function readFrame(frame) {
  if (!frame) throw new TypeError("neither a frame nor a photo");
  frames += 1;
  const options = frames % THOROUGH_EVERY_FRAMES === 0 ? THOROUGH : FAST;
  return firstOf(await readBarcodes("data" in frame ? frame : pixelsOf(frame), options));
}

/**
 * The browser opens the file where it can (it may know HEIC and WebP), else the library does.
 * @param {Blob} photo
 */
async function readPhoto(photo) {
  const bitmap = await createImageBitmap(photo).catch(() => null);
  return firstOf(await readBarcodes(bitmap ? pixelsOf(bitmap) : photo, THOROUGH));
}

/**
 * @param {ImageBitmap} bitmap closed when its pixels are out
 * @returns {ImageData}
 */
function pixelsOf(bitmap) {
  const scale = Math.min(1, PHOTO_LONG_SIDE_PX / Math.max(bitmap.width, bitmap.height));
  const width = Math.round(bitmap.width * scale);
  const height = Math.round(bitmap.height * scale);
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new TypeError("no canvas");
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

/**
 * GS1 symbols keep the identifier that tells them apart from plain text (ISO/IEC 15424): the
 * symbol's first FNC1 is in no text.
 * @param {import("zxing-wasm/reader").ReadResult[]} results
 */
function firstOf(results) {
  const found = results.find((result) => result.isValid && result.text !== "");
  if (!found) return { text: null, format: null };
  const mark = GS1_MARKS.has(found.symbologyIdentifier) ? found.symbologyIdentifier : "";
  return { text: mark + found.text, format: found.format };
}
