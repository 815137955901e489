/**
 * Photos as evidence: what a file field holds before it is sent.
 *
 * Here: making a chosen photo small and free of its metadata (place, phone), and its preview. Not
 * here: sending and storing it (the form's post, the blobs' lane).
 */

const LONG_SIDE_PX = 1600;
const JPEG_QUALITY = 0.8;

/** @type {WeakMap<HTMLInputElement, () => void>} wired fields and what unwires them */
const wired = new WeakMap();

/**
 * Replaces each photo chosen in a file field by a JPEG of at most 1600 px, upright, without EXIF,
 * and shows the first in the next `<img data-photo-preview>`. A file that the browser cannot open
 * stays as it is. While this lasts the field is invalid with the text of `data-text-wait`.
 * @param {HTMLInputElement} input
 * @returns {() => void} unwires it
 */
export function wirePhoto(input) {
  const already = wired.get(input);
  if (already) return already;

  let choice = 0;
  let shownUrl = "";

  async function replace() {
    const mine = ++choice;
    const chosen = [...(input.files ?? [])];
    input.setCustomValidity(chosen.length > 0 ? (input.dataset["textWait"] ?? "…") : "");
    const photos = await Promise.all(chosen.map((file) => smaller(file).catch(() => file)));
    if (mine !== choice) return;
    if (photos.some((photo, i) => photo !== chosen[i])) input.files = listOf(photos);
    input.setCustomValidity("");
    preview(photos[0]);
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
    if (shownUrl) URL.revokeObjectURL(shownUrl);
    wired.delete(input);
  }

  input.addEventListener("change", replace);
  wired.set(input, unwire);
  return unwire;
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
