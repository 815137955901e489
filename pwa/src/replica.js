/**
 * The replica: the documents in this person's scopes, as the server last sent them.
 *
 * Here: reading them, and changing them by what the feed brings. Not here: in which order pages are
 * taken and when they are shown (feed.js), what this device has added itself (overlay.js).
 */
import { bumpRevision } from "./database.js";
import { termsOf } from "./terms.js";

/** @typedef {import("./types").Change} Change */
/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").Doc} Doc */
/** @typedef {import("./types").ReplicaRow} ReplicaRow */
/** @typedef {Record<string, string[]>} Index */

/**
 * @param {any} tx
 * @param {string} key
 * @returns {Promise<Doc | null>}
 */
export async function getDocument(tx, key) {
  return (await tx.objectStore("replica").get(key))?.body ?? null;
}

/**
 * @param {any} tx
 * @param {string} term
 * @returns {Promise<Doc[]>}
 */
export async function findDocuments(tx, term) {
  /** @type {ReplicaRow[]} */
  const rows = await tx.objectStore("replica").index("terms").getAll(term);
  return rows.map((row) => row.body);
}

/**
 * @param {any} tx with replica
 * @param {Change[]} changes in the order of the feed
 * @param {Index} index
 * @returns {Promise<string[]>} the keys that changed
 */
export async function applyChanges(tx, changes, index) {
  const replica = tx.objectStore("replica");
  for (const { scope, key, body } of changes) {
    /** @type {ReplicaRow | undefined} */
    const before = await replica.get(key);
    const scopes = new Set(before?.scopes);
    if (body) {
      scopes.add(scope);
      // Another scope may have brought a newer one already; within an epoch none goes back.
      const newest = before && before.version > body.version ? before.body : body;
      await replica.put(rowOf(newest, [...scopes], index));
    } else if (before) {
      scopes.delete(scope);
      if (scopes.size > 0) await replica.put({ ...before, scopes: [...scopes] });
      else await replica.delete(key);
    }
  }
  return changes.map((change) => change.key);
}

/**
 * Takes away what this person may no longer see; what waits in the outbox stays.
 * @param {any} tx with replica
 * @param {string[]} dropped
 * @returns {Promise<string[]>} the keys that went
 */
export async function dropScopes(tx, dropped) {
  if (dropped.length === 0) return [];
  const gone = [];
  let cursor = await tx.objectStore("replica").openCursor();
  while (cursor) {
    /** @type {ReplicaRow} */
    const row = cursor.value;
    const scopes = row.scopes.filter((scope) => !dropped.includes(scope));
    if (scopes.length === 0) {
      gone.push(row.key);
      await cursor.delete();
    } else if (scopes.length < row.scopes.length) {
      await cursor.update({ ...row, scopes });
    }
    cursor = await cursor.continue();
  }
  return gone;
}

/**
 * A new build may index other fields: then the terms of all documents are made anew.
 * @param {Database} database
 * @param {Index} index
 */
export async function reindex(database, index) {
  const wanted = JSON.stringify(index);
  const present = await database.read(["meta"], (tx) => tx.objectStore("meta").get("index"));
  if (present === wanted) return;
  await database.write(["replica", "meta"], async (tx) => {
    let cursor = await tx.objectStore("replica").openCursor();
    while (cursor) {
      /** @type {ReplicaRow} */
      const row = cursor.value;
      await cursor.update(rowOf(row.body, row.scopes, index));
      cursor = await cursor.continue();
    }
    await tx.objectStore("meta").put(wanted, "index");
    await bumpRevision(tx);
  });
}

/**
 * @param {Doc} body
 * @param {string[]} scopes
 * @param {Index} index
 * @returns {ReplicaRow}
 */
function rowOf(body, scopes, index) {
  return { key: body.key, scopes, version: body.version, body, terms: termsOf(body, index) };
}
