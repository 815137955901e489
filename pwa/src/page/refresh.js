/**
 * Keeping the open page true: when something changed it is fetched again, unless somebody has begun
 * to fill in a form on it; then they are told and decide themselves.
 */
import htmx from "htmx.org";
import { keepFocus } from "./focus.js";
import { isPressed, whenReleased } from "./press.js";
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
      leave();
    },
    { capture: true },
  );
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const { target } = /** @type {CustomEvent} */ (event).detail;
    if (["main", "round"].includes(target?.id) || target === document.body) settled();
  });
}

/** Something may look different now. */
export function changed() {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (document.querySelector("#main [data-round]")) return; // its next answer is fresh
    if (isUnderway()) changed();
    else if (isPressed()) whenReleased(changed);
    else if (isInHand()) show("[data-stale]", true);
    else if (!isLooking()) void reload();
  }, QUIET_MS);
}

/** Nothing of what is shown may stay, whatever somebody has begun on it. */
export function leave() {
  isTouched = false;
  /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
  void reload();
}

/** Something was filled in or unrolled, or the cursor stands where somebody is about to type. */
export function isInHand() {
  if (document.querySelector("#main [data-further]")) return true;
  return isTouched || document.activeElement?.closest("#main form") != null;
}

/** What was just sent or followed is answered with a page that is fresh by itself. */
function isUnderway() {
  return document.querySelector("form[aria-busy], .htmx-request") !== null;
}

/** A camera that is open must not be pulled away. */
function isLooking() {
  const open = "#main [data-scan-state='looking'], #main [data-scan-state='paused']";
  return document.querySelector(open) !== null;
}

/**
 * The page as it is now, in place of what is shown. It is no request of htmx's, so that one that
 * somebody set off meanwhile is never mixed up with it; then, and when somebody has begun to type,
 * what came is dropped.
 */
async function reload() {
  const main = document.querySelector("#main");
  const address = location.pathname + location.search;
  const fragment = await fragmentOf(address).catch(() => ""); // somebody may just be leaving
  const isElsewhere = !main?.isConnected || location.pathname + location.search !== address;
  if (!main || !fragment.includes('id="main"') || isElsewhere || isUnderway()) return;
  if (isPressed()) whenReleased(changed);
  else if (isInHand()) show("[data-stale]", true);
  else replace(main, fragment);
}

/**
 * @param {string} address
 * @returns {Promise<string>} empty where there is no such page any more
 */
async function fragmentOf(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  return answer.ok && !answer.redirected ? answer.text() : "";
}

/**
 * @param {Element} main
 * @param {string} fragment
 */
function replace(main, fragment) {
  const { scrollX, scrollY } = window;
  const open = [...main.querySelectorAll("details")].map((one) => one.hasAttribute("open"));
  const how = /** @type {import("htmx.org").HtmxSwapSpecification} */ ({
    swapStyle: "outerHTML",
    swapDelay: 0,
    settleDelay: 0,
  });
  const said = main.querySelector(":scope > [data-done]");
  keepFocus(main, () => {
    htmx.swap(main, fragment, how, { select: "#main", eventInfo: { target: main } });
    // What the server signed for somebody without a PIN is no entry of this device: only the answer
    // to the form said what became of it.
    const now = document.querySelector("#main");
    if (said && now && !now.querySelector("[data-done]")) now.prepend(said);
  });
  document.querySelectorAll("#main details").forEach((one, place) => {
    if (open[place] !== undefined) one.toggleAttribute("open", open[place]);
  });
  scrollTo(scrollX, scrollY);
  settled();
}

function settled() {
  // A form that was refused still holds what somebody typed.
  isTouched = document.querySelector("#main [data-problems]") !== null;
  show("[data-stale]", false);
}
