/**
 * The outbox: what was recorded on this device and is not yet seen in the feed.
 *
 * Here: appending, and reading what waits. Not here: sending (push.js), verdicts (ledger.js), and
 * what a waiting entry changes in what is shown (overlay.js).
 */
import { bumpRevision, isFull } from "./database.js";
import { sha256 } from "./digest.js";
import { Problem, problem } from "./domain/problem.js";
import { alone } from "./locks.js";
import { localMoment } from "./moment.js";
import { makeRoom } from "./room.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").Intent} Intent */
/** @typedef {import("./types").OutboxRow} OutboxRow */
/** @typedef {import("./types").Chain} Chain */

export const ENTRY_MAX_BYTES = 64 * 1024;
export const BLOBS_MAX = 20;
const FIRST_PREV = "0".repeat(64);
const APPEND_STORES = ["meta", "outbox", "ledger", "blobs"];
const RACES_MAX = 50;

/**
 * Records one entry: when this returns, its exact bytes and its blobs are on the disk.
 *
 * `prev` of the next entry is the hash of this one, and WebCrypto must not be awaited inside an
 * IndexedDB transaction. So the bytes are made and hashed first, for the place they will have, and
 * stored only if that place is still free; else again for the next.
 * @param {Database} database
 * @param {Intent} intent its id names the deed: recording it a second time changes nothing
 * @param {{now: Date, app: string}} circumstances
 * @returns {Promise<string>} the entry's id
 * Problems: not_enrolled, entry_too_large, too_many_blobs, device_full, device_storage_failed.
 */
export async function append(database, intent, circumstances) {
  if (intent.blobs.length > BLOBS_MAX) throw problem("too_many_blobs", { max: BLOBS_MAX });
  const inTurn = () => alone("append", () => race(database, intent, circumstances));
  return inTurn()
    .catch(async (error) => {
      if (!isFull(error)) throw error;
      // What can be had again gives way, once.
      await makeRoom(database);
      return inTurn();
    })
    .catch((error) => {
      if (error instanceof Problem) throw error;
      if (isFull(error)) throw problem("device_full");
      throw problem("device_storage_failed", { why: String(error?.name ?? error) });
    });
}

/**
 * @param {Database} database
 * @param {Intent} intent
 * @param {{now: Date, app: string}} circumstances
 * @returns {Promise<string>}
 */
async function race(database, intent, circumstances) {
  for (let races = 0; races < RACES_MAX; races += 1) {
    const outcome = await attempt(database, intent, circumstances);
    if (outcome) return outcome;
  }
  throw problem("device_storage_failed");
}

/**
 * @param {Database} database
 * @param {Intent} intent
 * @param {{now: Date, app: string}} circumstances
 * @returns {Promise<string | null>} null: the place was taken meanwhile
 */
async function attempt(database, intent, { now, app }) {
  const ground = await database.read(["meta", "outbox", "ledger"], (tx) => groundOf(tx, intent));
  if (ground.recorded) return intent.id;
  const { chain } = ground;
  const bytes = bytesOf(intent, ground, { now, app });
  if (new TextEncoder().encode(bytes).length > ENTRY_MAX_BYTES) {
    throw problem("entry_too_large", { max_bytes: ENTRY_MAX_BYTES });
  }
  const hash = await sha256(bytes);
  /** @type {OutboxRow} */
  const row = {
    place: chain.place + 1,
    id: intent.id,
    device: chain.device,
    seq: chain.seq + 1,
    kind: intent.kind,
    on: intent.on,
    at: JSON.parse(bytes).at,
    actor: intent.actor,
    bytes,
    sig: null,
    attempts: 0,
    tried_at: null,
    verdict: null,
  };
  const work = (/** @type {any} */ tx) => store(tx, { intent, row, chain, hash, now });
  return database.write(APPEND_STORES, work, { strict: true });
}

/**
 * @param {any} tx
 * @param {{intent: Intent, row: OutboxRow, chain: Chain, hash: string, now: Date}} what
 */
async function store(tx, { intent, row, chain, hash, now }) {
  if (await findEntry(tx, intent.id)) return intent.id;
  const meta = tx.objectStore("meta");
  const present = await chainOf(meta);
  if (present.place !== chain.place || present.device !== chain.device) return null;
  await tx.objectStore("outbox").add(row);
  await meta.put({ device: row.device, seq: row.seq, hash, place: row.place }, "chain");
  const blobs = tx.objectStore("blobs");
  for (const blob of intent.blobs) {
    const before = await blobs.get(blob.sha256);
    if (before && before.state !== "refused") continue;
    const progress = { state: "waiting", offset: 0, code: null, stored_at: now.toISOString() };
    await blobs.put({ ...blob, ...progress });
  }
  await bumpRevision(tx);
  return intent.id;
}

/**
 * @param {any} tx
 * @param {Intent} intent
 */
async function groundOf(tx, intent) {
  const meta = tx.objectStore("meta");
  const chain = await chainOf(meta);
  const isBefore = (/** @type {OutboxRow} */ row) =>
    row.on === intent.on && row.device === chain.device;
  return {
    recorded: (await findEntry(tx, intent.id)) !== null,
    chain,
    skew_ms: (await meta.get("skew_ms")) ?? 0,
    // Not one that another device recorded, nor this one under an older name: those are put aside.
    after: (await waitingRows(tx)).findLast(isBefore)?.id ?? null,
  };
}

/**
 * A device that was enrolled anew begins a new chain; what waits from before keeps its own.
 * @param {any} meta
 * @returns {Promise<Chain>} Problem: not_enrolled
 */
async function chainOf(meta) {
  const device = await meta.get("device");
  if (!device) throw problem("not_enrolled");
  const chain = await meta.get("chain");
  if (chain?.device === device.id) return chain;
  return { device: device.id, seq: 0, hash: FIRST_PREV, place: chain?.place ?? 0 };
}

/**
 * @param {Intent} intent
 * @param {{chain: Chain, skew_ms: number, after: string | null}} ground
 * @param {{now: Date, app: string}} circumstances
 * @returns {string} what is hashed, sent and kept for ever
 */
function bytesOf(intent, { chain, skew_ms, after }, { now, app }) {
  const { id, kind, v, actor, session, on, base, body } = intent;
  const blobs = intent.blobs.map(({ sha256, size, type, name }) => ({ sha256, size, type, name }));
  const place = { device: chain.device, seq: chain.seq + 1, prev: chain.hash };
  const clock = { at: localMoment(now), skew_ms, app };
  const deed = { kind, v, actor, session, on, base, after };
  return JSON.stringify({ id, ...place, ...deed, ...clock, body, blobs });
}

/**
 * @param {any} tx
 * @returns {Promise<OutboxRow[]>} without a verdict, in the order of recording
 */
export async function waitingRows(tx) {
  /** @type {OutboxRow[]} */
  const rows = await tx.objectStore("outbox").getAll();
  return rows.filter((row) => row.verdict === null);
}

/**
 * @param {any} tx with outbox and ledger
 * @param {string} id
 * @returns {Promise<OutboxRow | null>}
 */
export async function findEntry(tx, id) {
  const waiting = await tx.objectStore("outbox").index("id").get(id);
  return waiting ?? (await tx.objectStore("ledger").index("id").get(id)) ?? null;
}
