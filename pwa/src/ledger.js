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

export const LEDGER_MAX = 1000;

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
    await noteAnswered(tx, row);
    keys.push(row.on);
  }
  return keys;
}

/**
 * Remembers the last number the server has answered: if it later says less, it was restored.
 * @param {any} tx
 * @param {OutboxRow} row
 */
async function noteAnswered(tx, { device, seq }) {
  const meta = tx.objectStore("meta");
  if ((await meta.get("device"))?.id !== device) return; // brought in from another
  const answered = await meta.get("answered");
  if (answered?.device === device && answered.seq >= seq) return;
  await meta.put({ device, seq }, "answered");
}

/**
 * @param {any} tx with meta
 * @param {number} lastSeq what the server says it has of this device
 */
export async function isForgotten(tx, lastSeq) {
  const meta = tx.objectStore("meta");
  const [device, answered] = [await meta.get("device"), await meta.get("answered")];
  return answered?.device === device?.id && lastSeq < (answered?.seq ?? 0);
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
    await tx.objectStore("ledger").put({ ...row, settled_at: now.toISOString() });
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
    const { verdict, is_read } = await ledger.get(place);
    if (verdict?.status !== "rejected" || is_read) await ledger.delete(place);
  }
}

/**
 * A restored server has forgotten what came after `lastSeq`: those entries wait again, as they
 * were, without the words that were said of them. So do those that have no number in its count of
 * this device: forks, and what another device recorded or this one under an older name.
 * @param {any} tx with outbox, ledger, blobs and meta
 * @param {number} lastSeq
 * @returns {Promise<number>} how many
 */
export async function requeueAfter(tx, lastSeq) {
  const meta = tx.objectStore("meta");
  const device = await meta.get("device");
  let count = 0;
  for (const name of ["ledger", "outbox"]) {
    /** @type {OutboxRow[]} */
    const rows = await tx.objectStore(name).getAll();
    for (const row of rows) {
      if (!row.verdict || isCounted(row, device?.id, lastSeq)) continue;
      const { settled_at: _, ...waiting } = row;
      // What was in the ledger stands in the replica: the overlay must not add it once more.
      const is_shown = name === "ledger" || (row.is_shown ?? false);
      await tx.objectStore("outbox").put({ ...waiting, is_shown, verdict: null });
      if (name === "ledger") await tx.objectStore("ledger").delete(row.place);
      count += 1;
    }
  }
  await offerBlobs(tx.objectStore("blobs"));
  if (device) await meta.put({ device: device.id, seq: lastSeq }, "answered");
  if (count > 0) await bumpRevision(tx);
  return count;
}

/**
 * @param {OutboxRow} row
 * @param {string | undefined} device
 * @param {number} lastSeq
 */
function isCounted(row, device, lastSeq) {
  return row.device === device && row.seq <= lastSeq && row.verdict?.code !== "fork";
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
