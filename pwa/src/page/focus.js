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
