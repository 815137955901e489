/**
 * The ledger: what the server said of this device's entries, kept so that a restored server can
 * ask for them again.
 *
 * Here: taking verdicts, letting covered entries leave the outbox, giving them back to it. Not
 * here: the exchange with the server (push.js, pull.js).
 */
import { bumpRevision } from "./database.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").Feed} Feed */
/** @typedef {import("./types").OutboxRow} OutboxRow */
/** @typedef {import("./types").Verdict} Verdict */
/** @typedef {{device: string, seq: number}} Heard */

export const LEDGER_MAX = 1000;
const TAKEN = ["applied", "merged", "conflict"];

/**
 * Stores verdicts beside their entries. A rejected entry leaves the outbox with its reason at once:
 * nothing of it will come in the feed.
 * @param {Database} database
 * @param {Verdict[]} verdicts
 * @param {Date} now
 * @returns {Promise<string[]>} keys of the documents the entries are about
 */
export async function settle(database, verdicts, now) {
  return database.write(["outbox", "ledger", "meta"], async (tx) => {
    const keys = await takeVerdicts(tx, verdicts);
    const feed = (await tx.objectStore("meta").get("feed")) ?? null;
    await releaseCovered(tx, (verdict) => isSeen(verdict, feed), now);
    if (keys.length > 0) await bumpRevision(tx);
    return keys;
  });
}

/**
 * @param {any} tx
 * @param {Verdict[]} verdicts
 * @returns {Promise<string[]>}
 */
export async function takeVerdicts(tx, verdicts) {
  const outbox = tx.objectStore("outbox");
  const keys = [];
  for (const verdict of verdicts) {
    /** @type {OutboxRow | undefined} */
    const row = await outbox.index("id").get(verdict.id);
    if (!row || row.verdict) continue; // final for the transport: the first word stays
    await outbox.put({ ...row, verdict });
    keys.push(row.on);
  }
  return keys;
}

/**
 * @param {any} tx with meta
 * @returns {Promise<Heard | null>} the last number that the server said it has of this device
 */
export async function heardOf(tx) {
  const meta = tx.objectStore("meta");
  const [device, answered] = [await meta.get("device"), await meta.get("answered")];
  if (!device) return null;
  return answered?.device === device.id ? answered : { device: device.id, seq: 0 };
}

/**
 * Remembers the last number that the server says it has of this device.
 * @param {any} tx with meta
 * @param {number} lastSeq
 * @param {Heard | null} before what was heard when the question was asked: an answer that was
 *   overtaken by a later one says less than is known by now, and less than that it must not say
 * @returns {Promise<boolean>} whether it said more before: then it was restored
 */
export async function hearOf(tx, lastSeq, before) {
  const heard = await heardOf(tx);
  if (heard === null || before?.device !== heard.device) return false;
  const isLess = lastSeq < before.seq;
  const seq = isLess ? lastSeq : Math.max(lastSeq, heard.seq);
  if (seq !== heard.seq) await tx.objectStore("meta").put({ ...heard, seq }, "answered");
  return isLess;
}

/**
 * Whether the feed has certainly shown all effects. A scope without a cursor may be one that was
 * granted just now; a complete pull tells, and `isSeenAll` then says so.
 * @param {Verdict} verdict
 * @param {Feed | null} feed
 */
function isSeen(verdict, feed) {
  if (verdict.effects.length === 0) return true;
  if (!feed?.complete || feed.staged?.fresh) return false; // cursors of another epoch tell nothing
  return verdict.effects.every(({ scope, version }) => (feed.cursors[scope] ?? -1) >= version);
}

/**
 * The same after a complete pull: a scope that still has no cursor is not this device's.
 * @param {Verdict} verdict
 * @param {import("./types").Cursors} cursors
 */
export function isSeenAll(verdict, cursors) {
  return verdict.effects.every(({ scope, version }) => (cursors[scope] ?? version) >= version);
}

/**
 * Moves entries from the outbox to the ledger: the rejected, and those whose effects are shown.
 * @param {any} tx with outbox and ledger
 * @param {(verdict: Verdict) => boolean} isCovered
 * @param {Date} now
 * @returns {Promise<string[]>} keys of their documents
 */
export async function releaseCovered(tx, isCovered, now) {
  const outbox = tx.objectStore("outbox");
  const keys = [];
  for (const row of await outbox.getAll()) {
    const { verdict } = row;
    if (!verdict || !(verdict.status === "rejected" || isCovered(verdict))) continue;
    const unread = verdict.status === "rejected" ? { unread: row.actor } : {};
    await tx.objectStore("ledger").put({ ...row, settled_at: now.toISOString(), ...unread });
    await outbox.delete(row.place);
    keys.push(row.on);
  }
  if (keys.length > 0) await prune(tx.objectStore("ledger"));
  return keys;
}

/** @param {any} ledger the oldest leave, but nothing that was refused before somebody read it */
async function prune(ledger) {
  const places = await ledger.getAllKeys();
  for (const place of places.slice(0, Math.max(0, places.length - LEDGER_MAX))) {
    const { unread } = await ledger.get(place);
    if (unread === undefined) await ledger.delete(place);
  }
}

/**
 * A restored server may lack any entry that it answered: all that are here wait again, as they
 * were, without the words that were said of them. What it has after all it answers as before.
 * Numbers would not tell: where two devices go by one name, the server's count may be the other's.
 * @param {any} tx with outbox, ledger, blobs and meta
 * @returns {Promise<number>} how many
 */
export async function requeueAll(tx) {
  let count = 0;
  for (const name of ["ledger", "outbox"]) {
    /** @type {OutboxRow[]} */
    const rows = await tx.objectStore(name).getAll();
    for (const row of rows) {
      if (!row.verdict) continue;
      const { settled_at: _, unread: __, ...waiting } = row;
      // What was taken and is in the ledger stands in the replica: the overlay must not add it
      // once more.
      const isInReplica = name === "ledger" && TAKEN.includes(row.verdict.status);
      const is_shown = isInReplica || (row.is_shown ?? false);
      await tx.objectStore("outbox").put({ ...waiting, is_shown, verdict: null });
      if (name === "ledger") await tx.objectStore("ledger").delete(row.place);
      count += 1;
    }
  }
  await offerBlobs(tx.objectStore("blobs"));
  if (count > 0) await bumpRevision(tx);
  return count;
}

/**
 * Photos arrive when they can, so their entries' numbers tell nothing: each is asked about again.
 * @param {any} blobs
 */
async function offerBlobs(blobs) {
  for (const row of await blobs.index("state").getAll("sent")) {
    await blobs.put({ ...row, state: "waiting", offset: 0 });
  }
}
