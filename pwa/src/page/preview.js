/**
 * The preview of a label follows what is being written on it.
 */

import { whyNot } from "./drawn.js";

const FACT = /^body\.facts\.(\w+)$/;
/** After the last key: each picture is a request. */
const REST_MS = 400;

export function startPreview() {
  let timer = 0;
  document.addEventListener("input", (event) => {
    const at = /** @type {HTMLElement | null} */ (event.target);
    const form = /** @type {HTMLFormElement | null} */ (at?.closest("form[data-label-form]"));
    if (!form) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => show(form), REST_MS);
  });
}

/** A form that came back keeps what was typed, so the label shows it too. @param {Element} form */
export function showTyped(form) {
  if (document.querySelector("[data-problems]")) show(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
function show(form) {
  const figure = /** @type {HTMLElement | null} */ (document.querySelector("[data-preview]"));
  const image = figure?.querySelector("img");
  const facts = factsOf(form);
  if (!figure || !image || !facts) return;
  image.src = `${figure.dataset["preview"]}&facts=${encodeURIComponent(JSON.stringify(facts))}`;
}

/**
 * In the place of a label that can't be drawn stands why: what is missing, or does not fit.
 * @param {HTMLElement} figure
 */
export function wirePreview(figure) {
  const image = figure.querySelector("img");
  const hint = /** @type {HTMLElement | null} */ (figure.querySelector("[data-preview-hint]"));
  if (!image || !hint) return;
  const needs = hint.textContent ?? "";
  image.onload = () => {
    image.hidden = false;
    hint.hidden = true;
  };
  image.onerror = async () => {
    image.hidden = true;
    hint.hidden = false;
    const { src } = image;
    const isMissing = document.querySelector("form[data-label-form] :invalid") !== null;
    const why = isMissing ? "" : await whyNot(src);
    if (image.src !== src) return; // what was typed meanwhile has an answer of its own
    hint.textContent = why || needs;
    hint.classList.toggle("wrong", why !== "");
  };
  // It may have failed before this script came.
  if (image.complete && image.currentSrc && image.naturalWidth === 0) image.src = String(image.src);
}

/** @param {HTMLFormElement} form @returns {Record<string, string> | null} null: it asks for none */
function factsOf(form) {
  /** @type {Record<string, string>} */
  const facts = {};
  for (const [name, value] of new FormData(form)) {
    const [, fact] = FACT.exec(name) ?? [];
    if (fact && typeof value === "string") facts[fact] = value.trim();
  }
  return Object.keys(facts).length > 0 ? facts : null;
}
