/**
 * Push: what waits goes to the server in the order in which it was recorded, and its verdicts come
 * back. A lost answer is asked for again by sending the same bytes again.
 */
import { isFull } from "./database.js";
import { sha256 } from "./digest.js";
import { mayBeginAnew } from "./identity.js";
import { heardOf, settle } from "./ledger.js";
import { followServer } from "./server_epoch.js";
import { signWaiting, signedRows } from "./signature.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").OutboxRow} OutboxRow */
/** @typedef {null | "enrol" | "enrol_anew"} Need */
/**
 * @typedef {object} Exchange
 * @property {Database} database
 * @property {ReturnType<typeof import("./contact.js").createContact>} contact
 * @property {() => Date} now
 * @property {(keys: string[]) => void} changed documents look different now
 * @property {(message: any) => void} broadcast to all open pages
 */

export const PUSH_MAX_ENTRIES = 200;
export const PUSH_MAX_BYTES = 512 * 1024;
const ENVELOPE_BYTES = 512;
const PUSH_TIMEOUT_MS = 45_000;
const RESENDS_MAX = 3;

/**
 * Sends until nothing waits, or until the server asks for something else first.
 * @param {Exchange} exchange
 * @param {{asks?: boolean}} [how] asks: also with nothing to send. Where no pull can tell it, only
 *   so a device hears that the server was restored and lacks what this one delivered.
 * @returns {Promise<Need>} Throws Unreachable, Refused.
 */
export async function push(exchange, { asks = false } = {}) {
  let [resends, isDue] = [0, asks];
  /** @type {number | null} */
  let oldest = null;
  for (;;) {
    const made = await signWaiting(exchange.database);
    const read = (/** @type {any} */ tx) => nextBatch(tx, made);
    const asked = await exchange.database.read(["meta", "outbox"], read);
    const { batch, isAll, device, epoch } = asked;
    if (!device) return "enrol";
    if (batch.length === 0 && !isAll) continue;
    if (batch.length === 0 && !isDue) return null;
    isDue = false;
    const answer = await sendBatch(exchange, { batch, device, epoch, oldest });
    const verdicts = await named(answer.verdicts, batch);
    exchange.changed(await settle(exchange.database, verdicts, exchange.now()));
    const isCopy = answer.need === "enrol_anew";
    if (isCopy && (await mayBeginAnew(exchange.database, exchange.now()))) return answer.need;
    const state = await followServer(exchange.database, answer, asked.heard);
    const isAsked = answer.need === "resend_from";
    // It asks for what this device has no longer: that must be said, or nothing could follow.
    oldest = isAsked && state === "as_before" ? oldestOf(batch, device.id, answer.last_seq) : null;
    if (isAsked || state === "changed") {
      if (++resends > RESENDS_MAX) throw new Error("the server keeps asking for other entries");
    } else if (batch.length > 0 && !isAnswered(batch, verdicts)) {
      throw new Error("the server answered none of what was sent");
    }
  }
}

/**
 * @param {OutboxRow[]} batch
 * @param {import("./types").Verdict[]} verdicts
 */
function isAnswered(batch, verdicts) {
  return verdicts.some((verdict) => batch.some((row) => row.id === verdict.id));
}

/**
 * @param {OutboxRow[]} batch
 * @param {string} device
 * @param {number} lastSeq
 * @returns {number | null} the first number of this device's after those that the server has
 */
function oldestOf(batch, device, lastSeq) {
  return batch.find((row) => row.device === device && row.seq > lastSeq)?.seq ?? null;
}

/**
 * An entry that the server cannot read at all is stored and answered under a name made from its
 * bytes; the row here must learn of it, or it would be sent for ever.
 * @param {import("./types").Verdict[]} verdicts
 * @param {OutboxRow[]} batch
 */
async function named(verdicts, batch) {
  if (!verdicts.some((verdict) => verdict.id.startsWith("raw-"))) return verdicts;
  const ids = new Map();
  for (const { id, bytes } of batch) ids.set(`raw-${(await sha256(bytes)).slice(0, 32)}`, id);
  return verdicts.map((verdict) => ({ ...verdict, id: ids.get(verdict.id) ?? verdict.id }));
}

/**
 * @param {any} tx with meta and outbox
 * @param {import("./signature.js").Signatures} made just now
 */
async function nextBatch(tx, made) {
  const meta = tx.objectStore("meta");
  const device = await meta.get("device");
  const epoch = (await meta.get("feed"))?.epoch ?? null;
  const { rows, isAll } = await signedRows(tx, made);
  return { batch: firstThatFit(rows), isAll, device, epoch, heard: await heardOf(tx) };
}

/**
 * @param {OutboxRow[]} rows
 * @returns {OutboxRow[]} as many of the first as one push may hold, at least one
 */
export function firstThatFit(rows) {
  const encoder = new TextEncoder();
  const batch = [];
  let size = ENVELOPE_BYTES;
  for (const row of rows.slice(0, PUSH_MAX_ENTRIES)) {
    size += encoder.encode(JSON.stringify(wrapped(row))).length + 1;
    if (size > PUSH_MAX_BYTES && batch.length > 0) break;
    batch.push(row);
  }
  return batch;
}

/**
 * @param {OutboxRow} row
 * @returns {import("./types").Wrapped} as it travels, over the wire and in files
 */
export function wrapped({ bytes, sig = null, device, seq }) {
  return { entry: bytes, sig, device, seq };
}

/**
 * @param {Exchange} exchange
 * @param {{batch: OutboxRow[], device: {id: string, token: string}, epoch: string | null,
 *   oldest: number | null}} what
 */
async function sendBatch({ database, contact, now }, { batch, device, epoch, oldest }) {
  const noting = noteAttempt(database, batch, now().toISOString());
  await noting.catch(unlessFull);
  const question = { device: device.id, epoch, entries: batch.map(wrapped), oldest };
  const sent_ms = now().getTime();
  const options = { token: device.token, timeout_ms: PUSH_TIMEOUT_MS };
  const answer = await contact.ask("/sync/push", question, options);
  await noteSkew(database, { sent_ms, received_ms: now().getTime(), server: answer.now });
  return answer;
}

/**
 * @param {Database} database
 * @param {OutboxRow[]} batch
 * @param {string} tried_at
 */
async function noteAttempt(database, batch, tried_at) {
  await database.write(["outbox"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    for (const { place } of batch) {
      const row = await outbox.get(place);
      if (row) await outbox.put({ ...row, attempts: row.attempts + 1, tried_at });
    }
  });
}

/**
 * A full disk must not keep what is on it from being sent.
 * @param {unknown} error
 */
function unlessFull(error) {
  if (!isFull(error)) throw error;
}

/**
 * How far the device's clock is from the server's: kept with each entry, as evidence.
 * @param {Database} database
 * @param {{sent_ms: number, received_ms: number, server: string}} exchange
 */
export async function noteSkew(database, { sent_ms, received_ms, server }) {
  const skew_ms = Math.trunc(Date.parse(server) - (sent_ms + received_ms) / 2) + 0;
  if (!Number.isFinite(skew_ms)) return;
  const noting = database.write(["meta"], (tx) => tx.objectStore("meta").put(skew_ms, "skew_ms"));
  await noting.catch(unlessFull);
}
