/**
 * A server that was restored has gone back in time: what a device does when it notices.
 */
import { feedOf } from "./feed.js";
import { hearOf, requeueAll } from "./ledger.js";

/** @typedef {import("./types").Database} Database */

/**
 * Follows a server that was restored, as it says by a new epoch, or shows by knowing less of this
 * device than before: everything is loaded anew, staged beside what is shown, and all that is in
 * the ledger waits to be sent again.
 * @param {Database} database
 * @param {{epoch: string, last_seq?: number}} answer
 * @param {import("./ledger.js").Heard | null} before `heardOf` when it was asked
 * @returns {Promise<"as_before" | "changed">}
 */
export async function followServer(database, { epoch, last_seq }, before) {
  return database.write(["staged", "outbox", "ledger", "blobs", "meta"], async (tx) => {
    const feed = await feedOf(tx);
    const isNew = feed.epoch !== epoch;
    const isBehind = last_seq !== undefined && (await hearOf(tx, last_seq, before));
    const isRestored = (isNew && feed.epoch !== null) || isBehind;
    if (!isNew && !isRestored) return "as_before";
    await tx.objectStore("staged").clear();
    const staged = isRestored ? { cursors: {}, fresh: true, anew: [], changes: 0 } : null;
    await tx.objectStore("meta").put({ ...feed, epoch, staged, round: feed.round + 1 }, "feed");
    if (isRestored) await requeueAll(tx);
    return isRestored ? "changed" : "as_before";
  });
}
