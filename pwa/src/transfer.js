/**
 * The outbox as a file: the last resort for a device that will never see the network again.
 *
 * Another device sends the same bytes with the signatures of the one that recorded them. Nothing
 * leaves this outbox by being exported.
 */
import { bumpRevision } from "./database.js";
import { findEntry } from "./outbox.js";
import { wrapped } from "./push.js";
import { signWaiting } from "./signature.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").OutboxRow} OutboxRow */

const FORMAT = "traveler-outbox-2";
/** Before there were signatures: entries are their bytes. */
const FORMAT_UNSIGNED = "traveler-outbox-1";
const CHUNK = 8192;

/**
 * @param {Database} database
 * @returns {Promise<string>} JSON: what waits, word for word, and its blobs
 */
export async function exportOutbox(database) {
  const made = await signWaiting(database);
  const held = await database.read(["outbox", "blobs"], async (tx) => ({
    rows: await tx.objectStore("outbox").getAll(),
    blobs: await tx.objectStore("blobs").index("state").getAll("waiting"),
  }));
  const entries = held.rows.map((/** @type {OutboxRow} */ row) =>
    wrapped({ ...row, sig: row.sig ?? made.get(row.id) ?? null }),
  );
  const blobs = held.blobs.map((/** @type {import("./types").BlobRow} */ blob) => ({
    sha256: blob.sha256,
    type: blob.type,
    name: blob.name,
    size: blob.size,
    base64: base64Of(blob.bytes),
  }));
  return JSON.stringify({ format: FORMAT, entries, blobs });
}

/**
 * @param {Database} database
 * @param {string} text of an exported file
 * @param {Date} now
 * @returns {Promise<number>} how many entries came in that were not here yet. Throws TypeError.
 */
export async function importOutbox(database, text, now) {
  const file = JSON.parse(text);
  const entries = entriesIn(file);
  return database.write(["meta", "outbox", "ledger", "blobs"], async (tx) => {
    const meta = tx.objectStore("meta");
    const chain = (await meta.get("chain")) ?? { device: "", seq: 0, hash: "", place: 0 };
    let count = 0;
    for (const wrapping of entries) {
      const { entry: bytes, sig } = wrapping;
      const { id, device, seq, kind, on, at, actor } = fieldsOf(wrapping);
      if (await findEntry(tx, id)) continue;
      count += 1;
      const about = { id, device, seq, kind, on, at, actor, bytes, sig };
      const state = { attempts: 0, tried_at: null, verdict: null };
      await tx.objectStore("outbox").add({ place: chain.place + count, ...about, ...state });
    }
    await meta.put({ ...chain, place: chain.place + count }, "chain");
    for (const { base64, ...blob } of file.blobs) {
      if (await tx.objectStore("blobs").get(blob.sha256)) continue;
      const state = { state: "waiting", offset: 0, code: null, stored_at: now.toISOString() };
      await tx.objectStore("blobs").add({ ...blob, ...state, bytes: bytesOf(base64) });
    }
    await bumpRevision(tx);
    return count;
  });
}

/**
 * @param {any} file
 * @returns {import("./types").Wrapped[]} Throws TypeError.
 */
function entriesIn(file) {
  if (file?.format === FORMAT) return file.entries;
  if (file?.format !== FORMAT_UNSIGNED) throw new TypeError("not an exported outbox");
  return file.entries.map((/** @type {string} */ entry) => ({ entry, sig: null }));
}

/**
 * What the outbox shows of an entry. Bytes that got damaged are carried too: somebody may still
 * read them.
 * @param {import("./types").Wrapped} wrapping
 * @returns {Record<string, any>}
 */
function fieldsOf({ entry, device, seq }) {
  try {
    return JSON.parse(entry);
  } catch {
    return { id: `${device} ${seq}`, device, seq, kind: "", on: "", at: "", actor: "" };
  }
}

/** @param {ArrayBuffer} buffer */
function base64Of(buffer) {
  const bytes = new Uint8Array(buffer);
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(text);
}

/** @param {string} text @returns {ArrayBuffer} */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}
