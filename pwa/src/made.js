/**
 * Pages that were made before and would come out the same again: most are opened many times before
 * anything in them changes. Only in memory, so they never outlive the worker that made them.
 */

const KEPT_MAX = 40;

/**
 * @typedef {object} Made
 * @property {(url: string, state: string) => string | null} find state: all that the page hangs on
 * @property {(url: string) => boolean} has whether it is worth asking
 * @property {(url: string, state: string, html: string) => void} keep
 */

/** @returns {Made} */
export function createMade() {
  /** @type {Map<string, {state: string, html: string}>} the latest last */
  const pages = new Map();

  return {
    has: (url) => pages.has(url),
    find(url, state) {
      const page = pages.get(url);
      return page?.state === state ? page.html : null;
    },
    keep(url, state, html) {
      pages.delete(url);
      pages.set(url, { state, html });
      const [oldest] = pages.keys();
      if (pages.size > KEPT_MAX && oldest !== undefined) pages.delete(oldest);
    },
  };
}
