/**
 * The device's key, and the signatures over what is recorded here: ECDSA on P-256 with SHA-256 over
 * an entry's exact bytes.
 *
 * WebCrypto must not be awaited inside an IndexedDB transaction: bytes are stored first and signed
 * after, at the latest before they are sent or exported.
 */
import { isFull } from "./database.js";
import { waitingRows } from "./outbox.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").DeviceKey} DeviceKey */
/** @typedef {import("./types").OutboxRow} OutboxRow */
/** @typedef {Map<string, string>} Signatures by the entry's id */

const KEY = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };

/**
 * The key of this device, made once; it cannot leave the browser, nor be copied out of it.
 * @param {Database} database
 * @returns {Promise<DeviceKey | null>} null: this browser cannot keep one
 */
export async function keyOf(database) {
  const there = await database.read(["meta"], (tx) => tx.objectStore("meta").get("key"));
  if (there) return there;
  const made = await makeKey().catch(() => null);
  return made && keep(database, made);
}

/** @returns {Promise<DeviceKey>} */
async function makeKey() {
  const pair = await crypto.subtle.generateKey(KEY, false, ["sign", "verify"]);
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  return { private: pair.privateKey, public: base64url(point) };
}

/**
 * On the disk before anybody is told of it; of two that were made at once the first stays.
 * @param {Database} database
 * @param {DeviceKey} made
 * @returns {Promise<DeviceKey | null>}
 */
async function keep(database, made) {
  const work = async (/** @type {any} */ tx) => {
    const meta = tx.objectStore("meta");
    const first = await meta.get("key");
    if (!first) await meta.put(made, "key");
    return first ?? made;
  };
  try {
    return await database.write(["meta"], work, { strict: true });
  } catch (error) {
    if (/** @type {{name?: string}} */ (error)?.name === "DataCloneError") return null;
    throw error;
  }
}

/**
 * Signs what waits and was recorded under this device's present name, and keeps the signatures.
 * @param {Database} database
 * @returns {Promise<Signatures>} those that were made now: on a full disk they are not kept
 */
export async function signWaiting(database) {
  const { key, rows } = await database.read(["meta", "outbox"], unsignedOf);
  /** @type {Signatures} */
  const made = new Map();
  if (!key || rows.length === 0) return made;
  const encoder = new TextEncoder();
  const sign = async (/** @type {OutboxRow} */ { id, bytes }) => {
    const both = await crypto.subtle.sign(SIGNING, key.private, encoder.encode(bytes));
    made.set(id, base64url(both));
  };
  await Promise.all(rows.map(sign));
  await store(database, rows, made).catch((error) => {
    if (!isFull(error)) throw error;
  });
  return made;
}

/**
 * What waits, with its signatures, up to the first that was recorded while these were being made:
 * that one must be signed first, and whatever comes after it must wait for it.
 * @param {any} tx with meta and outbox
 * @param {Signatures} made just now
 * @returns {Promise<{rows: OutboxRow[], isAll: boolean}>}
 */
export async function signedRows(tx, made) {
  const { key, rows: unsigned } = await unsignedOf(tx);
  const late = new Set(key ? unsigned.map(({ id }) => id).filter((id) => !made.has(id)) : []);
  const waiting = await waitingRows(tx);
  const rows = waiting.map((row) => ({ ...row, sig: row.sig ?? made.get(row.id) ?? null }));
  const first = rows.findIndex(({ id }) => late.has(id));
  return first < 0 ? { rows, isAll: true } : { rows: rows.slice(0, first), isAll: false };
}

/**
 * @param {any} tx with meta and outbox
 * @returns {Promise<{key: DeviceKey | undefined, rows: OutboxRow[]}>}
 */
async function unsignedOf(tx) {
  const meta = tx.objectStore("meta");
  const [key, device] = [await meta.get("key"), await meta.get("device")];
  const rows = (await waitingRows(tx)).filter((row) => !row.sig && row.device === device?.id);
  return { key, rows };
}

/**
 * @param {Database} database
 * @param {OutboxRow[]} rows
 * @param {Signatures} made
 */
async function store(database, rows, made) {
  await database.write(["outbox"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    for (const { place, id } of rows) {
      const row = await outbox.get(place);
      if (row?.id === id && !row.sig) await outbox.put({ ...row, sig: made.get(id) });
    }
  });
}

/** @param {ArrayBuffer | Uint8Array} some @returns {string} without padding */
export function base64url(some) {
  const text = btoa(String.fromCharCode(...new Uint8Array(some)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64url(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}
