/**
 * Keeping the open page true: when something changed it is fetched again, unless somebody has begun
 * to fill in a form on it; then they are told and decide themselves.
 */
import htmx from "htmx.org";
import { show } from "./status.js";

const QUIET_MS = 250;

let isTouched = false;
let isReloading = false;
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
  document.addEventListener("pointerdown", (event) => {
    const at = /** @type {Element | null} */ (event.target);
    if (at?.closest("[data-signature]")) isTouched = true;
  });
  document.addEventListener(
    "click",
    (event) => {
      const link = /** @type {Element | null} */ (event.target)?.closest("[data-stale-reload]");
      if (!link) return;
      event.preventDefault();
      event.stopPropagation();
      isTouched = false;
      /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
      reload();
    },
    { capture: true },
  );
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!isReloading) return;
    isReloading = false;
    if (!isInHand()) return;
    // Somebody began to type while the page was on its way: what they typed goes before.
    /** @type {CustomEvent} */ (event).detail.shouldSwap = false;
    show("[data-stale]", true);
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const { target } = /** @type {CustomEvent} */ (event).detail;
    if (target?.id === "main" || target === document.body) settled();
  });
}

/** Something may look different now. */
export function changed() {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (isUnderway()) changed();
    else if (isInHand()) show("[data-stale]", true);
    else if (!isLooking()) reload();
  }, QUIET_MS);
}

/** Something was filled in, or the cursor stands where somebody is about to type. */
function isInHand() {
  return isTouched || document.activeElement?.closest("#main form") != null;
}

/** What was just sent is answered with a page that is fresh by itself. */
function isUnderway() {
  return document.querySelector("form[aria-busy], #main.htmx-request") !== null;
}

/** A camera that is open must not be pulled away. */
function isLooking() {
  return document.querySelector("#main [data-scan-state='looking']") !== null;
}

function reload() {
  const { scrollX, scrollY } = window;
  const open = [...document.querySelectorAll("#main details")].map((one) =>
    one.hasAttribute("open"),
  );
  const address = location.pathname + location.search;
  const how = { target: "#main", select: "#main", swap: /** @type {const} */ ("outerHTML") };
  isReloading = true;
  // A source of its own, so that a reload never counts as a click that changes the address.
  htmx.ajax("get", address, { ...how, source: "#main" }).then(
    () => {
      if (location.pathname + location.search !== address) return;
      document.querySelectorAll("#main details").forEach((one, place) => {
        if (open[place] !== undefined) one.toggleAttribute("open", open[place]);
      });
      scrollTo(scrollX, scrollY);
    },
    () => (isReloading = false),
  );
}

function settled() {
  // A form that was refused still holds what somebody typed.
  isTouched = document.querySelector("#main [data-problems]") !== null;
  show("[data-stale]", false);
}
