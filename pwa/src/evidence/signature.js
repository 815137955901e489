/**
 * A signature as evidence: ink on a canvas, or a typed name for whoever can't draw; a PNG in a file
 * field.
 *
 * Here: the pad, its file and whether one is missing. What stands on the canvas is in ink.js. Not
 * here: who signs what and the device's key (the entry does that), sending it (the form's post).
 */
import SignaturePad from "signature_pad";
import { fit, pngOf, ratioOf, scaled, sizeOf, writeName } from "./ink.js";

/** @typedef {import("signature_pad").PointGroup} PointGroup */
/** @typedef {import("./ink.js").Size} Size */

/** @type {WeakMap<HTMLElement, () => void>} wired roots and what unwires them */
const wired = new WeakMap();

/**
 * Wires a root `[data-signature]` with a canvas, a `[data-signature-clear]` button and a hidden
 * `[data-signature-file]` field, which holds the PNG from the end of each stroke on, so that an
 * ordinary multipart post carries it. A `required` field without ink makes the form invalid with
 * the text of `data-text-required`, shown in `[data-signature-problem]` (a hidden field has no
 * bubble of its own). With a `[data-signature-name]` field and a `[data-signature-take]` button, a
 * name that was typed is taken instead of ink, and the picture says so (`data-text-typed`); whoever
 * can't see it is told in `[data-signature-said]`.
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
  /** @type {HTMLElement | null} */
  const said = root.querySelector("[data-signature-said]");
  // White below the ink: it is read on dark screens and on paper too.
  const pad = new SignaturePad(canvas, { backgroundColor: "white", penColor: "black" });
  const ending = new AbortController();
  const name = /** @type {HTMLInputElement | null} */ (root.querySelector("[data-signature-name]"));
  /** @type {{strokes: PointGroup[], size: Size}} the ink as it was drawn, before any resizing */
  let drawn = { strokes: [], size: sizeOf(canvas) };
  let typed = "";

  function keep() {
    drawn = { strokes: pad.toData(), size: sizeOf(canvas) };
    hold(file, typed || drawn.strokes.length > 0 ? pngOf(canvas) : null);
    judge();
  }

  function clear() {
    typed = "";
    pad.clear();
    keep();
  }

  function take() {
    const given = name?.value.trim();
    if (!given) return;
    typed = given;
    pad.clear();
    write();
    keep();
    canvas.scrollIntoView({ block: "nearest" });
  }

  function write() {
    if (typed) writeName(canvas, typed, root.dataset["textTyped"] ?? "");
  }

  function resize() {
    if (!fit(canvas)) return;
    pad.fromData(scaled(drawn.strokes, Math.min(1, ratioOf(sizeOf(canvas), drawn.size))));
    write();
  }

  /** Ink takes the place of a name. */
  function begin() {
    if (typed) clear();
  }

  /** @param {KeyboardEvent} event */
  function enter(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault(); // it would send the whole form
    take();
  }

  function judge() {
    const missing = file.required && !file.files?.length;
    file.setCustomValidity(missing ? (root.dataset["textRequired"] ?? "…") : "");
    if (problem && !missing) problem.textContent = "";
    if (said) said.textContent = typed ? (said.dataset["textTaken"] ?? "") : "";
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
  pad.addEventListener("beginStroke", begin, { signal });
  pad.addEventListener("endStroke", keep, { signal });
  name?.addEventListener("keydown", enter, { signal });
  root.querySelector("[data-signature-take]")?.addEventListener("click", take, { signal });
  root.querySelector("[data-signature-clear]")?.addEventListener("click", clear, { signal });
  file.form?.addEventListener("reset", () => queueMicrotask(clear), { signal });
  file.addEventListener("invalid", complain, { signal });
  file.addEventListener("change", judge, { signal }); // whether it is required has changed
  judge();

  return () => {
    ending.abort();
    watcher.disconnect();
    pad.off();
    wired.delete(root);
  };
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
