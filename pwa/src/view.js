/**
 * The view: documents as this device knows them, replica and overlay together.
 *
 * One `read` is one IndexedDB transaction: everything in it is of one moment.
 */
import { createFinder } from "./finds.js";
import { createOverlay, foresee } from "./overlay.js";
import { findDocuments, getDocument } from "./replica.js";
import { visibleTo } from "./scopes.js";
import { searchTextOf } from "./search_text.js";
import { signinOf } from "./signin.js";
import { termsOf } from "./terms.js";

/** @typedef {import("./types").Doc} Doc */
/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").OutboxRow} OutboxRow */
/**
 * @typedef {object} Moment what can be asked within one read; awaits nothing but the transaction
 * @property {any} tx
 * @property {number} revision it counts on whenever what is shown may have changed
 * @property {OutboxRow[]} rows all of the outbox, in the order of recording
 * @property {OutboxRow[]} waiting those that the server has not answered
 * @property {string[]} touched keys of documents changed by waiting entries, or waited on
 * @property {(key: string) => Promise<Doc | null>} get
 * @property {(doc: Doc) => Doc} seen the same as a page shows it: with the version that the server
 *   gave it, for the `base` of what is done on this page; a foreseen number means nothing there
 * @property {(terms: string[]) => Promise<Doc[]>} find documents with any of the terms, by key
 * @property {(type: string, query: string) => Promise<string[]>} search keys, the nearest first
 * @property {(entry: Entry) => Promise<import("./overlay.js").Foresight>} foresee
 * @property {<T>(name: string, work: () => Promise<T>) => Promise<T>} once what a page asked for
 *   before is the same until something changes; nobody may change it
 */

/** A long list is unrolled part by part, and each part would read all of it anew. */
const KEPT_MAX = 2;
const VIEW_STORES = ["replica", "finds", "outbox", "ledger", "blobs", "meta"];

/**
 * @param {import("./types").Database} database
 * @param {object} domain
 * @param {import("./overlay.js").Kinds} domain.kinds
 * @param {() => Promise<Record<string, string[]>>} domain.index fields by document type
 * @param {() => Promise<import("./scopes.js").Map_>} domain.map which scopes there are for whom
 */
export function createView(database, { kinds, index, map }) {
  const layerOf = createOverlay(kinds);
  const search = createFinder();
  const kept = createKept();

  return {
    /** All that a read needs beside the documents. */
    ready: () => Promise.all([index(), map()]),
    /**
     * @template T
     * @param {(moment: Moment) => Promise<T>} work
     * @returns {Promise<T>}
     */
    read: async (work) => {
      const [fields, scopes] = await Promise.all([index(), map()]);
      return database.read(VIEW_STORES, async (tx) => {
        const [layer, signin] = await Promise.all([layerOf(tx), signinOf(tx)]);
        const isVisible = visibleTo(signin, scopes);
        const once = kept(layer.revision);
        return work(momentOf(tx, { layer, kinds, index: fields, search, isVisible, once }));
      });
    },
  };
}

/**
 * @param {any} tx
 * @param {{layer: import("./overlay.js").Layer, kinds: import("./overlay.js").Kinds,
 *   index: Record<string, string[]>, search: ReturnType<typeof createFinder>,
 *   isVisible: (key: string) => boolean, once: Moment["once"]}} parts
 * @returns {Moment} in which there is only what this person may see
 */
function momentOf(tx, { layer, kinds, index, search, isVisible, once }) {
  const { revision, rows, documents, versions } = layer;
  const waiting = rows.filter((row) => row.verdict === null);
  const get = async (/** @type {string} */ key) =>
    isVisible(key) ? (documents.get(key) ?? (await getDocument(tx, key))) : null;
  return {
    tx,
    revision,
    rows,
    waiting,
    touched: [...new Set([...documents.keys(), ...waiting.map((row) => row.on)])],
    get,
    seen: (doc) => ({ ...doc, version: versions.get(doc.key) ?? doc.version }),
    find: async (terms) =>
      (await find(tx, { terms, documents, index })).filter((doc) => isVisible(doc.key)),
    search: async (type, query) =>
      (await search(tx, { type, query, over: textsOf(documents, index) })).filter(isVisible),
    foresee: (entry) => foresee(kinds, entry, get),
    once,
  };
}

/**
 * @param {Map<string, Doc>} documents
 * @param {Record<string, string[]>} index
 * @returns {Map<string, string>} the search texts of those that are searched
 */
function textsOf(documents, index) {
  const texts = new Map();
  for (const doc of documents.values()) {
    const text = searchTextOf(doc, index);
    if (text !== null) texts.set(doc.key, text);
  }
  return texts;
}

/**
 * @param {any} tx
 * @param {{terms: string[], documents: Map<string, Doc>, index: Record<string, string[]>}} what
 * @returns {Promise<Doc[]>}
 */
async function find(tx, { terms, documents, index }) {
  /** @type {Map<string, Doc>} */
  const found = new Map();
  const stored = await Promise.all(terms.map((term) => findDocuments(tx, term)));
  for (const doc of stored.flat()) if (!documents.has(doc.key)) found.set(doc.key, doc);
  for (const doc of documents.values()) {
    const own = termsOf(doc, index);
    if (terms.some((term) => own.includes(term))) found.set(doc.key, doc);
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** @returns {(revision: number) => Moment["once"]} */
function createKept() {
  /** @type {Map<string, any>} the latest last */
  const results = new Map();
  let of = -1;
  return (revision) => async (name, work) => {
    if (of !== revision) results.clear();
    of = revision;
    const known = results.get(name);
    const result = known === undefined ? await work() : known;
    results.delete(name);
    results.set(name, result);
    const [oldest] = results.keys();
    if (results.size > KEPT_MAX && oldest !== undefined) results.delete(oldest);
    return result;
  };
}
