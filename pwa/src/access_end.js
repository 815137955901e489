/**
 * The end of access: the server gives this device, or this person, no documents any more. What was
 * loaded here is cleared at once; what was recorded here stays and goes on being delivered.
 */
import { dropEvidence } from "./assets.js";
import { Refused } from "./contact.js";
import { bumpRevision } from "./database.js";
import { EMPTY, feedOf } from "./feed.js";
import { forgetFinds } from "./finds.js";
import { forgetMade } from "./made.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {"device_revoked" | "access_ended"} End */

const CLEARED_STORES = ["replica", "finds", "staged", "blobs", "made", "meta"];

/**
 * @param {unknown} error
 * @returns {End | null} null: it is about something else
 */
export function endOf(error) {
  if (!(error instanceof Refused) || error.status !== 403) return null;
  const { code } = error;
  return code === "device_revoked" || code === "access_ended" ? code : null;
}

/**
 * Clears documents, cursors, search terms and pictures. Doing it again changes nothing.
 * @param {Database} database
 * @param {End} end
 * @param {Date} now
 * @returns {Promise<boolean>} whether this is new
 */
export async function endAccess(database, end, now) {
  const cleared = await database.write(CLEARED_STORES, async (tx) => {
    const meta = tx.objectStore("meta");
    const isNew = await note(meta, end, now);
    const feed = await feedOf(tx);
    const isClear = (await tx.objectStore("replica").count()) === 0 && !feed.complete;
    await dropSentCopies(tx.objectStore("blobs"));
    await forgetMade(tx);
    if (isClear && feed.staged === null) return isNew;
    await tx.objectStore("replica").clear();
    await forgetFinds(tx);
    await tx.objectStore("staged").clear();
    await meta.delete("sums");
    await meta.delete("divergence");
    await meta.put({ ...EMPTY, epoch: feed.epoch, round: feed.round + 1 }, "feed");
    await bumpRevision(tx);
    return true;
  });
  if (cleared && globalThis.caches) await dropEvidence();
  return cleared;
}

/**
 * A device that is out of use says so to everybody; a person who left is no longer signed in.
 * @param {any} meta
 * @param {End} end
 * @param {Date} now
 * @returns {Promise<boolean>} whether it was not known yet
 */
async function note(meta, end, now) {
  const name = end === "device_revoked" ? "revoked" : end;
  const isNew = !(await meta.get(name));
  if (isNew) await meta.put({ at: now.toISOString() }, name);
  if (end === "access_ended") await meta.put(null, "signin");
  return isNew;
}

/** @param {any} blobs their pictures have arrived; only what still waits is needed */
async function dropSentCopies(blobs) {
  for (const sha256 of await blobs.index("state").getAllKeys("sent")) await blobs.delete(sha256);
}
