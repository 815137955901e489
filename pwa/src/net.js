/**
 * How this device stands with the server: what pages show in the status bar at any time.
 */
import { sessionOf } from "./signin.js";
import { waitingRows } from "./outbox.js";

/** @typedef {import("./types").Database} Database */
/**
 * @typedef {object} NetState
 * @property {"net"} type
 * @property {boolean} worker
 * @property {boolean} online
 * @property {number} waiting entries that the server has not answered
 * @property {string} oldest device time of the oldest of them, or empty
 * @property {boolean} syncing
 * @property {boolean} signed_out the server wants a sign-in before it goes on
 * @property {string} login who is signed in here, or empty
 * @property {boolean} ready the replica is complete
 * @property {number} loaded documents of a first sync that goes on
 * @property {string} failure why it stands still although there is a network, or empty
 */

/**
 * @param {Database} database
 * @param {(message: any) => void} broadcast to all open pages
 */
export function createNet(database, broadcast) {
  const memory = { online: globalThis.navigator?.onLine ?? true, syncing: false, failure: "" };

  /** @returns {Promise<NetState>} */
  async function state() {
    const stored = await database.read(["meta", "outbox"], storedState);
    return { type: "net", worker: true, ...memory, ...stored };
  }

  /**
   * Tells all pages; never rejects, as nothing hangs on it.
   * @param {Partial<typeof memory>} [news]
   */
  async function tell(news = {}) {
    Object.assign(memory, news);
    const told = await state().catch(() => null);
    if (told) broadcast(told);
  }

  return { state, tell };
}

/** @param {any} tx with meta and outbox */
async function storedState(tx) {
  const meta = tx.objectStore("meta");
  const rows = await waitingRows(tx);
  const { signin, isReady } = await sessionOf(tx);
  const standing = (await meta.get("standing")) ?? null;
  return {
    waiting: rows.length,
    oldest: rows[0]?.at ?? "",
    signed_out: standing !== null,
    login: signin?.login ?? "",
    ready: isReady,
    loaded: (await meta.get("feed"))?.staged?.changes ?? 0,
  };
}
