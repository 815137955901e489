/**
 * The recount: sums of the scopes made anew from the rows of the replica.
 *
 * The sums are kept with every change, so comparing them costs nothing; but they would not notice a
 * row that was lost or changed on the disk. Counting reads the whole replica, so it is done once an
 * hour at most: that a worker starts means nothing, browsers end it after half a minute of rest.
 */
import { feedOf } from "./feed.js";
import { summingAll } from "./scope_sum.js";

/** @typedef {import("./types").Database} Database */

const RECOUNT_MS = 3_600_000;
const ROWS = 250;

/**
 * Makes the sums anew from the rows themselves, if that was not done lately.
 * @param {Database} database
 * @param {Date} now
 */
export async function recountIfDue(database, now) {
  const counted = await database.read(["meta"], (tx) => tx.objectStore("meta").get("counted_at"));
  const elapsed_ms = counted ? now.getTime() - Date.parse(counted) : RECOUNT_MS;
  if (elapsed_ms >= 0 && elapsed_ms < RECOUNT_MS) return;
  const { round, sums } = await database.read(["replica", "meta"], recounted);
  await database.write(["meta"], async (tx) => {
    // Another pull may have been taken meanwhile; the next one will do.
    if ((await feedOf(tx)).round !== round) return;
    await tx.objectStore("meta").put(sums, "sums");
    await tx.objectStore("meta").put(now.toISOString(), "counted_at");
  });
}

/**
 * @param {any} tx with replica and meta
 * @returns {Promise<{round: number, sums: import("./scope_sum.js").Sums}>}
 */
async function recounted(tx) {
  const { round } = await feedOf(tx);
  const sums = summingAll({});
  const replica = tx.objectStore("replica");
  /** @type {import("./types").ReplicaRow[]} */
  let rows = await replica.getAll(null, ROWS);
  while (rows.length > 0) {
    for (const { key, scopes } of rows) {
      for (const [scope, version] of Object.entries(scopes)) sums.add(scope, key, version);
    }
    rows = await replica.getAll(IDBKeyRange.lowerBound(rows.at(-1)?.key, true), ROWS);
  }
  return { round, sums: sums.sums() };
}
