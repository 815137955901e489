/**
 * The keys of a PIN, large enough for gloves; the sixth digit sends the form that opens a device.
 */

const DIGITS = 6;

export function wirePins() {
  document.addEventListener("click", (event) => {
    const at = /** @type {Element | null} */ (event.target);
    const key = /** @type {HTMLElement | null} */ (at?.closest("[data-pad-key]") ?? null);
    if (key) press(key);
  });
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement && field.matches("[data-pin]")) typed(field);
  });
}

/** @param {HTMLElement} pad shown where there is a script behind it */
export function showPad(pad) {
  pad.hidden = false;
  // The keys stand in for the device's own keyboard, which would cover the page.
  const isTouch = matchMedia("(pointer: coarse)").matches;
  if (isTouch) pinsOf(pad).forEach((field) => field.setAttribute("inputmode", "none"));
}

/** @param {Element} at @returns {HTMLInputElement[]} the PINs of the form, in order */
function pinsOf(at) {
  return [...(at.closest("form")?.querySelectorAll("input") ?? [])].filter((one) =>
    one.matches("[data-pin]"),
  );
}

/** @param {HTMLElement} button */
function press(button) {
  const key = button.dataset["padKey"] ?? "";
  const fields = pinsOf(button);
  const isTaking = key === "clear" || key === "back";
  const field = isTaking
    ? fields.findLast((one) => one.value !== "")
    : (fields.find((one) => one.value.length < DIGITS) ?? fields.at(-1));
  if (!field) return;
  if (key === "clear") field.value = "";
  else if (key === "back") field.value = field.value.slice(0, -1);
  else if (field.value.length < DIGITS) field.value += key;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {HTMLInputElement} field */
function typed(field) {
  if (!field.matches("[data-pin-submits]") || !/^\d{6}$/.test(field.value)) return;
  if (field.form?.getAttribute("aria-busy") === "true") return;
  field.form?.setAttribute("aria-busy", "true");
  field.form?.requestSubmit();
}
