/**
 * The outbox page: everything recorded here that is not settled, and what became of the rest.
 * Nothing that was refused leaves this page before somebody has said that they read it.
 */

import { bumpRevision } from "./database.js";
import { divergencesOf } from "./divergence.js";
import { identity } from "./render/filters.js";

/** @typedef {import("./types").OutboxRow} OutboxRow */
/** @typedef {import("./types").Database} Database */
/** @typedef {import("./view.js").Moment} Moment */

const RECENT_SHOWN = 20;

/**
 * @param {Moment} moment
 * @returns {Promise<Record<string, any>[]>} what waits, oldest first; then the answered
 */
export async function outboxOf(moment) {
  /** @type {OutboxRow[]} */
  const all = await moment.tx.objectStore("ledger").getAll();
  const signin = await moment.tx.objectStore("meta").get("signin");
  // What somebody else recorded here is theirs to see; it goes up all the same.
  const isOwn = (/** @type {OutboxRow} */ row) => !signin || row.actor === signin.login;
  const ledger = all.filter(isOwn);
  const unsent = await unsentBlobs(moment.tx);
  const isUnsettled = (/** @type {OutboxRow} */ row) =>
    row.unread !== undefined || unsent.some((sha256) => row.bytes.includes(sha256));
  const unread = ledger.filter(isUnsettled);
  const recent = ledger.filter((row) => !row.is_read).slice(-RECENT_SHOWN);
  const rows = moment.rows.filter(isOwn);
  const answered = rows.filter((row) => row.verdict !== null);
  const after = [...new Set([...unread, ...recent, ...answered])];
  after.sort((a, b) => b.place - a.place);
  const entries = [];
  const waiting = rows.filter((row) => row.verdict === null);
  for (const row of [...waiting, ...after]) entries.push(await lineOf(moment, row));
  return entries;
}

/**
 * @param {any} tx
 * @returns {Promise<string[]>} pictures that the server does not have yet, or did not take
 */
async function unsentBlobs(tx) {
  const states = tx.objectStore("blobs").index("state");
  const [waiting, refused] = [states.getAllKeys("waiting"), states.getAllKeys("refused")];
  return [...(await waiting), ...(await refused)];
}

/**
 * @param {Moment} moment
 * @param {OutboxRow} row
 */
async function lineOf(moment, row) {
  const { id, kind, on, at, actor, attempts, verdict } = row;
  const [person, doc] = [await moment.get(`person/org:${actor}`), await moment.get(on)];
  const blobs = await blobsOf(moment, row);
  return {
    id,
    kind,
    on,
    label: doc?.["number"] ?? doc?.["about_label"] ?? doc?.["code"] ?? identity(on),
    at,
    by_name: person?.["name"] ?? actor,
    attempts,
    status: verdict?.status ?? "",
    code: verdict?.code ?? null,
    params: verdict?.params ?? {},
    case: verdict?.case ?? null,
    blobs,
    blobs_left: blobs.filter((blob) => blob.state !== "sent").length,
  };
}

/**
 * @param {string} bytes of an entry; what got damaged tells none
 * @returns {import("./types").BlobRef[]}
 */
function blobsIn(bytes) {
  try {
    return JSON.parse(bytes).blobs ?? [];
  } catch {
    return [];
  }
}

/**
 * Photos and signatures of an entry that are still on this device, and how far they are up.
 * @param {Moment} moment
 * @param {OutboxRow} row
 */
async function blobsOf(moment, { bytes }) {
  const found = [];
  for (const { sha256, name, size } of blobsIn(bytes)) {
    const blob = await moment.tx.objectStore("blobs").get(sha256);
    if (!blob) continue;
    const { state, offset, code } = blob;
    found.push({ sha256, name, size, state, offset: state === "sent" ? size : offset, code });
  }
  return found;
}

/**
 * @param {Moment} moment
 * @returns {Promise<{scope: string, at: string, healed: boolean}[]>} of the last days
 */
export async function divergedOf({ tx }) {
  const all = Object.entries(await divergencesOf(tx));
  return all.map(([scope, { at, healed_at }]) => ({ scope, at, healed: healed_at !== null }));
}

/**
 * Somebody has read what became of this entry.
 * @param {Database} database
 * @param {string} id
 */
export async function markRead(database, id) {
  await database.write(["ledger", "meta"], async (tx) => {
    const ledger = tx.objectStore("ledger");
    const row = await ledger.index("id").get(id);
    if (!row) return;
    const { unread: _, ...read } = row;
    await ledger.put({ ...read, is_read: true });
    await bumpRevision(tx);
  });
}
