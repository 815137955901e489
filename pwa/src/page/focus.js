/**
 * Where the keyboard and a screen reader go on after something was followed or sent: to what became
 * of it, else to the new page's heading, which is read out. A page that only renewed itself takes
 * nobody anywhere.
 */

const NEWS = "#main [data-problems], #main [data-done]";
/** Where a page begins. A main part that gets the focus says nothing in some screen readers. */
const BEGINNING = "#main h1";

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
  const find = held && main.contains(held) ? placeOf(main, held) : null;
  renew();
  if (!find || !isLost()) return;
  const again = find() ?? beginning();
  if (!(again instanceof HTMLElement)) return;
  if (again.matches("h1, [data-done], [data-problems]")) again.tabIndex = -1;
  again.focus({ preventScroll: true });
}

/**
 * @param {Element} main
 * @param {Element} element in it
 * @returns {() => Element | null | undefined} what stands in its place by then
 */
function placeOf(main, element) {
  if (element.id) return () => document.getElementById(element.id);
  if (element.matches("[data-done]")) return () => document.querySelector("#main [data-done]");
  const href = element.getAttribute("href");
  if (href) return () => document.querySelector(`#main a[href="${CSS.escape(href)}"]`);
  // Folds and buttons, by their turn among their like; so folds are kept open too.
  const tag = element.localName;
  const turn = [...main.querySelectorAll(tag)].indexOf(element);
  return () => document.querySelectorAll(`#main ${tag}`)[turn];
}

/** What had the focus went with the page before. */
function isLost() {
  return document.activeElement === null || document.activeElement === document.body;
}

function beginning() {
  return document.querySelector(BEGINNING) ?? document.querySelector("#main");
}

/** To what became of it, else to where the page begins. */
export function arrive() {
  const place = document.querySelector(NEWS) ?? beginning();
  if (!(place instanceof HTMLElement)) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
