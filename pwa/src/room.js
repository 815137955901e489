/**
 * Room on a full disk: what can be had again gives way to what cannot.
 */
import { restage } from "./feed.js";

/** @typedef {import("./types").Database} Database */

/**
 * Drops the pages of a pull that is not complete, and the copies of photos that the server has.
 * @param {Database} database
 */
export async function makeRoom(database) {
  await database.write(["staged", "blobs", "meta"], async (tx) => {
    await restage(tx);
    const blobs = tx.objectStore("blobs");
    for (const sha256 of await blobs.index("state").getAllKeys("sent")) await blobs.delete(sha256);
  });
}

/**
 * Drops the pages only: for news alone nothing else gives way.
 * @param {Database} database
 */
export async function giveUpStaged(database) {
  await database.write(["staged", "meta"], restage);
}
