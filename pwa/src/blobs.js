/**
 * The blobs' lane: photos and signatures go up beside the entries, and never hold them up.
 *
 * Resumable by offset; the server confirms by the hash. Not here: storing them with their entry
 * (outbox.js), showing them (route.js).
 */
import { bearer, Unreachable } from "./contact.js";

/** @typedef {import("./types").BlobRow} BlobRow */
/** @typedef {import("./types").Database} Database */
/** @typedef {import("./push.js").Exchange} Exchange */

export const PART_BYTES = 256 * 1024;
/** Copies kept after the server has them, for pages that show them without a network. */
export const SENT_KEPT = 60;
const PART_TIMEOUT_MS = 60_000;
const RESTARTS_MAX = 3;

/**
 * Sends all that wait, one after the other.
 * @param {Exchange} exchange
 * @param {{again?: boolean}} [options] again: also those that were refused
 * @returns {Promise<void>} Throws Unreachable.
 */
export async function sendBlobs(exchange, { again = false } = {}) {
  const { database } = exchange;
  if (again) await retryRefused(database);
  const device = await database.read(["meta"], (tx) => tx.objectStore("meta").get("device"));
  if (!device) return;
  for (const sha256 of await waitingBlobs(database)) {
    await sendBlob(exchange, sha256, device.token);
  }
  await dropOldCopies(database);
}

/**
 * @param {Database} database
 * @returns {Promise<string[]>}
 */
async function waitingBlobs(database) {
  const work = (/** @type {any} */ tx) =>
    tx.objectStore("blobs").index("state").getAllKeys("waiting");
  return database.read(["blobs"], work);
}

/**
 * @param {Exchange} exchange
 * @param {string} sha256
 * @param {string} token
 */
async function sendBlob({ database, contact, changed, broadcast }, sha256, token) {
  const blob = await getBlob(database, sha256);
  if (!blob) return;
  const path = `/blobs/${sha256}`;
  const auth = bearer(token);
  let restarts = 0;
  const head = { method: "HEAD", headers: auth, timeout_ms: PART_TIMEOUT_MS };
  let there = await contact.send(path, head);
  let offset = there.ok ? offsetOf(there, blob.size) : 0;
  const say = () => broadcast({ type: "upload", sha256, offset, size: blob.size });
  say();
  while (!there.ok || offset < blob.size) {
    const headers = {
      ...auth,
      "Content-Type": blob.type,
      "Upload-Offset": String(offset),
      "Upload-Length": String(blob.size),
    };
    const body = blob.bytes.slice(offset, offset + PART_BYTES);
    there = await contact.send(path, {
      method: "PATCH",
      headers,
      body,
      timeout_ms: PART_TIMEOUT_MS,
    });
    if (there.ok) {
      offset = offsetOf(there, blob.size);
      await note(database, sha256, { offset });
      say();
      continue;
    }
    const code = await codeOf(there);
    if (isForNow(there) || !code) throw new Unreachable(`blob ${there.status}`);
    if (++restarts > RESTARTS_MAX || !isQuarrel(there)) {
      await note(database, sha256, { state: "refused", code });
      return changed([]);
    }
    const again = await contact.send(path, head);
    offset = again.ok ? offsetOf(again, blob.size) : 0;
    say();
  }
  await note(database, sha256, { state: "sent", offset: blob.size });
}

/**
 * @param {Response} response
 * @param {number} size
 * @returns {number}
 */
function offsetOf(response, size) {
  const offset = Number(response.headers.get("Upload-Offset") ?? Number.NaN);
  if (!Number.isInteger(offset) || offset < 0 || offset > size) {
    throw new Unreachable("no offset in the answer"); // not our server
  }
  return offset;
}

/** @param {Response} response whether this is about the connection or the sign-in, not the blob */
function isForNow({ status }) {
  return status >= 500 || [401, 403, 408, 429].includes(status);
}

/** @param {Response} response whether only the place was wrong, or the whole must begin again */
function isQuarrel({ status }) {
  return status === 409 || status === 422;
}

/**
 * @param {Response} response
 * @returns {Promise<string | null>} null: not our server's words
 */
async function codeOf(response) {
  const answer = await response.json().catch(() => null);
  return typeof answer?.code === "string" ? answer.code : null;
}

/** @param {Database} database */
async function retryRefused(database) {
  await database.write(["blobs"], async (tx) => {
    const blobs = tx.objectStore("blobs");
    for (const row of await blobs.index("state").getAll("refused")) {
      await blobs.put({ ...row, state: "waiting", offset: 0, code: null });
    }
  });
}

/**
 * @param {Database} database
 * @param {string} sha256
 * @returns {Promise<BlobRow | undefined>}
 */
export async function getBlob(database, sha256) {
  return database.read(["blobs"], (tx) => tx.objectStore("blobs").get(sha256));
}

/**
 * @param {Database} database
 * @param {string} sha256
 * @param {Partial<BlobRow>} news
 */
async function note(database, sha256, news) {
  await database.write(["blobs"], async (tx) => {
    const row = await tx.objectStore("blobs").get(sha256);
    if (row) await tx.objectStore("blobs").put({ ...row, ...news });
  });
}

/** @param {Database} database */
async function dropOldCopies(database) {
  await database.write(["blobs"], async (tx) => {
    const blobs = tx.objectStore("blobs");
    /** @type {BlobRow[]} */
    const sent = await blobs.index("state").getAll("sent");
    sent.sort((a, b) => (a.stored_at < b.stored_at ? 1 : -1));
    for (const { sha256 } of sent.slice(SENT_KEPT)) await blobs.delete(sha256);
  });
}
