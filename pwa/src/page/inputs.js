/**
 * Small helps while filling in: − and +, inside or outside the limits, choosing a suggestion.
 */
import { arrive } from "./focus.js";

const EPSILON = 1e-9;

export function wireInputs() {
  document.addEventListener("click", (event) => {
    const at = /** @type {HTMLElement | null} */ (event.target);
    const step = at?.closest("[data-amount-less], [data-amount-more]");
    if (step) amount(step);
    const fill = /** @type {HTMLElement | null} */ (at?.closest("[data-fill]") ?? null);
    if (fill) choose(fill);
    const dismiss = at?.closest("[data-dismiss]");
    if (dismiss) drop(dismiss.parentElement);
  });
  document.addEventListener("toggle", (event) => onlyOne(event.target), { capture: true });
  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => {
      const field = /** @type {HTMLInputElement} */ (event.target);
      if (!(/** @type {InputEvent} */ (event).isComposing)) plain(field);
      if (field.matches?.("[data-limits]")) judge(field);
    });
  }
  document.addEventListener("change", ({ target, isTrusted }) => {
    const field = /** @type {HTMLInputElement} */ (target);
    if (isTrusted) settle(field);
  });
}

/**
 * The code of a place as its label has it, a new number without wide characters.
 * @param {HTMLInputElement} field
 */
function settle(field) {
  const isPlace = field.matches?.("[data-place]");
  if (!isPlace && !field.name?.startsWith("on.")) return;
  const code = field.value.normalize("NFKC").trim();
  field.value = isPlace ? code.toUpperCase() : code;
}

/**
 * A number as a Chinese keyboard types it, or with the space that came along when it was pasted;
 * that of a phone too, so that it can be called. A comma stays and is refused: it parts thousands
 * for one and decimals for another.
 * @param {HTMLInputElement} field
 */
function plain(field) {
  const isNumber = field.matches?.("[inputmode=decimal], [inputmode=numeric]");
  if (!isNumber && field.type !== "tel") return;
  const value = field.value.normalize("NFKC").replaceAll("\u3002", ".").trim();
  if (value !== field.value) field.value = value;
}

/**
 * A message that was read; it doesn't come back when the page renews itself, and the keyboard goes
 * on at the page.
 * @param {HTMLElement | null} message
 */
function drop(message) {
  const isHeld = message?.contains(document.activeElement);
  message?.remove();
  const url = new URL(location.href);
  url.searchParams.delete("done");
  if (url.href !== location.href) history.replaceState(history.state, "", url);
  if (isHeld) arrive();
}

/**
 * Of several deeds side by side one is unfolded. Not by `name` on the elements: while htmx puts a
 * page in, the one before is still there, and the browser would fold what the new one shows open.
 * @param {EventTarget | null} opened
 */
function onlyOne(opened) {
  if (!(opened instanceof HTMLDetailsElement) || !opened.open) return;
  if (!opened.matches(".deeds > .deed")) return;
  for (const other of opened.parentElement?.querySelectorAll(":scope > .deed[open]") ?? []) {
    if (other !== opened) other.removeAttribute("open");
  }
}

/** @param {Element} button */
function amount(button) {
  const field = button.closest("[data-amount]")?.querySelector("input");
  if (!field) return;
  const [before = 0, digits = 0] = [Number(field.value || 0), field.value.split(".")[1]?.length];
  const after = Math.max(0, before + (button.matches("[data-amount-more]") ? 1 : -1));
  if (!Number.isFinite(after)) {
    field.reportValidity();
    return;
  }
  field.value = after.toFixed(digits);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {HTMLElement} button */
function choose(button) {
  const field = document.getElementById(button.dataset["fill"] ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  field.value = button.dataset["fillValue"] ?? "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

/** @param {HTMLInputElement} field says at once whether a measured value is inside its limits */
export function judge(field) {
  const place = field.closest(".field")?.querySelector("[data-limit-state]");
  if (!(place instanceof HTMLElement)) return;
  const state = stateOf(field);
  place.dataset["limitState"] = state;
  field.dataset["limitState"] = state;
  const name = `text${state.charAt(0).toUpperCase()}${state.slice(1)}`;
  place.textContent = state ? (place.dataset[name] ?? "") : "";
}

/** @param {HTMLInputElement} field */
function stateOf({ value, dataset }) {
  if (value.trim() === "") return "";
  const number = Number(value);
  if (!Number.isFinite(number)) return "nan";
  const { lower, upper } = dataset;
  if (lower && number < Number(lower) - EPSILON) return "below";
  return upper && number > Number(upper) + EPSILON ? "above" : "inside";
}
