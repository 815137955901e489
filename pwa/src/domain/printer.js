/** Printers: what each can print; twin of `printer.py`. */

const PAGES = ["card-a4", "card-a5"];

/**
 * @param {import("../types").Doc} printer
 * @param {string} layout
 * @returns {boolean} whether it has the stock; a whole page is no label's unless its list says so
 */
export function takes({ layouts, technique }, layout) {
  if (layouts.length > 0) return layouts.includes(layout);
  return technique !== "zpl" || !PAGES.includes(layout);
}
