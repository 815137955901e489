/**
 * The one module that opens IndexedDB: its stores, and transactions that survive a dead connection.
 *
 * Here: opening, upgrading, opening again. Not here: what stands in the stores (outbox, ledger,
 * replica, feed, blobs), which all take the database as their first parameter.
 */
import { openDB } from "idb";

/** @typedef {import("./types").Database} Database */

const NAME = "traveler";
const SCHEMA = 5;
const ATTEMPTS = 4;

/** Names under which browsers report a connection that died or is closing; then nothing was
 * committed, or what was committed is recognised by the work itself when it runs again. */
const LOST = new Set(["InvalidStateError", "UnknownError", "AbortError", "TimeoutError"]);

/**
 * @param {unknown} error
 * @returns {boolean} whether the disk is full, or this app's share of it
 */
export function isFull(error) {
  return /** @type {{name?: string}} */ (error)?.name === "QuotaExceededError";
}

/**
 * @param {string} [name]
 * @returns {Database}
 */
export function openDatabase(name = NAME) {
  /** @type {Promise<import("idb").IDBPDatabase<any>> | null} */
  let opening = null;

  function connect() {
    opening ??= openDB(name, SCHEMA, {
      upgrade,
      blocking: () => void close(),
      terminated: () => void (opening = null),
    }).catch((error) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  async function close() {
    const closing = opening;
    opening = null;
    (await closing?.catch(() => null))?.close();
  }

  /**
   * @template T
   * @param {string[]} stores
   * @param {IDBTransactionMode} mode
   * @param {(tx: any) => Promise<T>} work
   * @param {IDBTransactionOptions} [options]
   * @returns {Promise<T>}
   */
  async function run(stores, mode, work, options) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(await connect(), stores, mode, work, options);
      } catch (error) {
        const name = /** @type {{name?: string}} */ (error)?.name ?? "";
        if (!LOST.has(name) || attempt === ATTEMPTS) throw error;
        await close();
      }
    }
  }

  return {
    read: (stores, work) => run(stores, "readonly", work),
    write: (stores, work, { strict = false } = {}) =>
      run(stores, "readwrite", work, strict ? { durability: "strict" } : {}),
    close,
  };
}

/**
 * Runs the work in one transaction: all of it lasts, or nothing. The work may await nothing but
 * this transaction's requests: any other promise (WebCrypto, fetch) would end it halfway. What was
 * only read is there before the transaction has ended.
 * @template T
 * @param {import("idb").IDBPDatabase<any>} db
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(tx: any) => Promise<T>} work
 * @param {IDBTransactionOptions} [options]
 * @returns {Promise<T>}
 */
async function once(db, stores, mode, work, options) {
  const tx = db.transaction(stores, mode, options);
  const ended = tx.done.then(
    () => null,
    (error) => error ?? new DOMException("the transaction was aborted", "AbortError"),
  );
  try {
    const result = await work(tx);
    if (mode === "readonly") return result;
    const failure = await ended;
    if (failure) throw failure;
    return result;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // It is over already.
    }
    // A full disk shows in the transaction; its requests only say that they were aborted.
    throw isFull(tx.error) ? tx.error : error;
  }
}

/**
 * @param {import("idb").IDBPDatabase<any>} db
 * @param {number} before
 * @param {number | null} _
 * @param {any} tx
 */
async function upgrade(db, before, _, tx) {
  if (before < 1) createStores(db);
  else if (before < 2) await countScopes(tx);
  // Search texts; the next start fills them, for by then the index is another one (replica.js).
  if (before < 3) db.createObjectStore("finds", { keyPath: "key" }).createIndex("n", "n");
  if (before < 4) db.createObjectStore("made", { keyPath: "place" });
  if (before < 5) await findUnread(tx.objectStore("ledger"));
}

/** @param {import("idb").IDBPDatabase<any>} db */
function createStores(db) {
  const replica = db.createObjectStore("replica", { keyPath: "key" });
  replica.createIndex("terms", "terms", { multiEntry: true });
  db.createObjectStore("staged", { autoIncrement: true });
  for (const name of ["outbox", "ledger"]) {
    db.createObjectStore(name, { keyPath: "place" }).createIndex("id", "id", { unique: true });
  }
  db.createObjectStore("blobs", { keyPath: "sha256" }).createIndex("state", "state");
  db.createObjectStore("meta");
}

/**
 * From 4 to 5: what was rejected and nobody has read is found by who recorded it.
 * @param {any} ledger
 */
async function findUnread(ledger) {
  ledger.createIndex("unread", "unread");
  for (const row of await ledger.getAll()) {
    const isUnread = row.verdict?.status === "rejected" && !row.is_read;
    if (isUnread) await ledger.put({ ...row, unread: row.actor });
  }
}

/**
 * From 1 to 2: rows of the replica say by which version each scope brought them. What is not known
 * is 0, and everything is loaded anew beside what is shown.
 * @param {any} tx
 */
async function countScopes(tx) {
  let cursor = await tx.objectStore("replica").openCursor();
  while (cursor) {
    const scopes = cursor.value.scopes.map((/** @type {string} */ scope) => [scope, 0]);
    await cursor.update({ ...cursor.value, scopes: Object.fromEntries(scopes) });
    cursor = await cursor.continue();
  }
  const meta = tx.objectStore("meta");
  const feed = await meta.get("feed");
  if (!feed) return;
  await tx.objectStore("staged").clear();
  const staged = { cursors: {}, fresh: true, anew: [], changes: 0 };
  await meta.put({ ...feed, staged, round: feed.round + 1 }, "feed");
}

/**
 * Says in the same transaction that what is shown may have changed.
 * @param {any} tx with the store meta, for writing
 */
export async function bumpRevision(tx) {
  await tx.objectStore("meta").put((await revisionOf(tx)) + 1, "revision");
}

/**
 * @param {any} tx with the store meta
 * @param {string[]} names of what stands there
 * @returns {Promise<any[]>} asked for at once: one after the other, each would wait for the disk
 */
export async function noted(tx, names) {
  return Promise.all(names.map((name) => tx.objectStore("meta").get(name)));
}

/** @param {any} tx with the store meta @returns {Promise<number>} */
export async function revisionOf(tx) {
  return (await tx.objectStore("meta").get("revision")) ?? 0;
}
