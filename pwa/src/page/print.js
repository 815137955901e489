/**
 * Printing from this device: the labels on the page, each on paper of its own size.
 *
 * The page's own chrome stays off the paper by labels.css; the size of the paper is the label's, so
 * it can't stand there.
 */

import { whyNot } from "./drawn.js";

/** @type {CSSStyleSheet | null} what the paper is while labels are shown */
let paper = null;

export function startPrint() {
  document.addEventListener("click", (event) => {
    const at = /** @type {Element | null} */ (event.target);
    if (at?.closest("[data-print]")) void print();
  });
}

/**
 * A card may have more pages than one: each that is there asks for the next, until there is none.
 * @param {ParentNode} root
 */
export function wireSheets(root) {
  for (const image of root.querySelectorAll("[data-sheets] img")) {
    addSide(/** @type {HTMLImageElement} */ (image), 1);
  }
}

/** @param {HTMLImageElement} after @param {number} side */
function addSide(after, side) {
  const next = new Image();
  next.alt = after.alt;
  next.onload = () => {
    after.after(next);
    addSide(next, side + 1);
  };
  const address = new URL(after.src);
  address.searchParams.set("side", String(side));
  next.src = address.href;
}

/** The paper for what the page shows now; the browser's own command prints it right as well. */
export function setPaper() {
  const labels = /** @type {HTMLElement | null} */ (document.querySelector("[data-printout]"));
  const { widthMm = "", heightMm = "" } = labels?.dataset ?? {};
  const others = document.adoptedStyleSheets.filter((one) => one !== paper);
  paper = null;
  if (Number(widthMm) > 0 && Number(heightMm) > 0) {
    paper = new CSSStyleSheet();
    paper.replaceSync(`@page { size: ${Number(widthMm)}mm ${Number(heightMm)}mm; margin: 0 }`);
  }
  document.adoptedStyleSheets = paper ? [...others, paper] : others;
}

/** Once every picture is there: a label that is missing on the roll is missed too late. */
async function print() {
  setPaper();
  const images = [...document.querySelectorAll("[data-printout] img")];
  const shown = images.map((image) => /** @type {HTMLImageElement} */ (image).decode());
  const done = await Promise.allSettled(shown);
  const broken = images[done.findIndex(({ status }) => status === "rejected")];
  const why = broken ? await whyNot(/** @type {HTMLImageElement} */ (broken).src) : "";
  const told = document.querySelector("[data-print-broken]"); // the page may be another by now
  told?.toggleAttribute("hidden", broken === undefined);
  if (!broken) return globalThis.print();
  const place = told?.querySelector("[data-print-why]");
  if (place && why) place.textContent = why;
}
