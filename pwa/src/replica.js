/**
 * The replica: the documents in this person's scopes, as the server last sent them.
 *
 * Here: reading them, and changing them by what the feed brings. Not here: in which order pages are
 * taken and when they are shown (feed.js), what this device has added itself (overlay.js).
 */
import { bumpRevision } from "./database.js";
import { noting } from "./finds.js";
import { summingAll } from "./scope_sum.js";
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
 * @param {any} tx with replica, finds and meta
 * @param {Change[]} changes in the order of the feed
 * @param {Index} index
 * @returns {Promise<string[]>} the keys that changed
 */
export async function applyChanges(tx, changes, index) {
  if (changes.length === 0) return [];
  const [replica, meta] = [tx.objectStore("replica"), tx.objectStore("meta")];
  const sums = summingAll((await meta.get("sums")) ?? {});
  const finds = await noting(tx, index);
  for (const { scope, version, key, body } of changes) {
    /** @type {ReplicaRow | undefined} */
    const before = await replica.get(key);
    const { [scope]: was, ...others } = before?.scopes ?? {};
    if (was !== undefined) sums.remove(scope, key, was);
    if (body) {
      sums.add(scope, key, version);
      // Another scope may have brought a newer one already; within an epoch none goes back.
      const newest = before && before.version > body.version ? before.body : body;
      await replica.put(rowOf(newest, { ...others, [scope]: version }, index));
      await finds.put(newest);
    } else if (before) {
      if (Object.keys(others).length > 0) await replica.put({ ...before, scopes: others });
      else await Promise.all([replica.delete(key), finds.drop(key)]);
    }
  }
  await finds.done();
  await meta.put(sums.sums(), "sums");
  return changes.map((change) => change.key);
}

/**
 * Takes away what this person may no longer see; what waits in the outbox stays.
 * @param {any} tx with replica, finds and meta
 * @param {string[]} dropped
 * @param {Index} index
 * @returns {Promise<string[]>} the keys that went
 */
export async function dropScopes(tx, dropped, index) {
  if (dropped.length === 0) return [];
  const finds = await noting(tx, index);
  const gone = [];
  let cursor = await tx.objectStore("replica").openCursor();
  while (cursor) {
    /** @type {ReplicaRow} */
    const row = cursor.value;
    const scopes = without(row.scopes, dropped);
    const left = Object.keys(scopes).length;
    if (left === 0) {
      gone.push(row.key);
      await Promise.all([cursor.delete(), finds.drop(row.key)]);
    } else if (left < Object.keys(row.scopes).length) {
      await cursor.update({ ...row, scopes });
    }
    cursor = await cursor.continue();
  }
  await finds.done();
  const meta = tx.objectStore("meta");
  await meta.put(without((await meta.get("sums")) ?? {}, dropped), "sums");
  return gone;
}

/**
 * @template T
 * @param {Record<string, T>} all by scope
 * @param {string[]} scopes
 * @returns {Record<string, T>}
 */
export function without(all, scopes) {
  return Object.fromEntries(Object.entries(all).filter(([scope]) => !scopes.includes(scope)));
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
  await database.write(["replica", "finds", "meta"], async (tx) => {
    const finds = await noting(tx, index);
    let cursor = await tx.objectStore("replica").openCursor();
    while (cursor) {
      /** @type {ReplicaRow} */
      const row = cursor.value;
      await Promise.all([
        cursor.update(rowOf(row.body, row.scopes, index)),
        finds.put(row.body),
      ]);
      cursor = await cursor.continue();
    }
    await finds.done();
    await tx.objectStore("meta").put(wanted, "index");
    await bumpRevision(tx);
  });
}

/**
 * @param {Doc} body
 * @param {import("./types").Cursors} scopes in which version each brought it
 * @param {Index} index
 * @returns {ReplicaRow}
 */
function rowOf(body, scopes, index) {
  return { key: body.key, scopes, version: body.version, body, terms: termsOf(body, index) };
}
