/**
 * The page's side of the decoder worker: ask with a frame or a photo, get the text.
 *
 * Here: starting and ending the worker, matching answers to questions. Not here: decoding
 * (decoder.js), where frames come from (camera.js).
 */

/**
 * @typedef {object} Ask
 * @property {number} id
 * @property {ImageData | ImageBitmap} [frame] from a running camera; handed over, not copied
 * @property {Blob} [photo] a still picture, read with full effort
 */
/**
 * @typedef {object} Reading
 * @property {string | null} text as printed, with group separators; null: nothing found
 * @property {string | null} format QRCode, DataMatrix or Code128
 * @property {number} ms time in the worker
 */
/** @typedef {Reading & {id: number, error?: string}} Answer */
/**
 * @typedef {object} Reader
 * @property {(frame: ImageData | ImageBitmap) => Promise<Reading>} frame
 * @property {(photo: Blob) => Promise<Reading>} photo
 * @property {() => void} close questions still open are answered with nothing found
 */

export const DECODER_URL = "/assets/decoder.js";

/**
 * @param {string} [decoderUrl]
 * @returns {Reader} whose promises reject when the worker or its WebAssembly cannot be loaded
 */
export function openReader(decoderUrl = DECODER_URL) {
  const worker = new Worker(decoderUrl, { type: "module" });
  /** @type {Map<number, {resolve: (reading: Reading) => void, reject: (e: Error) => void}>} */
  const open = new Map();
  /** @type {Error | null} */
  let broken = null;
  let lastId = 0;

  worker.addEventListener("message", ({ data }) => {
    const { id, error, ...reading } = /** @type {Answer} */ (data);
    if (error) open.get(id)?.reject(new Error(error));
    else open.get(id)?.resolve(reading);
    open.delete(id);
  });
  worker.addEventListener("error", (event) => {
    broken = new Error(event.message || "decoder not loaded");
    for (const { reject } of open.values()) reject(broken);
    open.clear();
  });

  /**
   * @param {Omit<Ask, 'id'>} ask
   * @param {Transferable[]} handedOver
   * @returns {Promise<Reading>}
   */
  function put(ask, handedOver) {
    if (broken) return Promise.reject(broken);
    return new Promise((resolve, reject) => {
      lastId += 1;
      open.set(lastId, { resolve, reject });
      worker.postMessage({ id: lastId, ...ask }, handedOver);
    });
  }

  return {
    frame: (frame) => put({ frame }, ["data" in frame ? frame.data.buffer : frame]),
    photo: (photo) => put({ photo }, []),
    close() {
      worker.terminate();
      for (const { resolve } of open.values()) resolve({ text: null, format: null, ms: 0 });
      open.clear();
    },
  };
}
