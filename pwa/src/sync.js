/**
 * The sync: at every chance send what waits, then fetch what changed, one round at a time.
 *
 * Here: when to try, and when to try again. What a round does is in turns.js.
 */
import { sendBlobs } from "./blobs.js";
import { Refused, Unreachable } from "./contact.js";
import { isFull } from "./database.js";
import { alone } from "./locks.js";
import { giveUpStaged } from "./room.js";
import { inTurns } from "./turns.js";

/** @typedef {import("./types").Database} Database */
/**
 * @typedef {object} Parts
 * @property {Database} database
 * @property {ReturnType<typeof import("./contact.js").createContact>} contact
 * @property {ReturnType<typeof import("./net.js").createNet>} net
 * @property {() => Promise<Record<string, string[]>>} index
 * @property {() => Promise<import("./scopes.js").Map_>} map
 * @property {() => Date} now
 * @property {() => number} random from 0 to 1
 * @property {(message: any) => void} broadcast
 * @property {string} name of the device, for people
 */

const FIRST_WAIT_MS = 2_000;
/** Where there is no network, trying costs nothing; a server in trouble is left alone longer. */
const LONGEST_OFFLINE_WAIT_MS = 8_000;
const LONGEST_WAIT_MS = 60_000;

/** @param {Parts} parts */
export function createSync(parts) {
  const { database, net, now, random } = parts;
  let failures = 0;
  let retry_ms = 0;
  /** @type {Promise<void> | null} */
  let running = null;
  let isAskedAgain = false;

  const exchange = {
    ...parts,
    changed: (/** @type {string[]} */ keys) => {
      if (keys.length > 0) parts.broadcast({ type: "changed", keys });
      void net.tell();
    },
  };

  /**
   * @param {{force?: boolean}} [options] force: something happened, so don't sit out the back-off
   * @returns {Promise<void>} when nothing more can be done now; never rejects
   */
  function run({ force = true } = {}) {
    const rest_ms = retry_ms - now().getTime();
    // Longer than any wait: the clock was set back.
    if (!force && rest_ms > 0 && rest_ms <= LONGEST_WAIT_MS) return Promise.resolve();
    isAskedAgain = true;
    running ??= rounds().finally(() => {
      running = null;
    });
    return running;
  }

  async function rounds() {
    while (isAskedAgain) {
      isAskedAgain = false;
      const isDone = await alone("sync", round);
      if (!isDone) return;
    }
  }

  /** @returns {Promise<boolean>} false: to be tried again later */
  async function round() {
    await net.tell({ syncing: true });
    try {
      const standing = await inTurns(exchange);
      await database.write(["meta"], async (tx) => {
        const meta = tx.objectStore("meta");
        await meta.put(standing, "standing");
        if (standing === null) await meta.put(now().toISOString(), "synced_at");
      });
      failures = 0;
      retry_ms = 0;
      await net.tell({ syncing: false, online: true, failure: "" });
      return standing === null;
    } catch (error) {
      failures += 1;
      if (isFull(error)) await giveUpStaged(database).catch(() => undefined);
      const isOffline = error instanceof Unreachable;
      const longest_ms = isOffline ? LONGEST_OFFLINE_WAIT_MS : LONGEST_WAIT_MS;
      const wait_ms = Math.min(longest_ms, FIRST_WAIT_MS * 2 ** (failures - 1));
      // Spread, so that a plant's tablets don't all come back at once.
      retry_ms = now().getTime() + wait_ms * (0.5 + random() / 2);
      const failure = isOffline ? "" : nameOf(error);
      await net.tell({ syncing: false, online: !isOffline, failure });
      return false;
    }
  }

  /**
   * The blobs' lane, beside the rounds.
   * @param {{again?: boolean}} [options]
   * @returns {Promise<void>} never rejects
   */
  async function blobs(options) {
    await alone("blobs", () => sendBlobs(exchange, options)).catch(() => undefined);
    await net.tell();
  }

  return { run, blobs };
}

/** @param {unknown} error */
function nameOf(error) {
  if (isFull(error)) return "device_full";
  if (error instanceof Refused) return error.code;
  return error instanceof Error ? error.message : String(error);
}
