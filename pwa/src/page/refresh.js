/**
 * Keeping the open page true: when something changed it is fetched again, unless somebody has begun
 * to fill in a form on it; then they are told and decide themselves.
 */
import htmx from "htmx.org";
import { show } from "./status.js";

const QUIET_MS = 250;

let isTouched = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

export function startRefresh() {
  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => {
      const field = /** @type {Element | null} */ (event.target);
      if (field?.closest("#main form")) isTouched = true;
    });
  }
  document.addEventListener("traveler:scanned", () => (isTouched = true));
  document.addEventListener("click", (event) => {
    const link = /** @type {Element | null} */ (event.target)?.closest("[data-stale-reload]");
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    reload();
  }, { capture: true });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const { target } = /** @type {CustomEvent} */ (event).detail;
    if (target?.id === "main" || target === document.body) settled();
  });
}

/** Something may look different now. */
export function changed() {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (isTouched || isBusy()) show("[data-stale]", isTouched);
    else reload();
  }, QUIET_MS);
}

/** A camera that is open, a dialog, or a file being chosen must not be pulled away. */
function isBusy() {
  const main = document.querySelector("#main");
  return main === null || main.querySelector("[data-scan-state='looking'], .htmx-request") !== null;
}

function reload() {
  const { scrollX, scrollY } = window;
  const open = [...document.querySelectorAll("#main details")].map((one) => one.hasAttribute("open"));
  const address = location.pathname + location.search;
  const how = { target: "#main", select: "#main", swap: /** @type {const} */ ("outerHTML") };
  // A source of its own, so that a reload never counts as a click that changes the address.
  htmx.ajax("get", address, { ...how, source: "#main" }).then(() => {
    if (location.pathname + location.search !== address) return;
    document.querySelectorAll("#main details").forEach((one, place) => {
      if (open[place] !== undefined) one.toggleAttribute("open", open[place]);
    });
    scrollTo(scrollX, scrollY);
  }, () => undefined);
}

function settled() {
  isTouched = false;
  show("[data-stale]", false);
}
