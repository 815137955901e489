/**
 * Where the keyboard and a screen reader go on after something was followed or sent: to what became
 * of it, else to the new page. A page that only renewed itself takes nobody anywhere.
 */

const NEWS = "#main [data-problems], #main [data-done]";

export function startFocus() {
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const { requestConfig } = /** @type {CustomEvent} */ (event).detail;
    if (requestConfig && isLost()) arrive();
  });
}

/**
 * A page that renews itself: what had the focus in it has it again.
 * @param {Element} main
 * @param {() => void} renew
 */
export function keepFocus(main, renew) {
  const held = document.activeElement;
  const place = held && main.contains(held) ? placeOf(held) : "";
  renew();
  if (!place || !isLost()) return;
  const again = document.querySelector(place) ?? document.querySelector("#main");
  if (!(again instanceof HTMLElement)) return;
  if (again.matches("[data-done], [data-problems]")) again.tabIndex = -1;
  again.focus({ preventScroll: true });
}

/** @param {Element} element @returns {string} a selector */
function placeOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.matches("[data-done]")) return "#main [data-done]";
  const href = element.getAttribute("href");
  return href ? `#main a[href="${CSS.escape(href)}"]` : "#main";
}

/** What had the focus went with the page before. */
function isLost() {
  return document.activeElement === null || document.activeElement === document.body;
}

function arrive() {
  const place = document.querySelector(NEWS) ?? document.querySelector("#main");
  if (!(place instanceof HTMLElement)) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
