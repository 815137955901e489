/**
 * Pages that were made before and would come out the same again: most are opened many times before
 * anything in them changes. They outlive the worker, which browsers end after half a minute of
 * peace: so the first page after it reads no template and no document.
 *
 * Only those of one state are kept: whoever comes next, or whatever changes, drops them.
 */

/** @typedef {import("./types").Database} Database */

export const MADE_STORES = ["made", "meta", "outbox"];
const KEPT_MAX = 40;

/**
 * @typedef {object} Page
 * @property {string} place address, and what of the page
 * @property {string} state all else that it hangs on
 * @property {string} html
 */

/** @param {Database} database */
export function createMade(database) {
  /** @type {Map<string, Page>} the latest last */
  const pages = new Map();

  return {
    /**
     * @param {string} place
     * @param {(tx: any) => Promise<string>} stateIn the state of now, awaiting only `tx`
     * @returns {Promise<string | null>}
     */
    find: (place, stateIn) =>
      database.read(MADE_STORES, async (tx) => {
        const [page, state] = await Promise.all([
          pages.get(place) ?? tx.objectStore("made").get(place),
          stateIn(tx),
        ]);
        return page?.state === state ? page.html : null;
      }),

    /**
     * @param {Page} page
     * @param {{isLong: boolean}} how isLong: for the next worker too
     */
    async keep(page, { isLong }) {
      pages.delete(page.place);
      pages.set(page.place, page);
      const [oldest] = pages.keys();
      if (pages.size > KEPT_MAX && oldest !== undefined) pages.delete(oldest);
      if (isLong) await database.write(["made"], (tx) => put(tx, page));
    },

    /** What one person was shown is not for the next. */
    async drop() {
      pages.clear();
      await database.write(["made"], forgetMade);
    },
  };
}

/** @param {any} tx with made @param {Page} page */
async function put(tx, page) {
  const made = tx.objectStore("made");
  const [other] = await made.getAll(null, 1);
  const isFull = (await made.count()) >= KEPT_MAX;
  if (isFull || (other && other.state !== page.state)) await made.clear();
  await made.put(page);
}

/** @param {any} tx with made */
export async function forgetMade(tx) {
  await tx.objectStore("made").clear();
}
