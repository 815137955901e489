/**
 * Finds: the search texts of all documents, small beside them, so that a search reads no document.
 *
 * They are written in the transaction that changes the replica. The worker keeps them in memory
 * and fetches only what changed since; a fresh worker reads them once. Not here: how a text is made
 * (search_text.js), what waiting entries change (view.js).
 */
import { rank, searchTextOf, wordsOf } from "./search_text.js";
import { typeOf } from "./terms.js";

/** @typedef {import("./types").Doc} Doc */
/** @typedef {{key: string, n: number, text: string | null}} FindRow text null: gone */
/** @typedef {{n: number, since: number}} FindsMeta since: all rows are newer than this */

/** @type {FindsMeta} */
const NONE = { n: 0, since: 0 };

/**
 * Writes what changed; `done` belongs at the end of the same transaction.
 * @param {any} tx with finds and meta, for writing
 * @param {Record<string, string[]>} index
 */
export async function noting(tx, index) {
  const [finds, meta] = [tx.objectStore("finds"), tx.objectStore("meta")];
  /** @type {FindsMeta} */
  const was = (await meta.get("finds")) ?? NONE;
  const n = was.n + 1;
  return {
    /** @param {Doc} doc */
    async put(doc) {
      const text = searchTextOf(doc, index);
      if (text !== null) await finds.put({ key: doc.key, n, text });
    },
    /** @param {string} key */
    async drop(key) {
      if (`${typeOf(key)}?` in index) await finds.put({ key, n, text: null });
    },
    done: () => meta.put({ ...was, n }, "finds"),
  };
}

/**
 * Nothing is found any more.
 * @param {any} tx with finds and meta, for writing
 */
export async function forgetFinds(tx) {
  const meta = tx.objectStore("meta");
  const { n } = (await meta.get("finds")) ?? NONE;
  await tx.objectStore("finds").clear();
  await meta.put({ n: n + 1, since: n + 1 }, "finds");
}

export function createFinder() {
  /** @type {Map<string, Map<string, string>>} by type, texts by key */
  let texts = new Map();
  let seen = -1;
  /** @type {{of: any, texts: Promise<Map<string, Map<string, string>>>} | null} */
  let reading = null;

  /** Once for all searches of one transaction. @param {any} tx with finds and meta */
  function current(tx) {
    if (reading?.of !== tx) reading = { of: tx, texts: refreshed(tx) };
    return /** @type {NonNullable<typeof reading>} */ (reading).texts;
  }

  /** @param {any} tx with finds and meta */
  async function refreshed(tx) {
    /** @type {FindsMeta} */
    const { n, since } = (await tx.objectStore("meta").get("finds")) ?? NONE;
    if (seen === n) return texts;
    const finds = tx.objectStore("finds");
    const isAnew = seen < since || seen > n;
    const range = isAnew ? undefined : IDBKeyRange.lowerBound(seen, true);
    /** @type {FindRow[]} */
    const rows = isAnew ? await finds.getAll() : await finds.index("n").getAll(range);
    if (isAnew) texts = new Map();
    for (const { key, text } of rows) {
      const ofType = texts.get(typeOf(key)) ?? new Map();
      texts.set(typeOf(key), ofType);
      if (text === null) ofType.delete(key);
      else ofType.set(key, text);
    }
    seen = n;
    return texts;
  }

  /**
   * @param {any} tx with finds and meta
   * @param {{type: string, query: string, over: Map<string, string>}} what over: texts of documents
   *   that waiting entries changed
   * @returns {Promise<string[]>} keys, the nearest first, then the greatest; none for no query
   */
  return async function search(tx, { type, query, over }) {
    const words = wordsOf(query);
    if (words.length === 0) return [];
    const all = (await current(tx)).get(type) ?? new Map();
    /** @type {[string, number][]} */
    const found = [];
    const look = (/** @type {string} */ key, /** @type {string} */ text) => {
      if (words.every((word) => text.includes(word))) found.push([key, rank(text, query)]);
    };
    for (const [key, text] of all) if (!over.has(key)) look(key, text);
    for (const [key, text] of over) if (typeOf(key) === type) look(key, text);
    found.sort(([a, x], [b, y]) => x - y || (a > b ? -1 : 1));
    return found.map(([key]) => key);
  };
}
