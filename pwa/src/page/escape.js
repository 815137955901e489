/**
 * Escape closes what is in the way: what became of a deed, once it was read; the camera beside a
 * field; the fold that has the focus; a form that a page shows instead of itself. The focus goes
 * back to where it was opened.
 */

const CAMERA = "[data-scan-state]:has([data-scan-open]):not([data-scan-state='closed'])";
/** A link out of a form, by the word cancel or back. */
const WAY_OUT = "#main a[data-escape]";

export function startEscape() {
  document.addEventListener("keydown", (event) => {
    // While Chinese is being typed the key belongs to the list of characters.
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    if (dismiss() || closeCamera() || fold() || leave()) event.preventDefault();
  });
}

/** @returns {boolean} whether there was one */
function dismiss() {
  const button = document.activeElement?.closest("[data-done]")?.querySelector("[data-dismiss]");
  if (!(button instanceof HTMLElement)) return false;
  button.click();
  return true;
}

/** @returns {boolean} whether there was one */
function closeCamera() {
  const opener = document.querySelector(CAMERA)?.querySelector("[data-scan-open]");
  if (!(opener instanceof HTMLElement)) return false;
  opener.click();
  opener.focus();
  return true;
}

/** @returns {boolean} whether there was one */
function fold() {
  const open = document.activeElement?.closest("#main details[open]");
  if (!open) return false;
  open.removeAttribute("open");
  open.querySelector("summary")?.focus();
  return true;
}

/** @returns {boolean} whether there is a way */
function leave() {
  const link = document.querySelector(WAY_OUT);
  if (!(link instanceof HTMLElement)) return false;
  link.click();
  return true;
}
