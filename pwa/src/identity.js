/**
 * Under which name this device delivers: begun at enrolment, given up when the server says that two
 * devices go by the same one.
 */
import { signWaiting } from "./signature.js";

/** @typedef {import("./types").Database} Database */

/** A server that asks for it again and again is not followed again and again. */
const ANEW_REST_MS = 3_600_000;

/**
 * @param {Database} database
 * @param {Date} now
 * @returns {Promise<boolean>} whether this device may be set up as a new one, if it is asked to
 */
export async function mayBeginAnew(database, now) {
  const anew = await database.read(["meta"], (tx) => tx.objectStore("meta").get("anew"));
  const elapsed_ms = anew ? now.getTime() - Date.parse(anew.at) : ANEW_REST_MS;
  return !(elapsed_ms >= 0 && elapsed_ms < ANEW_REST_MS);
}

/**
 * Forgets id, token and key: a copy of this device has them too. What waits stays under the old
 * name, signed with the old key as long as that is here; the chain begins anew.
 * @param {Database} database
 * @param {Date} now
 */
export async function leaveIdentity(database, now) {
  await signWaiting(database);
  await database.write(["meta"], async (tx) => {
    const meta = tx.objectStore("meta");
    const device = await meta.get("device");
    if (!device) return;
    await meta.put({ at: now.toISOString(), from: device.id, is_read: false }, "anew");
    await meta.delete("device");
    await meta.delete("key");
  });
}

/**
 * What the server says of a device that this browser was before, when nothing of it is here.
 * @param {any} meta the store, in the transaction of the enrolment
 * @param {{device: string, seen_at: string} | null | undefined} lost
 */
export async function noteLost(meta, lost) {
  // One that gave its name up has lost nothing.
  if (lost && !(await meta.get("anew"))) await meta.put({ ...lost, is_read: false }, "lost");
}

/** @param {Database} database */
export async function markLostRead(database) {
  await database.write(["meta"], async (tx) => {
    const meta = tx.objectStore("meta");
    const lost = await meta.get("lost");
    if (lost) await meta.put({ ...lost, is_read: true }, "lost");
  });
}

/**
 * Somebody has read that this device was set up as a new one.
 * @param {Database} database
 */
export async function markAnewRead(database) {
  await database.write(["meta"], async (tx) => {
    const meta = tx.objectStore("meta");
    const anew = await meta.get("anew");
    if (anew) await meta.put({ ...anew, is_read: true }, "anew");
  });
}
