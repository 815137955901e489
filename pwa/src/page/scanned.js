/**
 * Where a hand-held scanner's read leads that no field takes: to its page at once, unless somebody
 * has typed something here that is not recorded. Then the way there is offered; nothing is lost.
 */
import { show } from "./status.js";

/** @param {string} url a page of this app */
export function goTo(url) {
  if (!hasUnsent()) return location.assign(url);
  const link = /** @type {HTMLAnchorElement | null} */ (
    document.querySelector("[data-scanned-link]")
  );
  if (!link) return location.assign(url);
  link.href = url;
  const text = document.querySelector("[data-scanned-text]");
  if (text) text.textContent = new URL(url, location.href).searchParams.get("code");
  show("[data-scanned]", true);
}

/** Something stands in a form of this page that did not stand there when it came. */
function hasUnsent() {
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = document.querySelectorAll(
    '#main form[method="post"] :is(input, textarea):not([type="hidden"])',
  );
  return [...fields].some((field) => {
    if (field.type === "file") return (field.files?.length ?? 0) > 0;
    const isTicked = field.type === "checkbox" || field.type === "radio";
    return isTicked ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  });
}
