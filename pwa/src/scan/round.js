/**
 * A round: scan, quantity, next, with a camera that stays open.
 *
 * The scanner stands beside `#round`, which every answer replaces. Its `data-round` says what is
 * due: `ready` for the next label; `quantity`, while which no other label may push the lot aside;
 * `unknown`, what was read leads to nothing here.
 */
import { buzz } from "./beep.js";

/**
 * @param {ParentNode} within
 * @returns {HTMLElement | null} the scanner of the round on this page
 */
export function roundOf(within) {
  return within.querySelector("[data-scan-round]");
}

/**
 * @param {HTMLElement} root of a scanner
 * @returns {boolean} whether a quantity is due first
 */
export function isPaused(root) {
  return root.matches("[data-scan-round]") && stateOf() === "quantity";
}

function stateOf() {
  const round = /** @type {HTMLElement | null} */ (document.querySelector("#round"));
  return round?.dataset["round"] ?? "ready";
}

/**
 * What the answer to a scan or to a record asks for next.
 * @param {Element} round as it has just come into the page
 */
export function wireRound(round) {
  const root = roundOf(document);
  if (!root) return;
  const state = stateOf();
  const field = /** @type {HTMLInputElement | null} */ (root.querySelector("[name='code']"));
  if (field) field.value = "";
  if (state === "unknown") buzz();
  const amount = /** @type {HTMLInputElement | null} */ (
    round.querySelector("[data-amount] input")
  );
  if (state === "quantity") {
    amount?.focus();
    amount?.select();
    round.scrollIntoView({ block: "nearest" });
  }
  const isOpen = ["looking", "found", "paused"].includes(root.dataset["scanState"] ?? "");
  if (isOpen) say(root, state === "quantity" ? "paused" : "looking");
}

/** @param {HTMLElement} root @param {string} state */
function say(root, state) {
  root.dataset["scanState"] = state;
  const status = root.querySelector("[data-scan-status]");
  if (status) status.textContent = root.getAttribute(`data-text-${state}`) ?? "";
}
