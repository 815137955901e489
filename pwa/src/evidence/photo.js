/**
 * Photos as evidence: what a file field holds before it is sent.
 *
 * Here: making a chosen photo small and free of its metadata (place, phone), its preview, and the
 * question whether the place may stay. Not here: sending and storing it (the form's post, the
 * blobs' lane).
 */
import { positionOf, withPosition } from "./position.js";

/** @typedef {import("./position.js").Position} Position */
/** @typedef {{file: File, position: Position | null}} Photo */

const LONG_SIDE_PX = 1600;
const JPEG_QUALITY = 0.8;

/** @type {WeakMap<HTMLInputElement, () => void>} wired fields and what unwires them */
const wired = new WeakMap();

/**
 * Replaces each photo chosen in a file field by a JPEG of at most 1600 px, upright, without EXIF,
 * and shows the first in the next `<img data-photo-preview>`. A file that the browser cannot open
 * is not taken, as the server would not take it either: `[data-photo-problem]` says so in the words
 * of its `data-text`. While this lasts the field is invalid with the text of `data-text-wait`.
 * Where a photo says where it was taken, `[data-photo-position]` beside it asks whether that may
 * be sent; unless its box is ticked it is not.
 * @param {HTMLInputElement} input
 * @returns {() => void} unwires it
 */
export function wirePhoto(input) {
  const already = wired.get(input);
  if (already) return already;

  let choice = 0;
  let shownUrl = "";
  const consent = consentOf(input);
  /** @type {HTMLElement | null | undefined} */
  const problem = input.parentElement?.querySelector("[data-photo-problem]");
  /** @type {Photo[]} */
  let photos = [];

  async function replace() {
    const mine = ++choice;
    const chosen = [...(input.files ?? [])];
    input.setCustomValidity(chosen.length > 0 ? (input.dataset["textWait"] ?? "…") : "");
    const opened = await Promise.all(chosen.map((file) => taken(file).catch(() => null)));
    if (mine !== choice) return;
    const made = opened.filter((photo) => photo !== null);
    const isBroken = made.length < opened.length;
    if (problem) problem.textContent = isBroken ? (problem.dataset["text"] ?? "…") : "";
    photos = made;
    const place = made.find((photo) => photo.position !== null)?.position ?? null;
    if (consent) askFor(consent, place);
    if (chosen.length > 0) hold();
    input.setCustomValidity("");
    preview(made[0]?.file);
  }

  /** The place goes with the photo only where somebody says so. */
  function hold() {
    const isAllowed = consent?.querySelector("input")?.checked ?? false;
    const files = photos.map((photo) => (isAllowed ? placed(photo) : photo.file));
    input.files = listOf(files);
  }

  /** @param {File | undefined} photo */
  function preview(photo) {
    const image = previewOf(input);
    if (shownUrl) URL.revokeObjectURL(shownUrl);
    shownUrl = photo && image ? URL.createObjectURL(photo) : "";
    if (!image) return;
    image.hidden = !photo;
    if (photo) image.src = shownUrl;
    else image.removeAttribute("src");
  }

  function unwire() {
    choice += 1;
    input.removeEventListener("change", replace);
    consent?.removeEventListener("change", hold);
    if (shownUrl) URL.revokeObjectURL(shownUrl);
    wired.delete(input);
  }

  input.addEventListener("change", replace);
  consent?.addEventListener("change", hold);
  wired.set(input, unwire);
  return unwire;
}

/**
 * @param {File} file
 * @returns {Promise<Photo>} rejects when it is no picture that this browser can open
 */
async function taken(file) {
  return { file: await smaller(file), position: positionOf(await file.arrayBuffer()) };
}

/** @param {Photo} photo */
function placed({ file, position }) {
  if (!position) return file;
  const { name, type, lastModified } = file;
  return new File([withPosition(file, position)], name, { type, lastModified });
}

/**
 * Asked anew for each photo, and never ticked beforehand.
 * @param {HTMLElement} consent
 * @param {Position | null} position
 */
function askFor(consent, position) {
  consent.hidden = position === null;
  const box = consent.querySelector("input");
  if (box) box.checked = false;
  const place = consent.querySelector("[data-photo-place]");
  if (place && position) {
    place.textContent = `${position.latitude.toFixed(4)}, ${position.longitude.toFixed(4)}`;
  }
}

/**
 * @param {HTMLInputElement} input
 * @returns {HTMLElement | null}
 */
function consentOf(input) {
  return input.parentElement?.querySelector("[data-photo-position]") ?? null;
}

/**
 * @param {File} file
 * @returns {Promise<File>} rejects when it is no picture that this browser can open
 */
async function smaller(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const { width, height } = within(bitmap, LONG_SIDE_PX);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new TypeError("no canvas");
  context.fillStyle = "white"; // JPEG has no transparency
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await jpegOf(canvas);
  const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
  return new File([blob], name, { type: blob.type, lastModified: file.lastModified });
}

/**
 * @param {{width: number, height: number}} size px
 * @param {number} longSide_px
 * @returns {{width: number, height: number}} never larger than it was, never less than a pixel
 */
export function within({ width, height }, longSide_px) {
  const scale = Math.min(1, longSide_px / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
function jpegOf(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new TypeError("no picture"))),
      "image/jpeg",
      JPEG_QUALITY,
    );
  });
}

/** @param {File[]} files */
function listOf(files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  return transfer.files;
}

/**
 * @param {HTMLInputElement} input
 * @returns {HTMLImageElement | undefined} the first preview after the field, up to the next field
 */
function previewOf(input) {
  const scope = input.form ?? document;
  const marked = [...scope.querySelectorAll("[data-photo], [data-photo-preview]")];
  const next = marked[marked.indexOf(input) + 1];
  return next instanceof HTMLImageElement ? next : undefined;
}
