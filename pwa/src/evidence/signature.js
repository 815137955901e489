/**
 * A signature by hand as evidence: ink on a canvas, a PNG in a file field.
 *
 * Here: the pad, its size, its file and whether one is missing. Not here: who signs what and the
 * device's key (the entry does that), sending it (the form's post).
 */
import SignaturePad from "signature_pad";

/** @typedef {import("signature_pad").PointGroup} PointGroup */
/** @typedef {{width: number, height: number}} Size in CSS px */

/** @type {WeakMap<HTMLElement, () => void>} wired roots and what unwires them */
const wired = new WeakMap();

/**
 * Wires a root `[data-signature]` with a canvas, a `[data-signature-clear]` button and a hidden
 * `[data-signature-file]` field, which holds the PNG from the end of each stroke on, so that an
 * ordinary multipart post carries it. A `required` field without ink makes the form invalid with
 * the text of `data-text-required`, shown in `[data-signature-problem]` (a hidden field has no
 * bubble of its own).
 * @param {HTMLElement} root
 * @returns {() => void} unwires it
 */
export function wireSignature(root) {
  const already = wired.get(root);
  if (already) return already;
  const canvas = root.querySelector("canvas");
  const file = /** @type {HTMLInputElement | null} */ (root.querySelector("[data-signature-file]"));
  const unwire = canvas && file ? openPad(root, canvas, file) : () => undefined;
  wired.set(root, unwire);
  return unwire;
}

/**
 * @param {HTMLElement} root
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLInputElement} file
 * @returns {() => void} closes it
 */
function openPad(root, canvas, file) {
  const problem = root.querySelector("[data-signature-problem]");
  // White below the ink: it is read on dark screens and on paper too.
  const pad = new SignaturePad(canvas, { backgroundColor: "white", penColor: "black" });
  const ending = new AbortController();
  /** @type {{strokes: PointGroup[], size: Size}} the ink as it was drawn, before any resizing */
  let drawn = { strokes: [], size: sizeOf(canvas) };

  function keep() {
    drawn = { strokes: pad.toData(), size: sizeOf(canvas) };
    hold(file, drawn.strokes.length > 0 ? pngOf(pad) : null);
    judge();
  }

  function clear() {
    pad.clear();
    keep();
  }

  function resize() {
    if (!fit(canvas)) return;
    pad.fromData(scaled(drawn.strokes, Math.min(1, ratioOf(sizeOf(canvas), drawn.size))));
  }

  function judge() {
    const missing = file.required && !file.files?.length;
    file.setCustomValidity(missing ? (root.dataset["textRequired"] ?? "…") : "");
    if (problem && !missing) problem.textContent = "";
  }

  /** @param {Event} event */
  function complain(event) {
    event.preventDefault(); // no bubble can be placed at a hidden field
    if (problem) problem.textContent = root.dataset["textRequired"] ?? file.validationMessage;
    canvas.scrollIntoView({ block: "center" });
  }

  const { signal } = ending;
  const watcher = new ResizeObserver(resize); // calls once at the start
  watcher.observe(canvas);
  addEventListener("resize", resize, { signal }); // also a change of devicePixelRatio
  pad.addEventListener("endStroke", keep, { signal });
  root.querySelector("[data-signature-clear]")?.addEventListener("click", clear, { signal });
  file.form?.addEventListener("reset", () => queueMicrotask(clear), { signal });
  file.addEventListener("invalid", complain, { signal });
  judge();

  return () => {
    ending.abort();
    watcher.disconnect();
    pad.off();
    wired.delete(root);
  };
}

/**
 * Gives the canvas as many dots as the screen has where it stands.
 * @param {HTMLCanvasElement} canvas whose CSS size must not hang on its dots
 * @returns {boolean} whether they changed, which wipes it
 */
function fit(canvas) {
  const ratio = Math.max(1, devicePixelRatio);
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (width === 0 || (canvas.width === width && canvas.height === height)) return false;
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.scale(ratio, ratio);
  return true;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Size}
 */
function sizeOf({ clientWidth, clientHeight }) {
  return { width: clientWidth, height: clientHeight };
}

/**
 * @param {Size} size
 * @param {Size} before
 * @returns {number} by how much ink must shrink that filled the one, to fit into the other
 */
export function ratioOf(size, before) {
  if (!before.width || !before.height) return 1;
  return Math.min(size.width / before.width, size.height / before.height);
}

/**
 * @param {PointGroup[]} strokes left as they are
 * @param {number} ratio
 * @returns {PointGroup[]}
 */
export function scaled(strokes, ratio) {
  return strokes.map((stroke) => ({
    ...stroke,
    points: stroke.points.map((point) => ({ ...point, x: point.x * ratio, y: point.y * ratio })),
  }));
}

/**
 * At once, without a promise: the person may press "send" right after the last stroke.
 * @param {SignaturePad} pad
 * @returns {File}
 */
function pngOf(pad) {
  const base64 = pad.toDataURL("image/png").split(",")[1] ?? "";
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new File([bytes], "signature.png", { type: "image/png" });
}

/**
 * @param {HTMLInputElement} input
 * @param {File | null} file
 */
function hold(input, file) {
  const transfer = new DataTransfer();
  if (file) transfer.items.add(file);
  input.files = transfer.files;
}
