/**
 * How this device stands with the server: what pages show in the status bar at any time.
 */
import { noted } from "./database.js";
import { feedOf } from "./feed.js";
import { sessionOf } from "./signin.js";
import { holdersOf, policyOf } from "./pins.js";
import { waitingRows } from "./outbox.js";

/** @typedef {import("./types").Database} Database */
/**
 * @typedef {object} NetState
 * @property {"net"} type
 * @property {boolean} worker
 * @property {boolean} online
 * @property {number} waiting entries that the server has not answered
 * @property {number} photos and signatures that are still to be sent
 * @property {number} refused those that the server did not take
 * @property {number} rejected entries of who is signed in that were not accepted, and unread
 * @property {string} oldest device time of the oldest of them, or empty
 * @property {boolean} syncing
 * @property {boolean} signed_out the server wants a sign-in before it goes on
 * @property {boolean} revoked this device is out of use: it delivers, and shows nothing
 * @property {boolean} left who was signed in here has left
 * @property {boolean} anew it was set up as a new device, and nobody has read that yet
 * @property {boolean} locked nobody is signed in until a PIN or a password is given
 * @property {boolean} pinned who is signed in has a PIN here
 * @property {boolean} shared somebody has a PIN here
 * @property {number} lock_minutes after which an untouched device locks itself; 0: never
 * @property {string} login who is signed in here, or empty
 * @property {boolean} ready the replica is complete
 * @property {number} loaded documents of a first sync that goes on
 * @property {string} certificate_ends until when the server can be reached over TLS, or empty
 * @property {number} skew_ms server's clock minus this device's, when last in touch
 * @property {number} recorded entries, ever, on this device
 * @property {string} lost when the server last heard of what the browser has cleared here, or empty
 * @property {number} late_hours what waits longer is told
 * @property {string} failure why it stands still although there is a network, or empty
 */

const LATE_HOURS = 24;
const MORE = ["standing", "access_ended", "anew", "certificate_ends", "skew_ms", "chain", "lost"];

/**
 * @param {Database} database
 * @param {(message: any) => void} broadcast to all open pages
 * @param {() => Promise<import("./types").Shared>} [shared]
 */
export function createNet(database, broadcast, shared) {
  const memory = { online: globalThis.navigator?.onLine ?? true, syncing: false, failure: "" };

  /** @returns {Promise<NetState>} */
  async function state() {
    const stored = await database.read(["meta", "outbox", "ledger", "blobs"], storedState);
    const { late_hours = LATE_HOURS } = (await shared?.().catch(() => null)) ?? {};
    return { type: "net", worker: true, ...memory, ...stored, late_hours };
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

  return { isOnline: () => memory.online, state, tell };
}

/** @param {any} tx with meta, outbox, ledger and blobs */
async function storedState(tx) {
  const states = tx.objectStore("blobs").index("state");
  const [rows, photos, refused, session, holders, policy, feed, more] = await Promise.all([
    waitingRows(tx),
    states.count("waiting"),
    states.count("refused"),
    sessionOf(tx),
    holdersOf(tx),
    policyOf(tx),
    feedOf(tx),
    noted(tx, MORE),
  ]);
  const { signin, isReady, isRevoked, locked } = session;
  const unread = tx.objectStore("ledger").index("unread");
  const rejected = signin ? await unread.count(signin.login) : 0;
  const [standing, ended, anew, certificate_ends, skew_ms, chain, lost] = more;
  return {
    waiting: rows.length,
    photos,
    refused,
    rejected,
    oldest: rows[0]?.at ?? "",
    signed_out: (standing ?? null) !== null && !isRevoked,
    revoked: isRevoked,
    left: Boolean(ended),
    anew: anew ? !anew.is_read : false,
    locked: locked !== null,
    pinned: Boolean(signin && holders[signin.login]),
    shared: Object.keys(holders).length > 0,
    lock_minutes: policy.lock_minutes,
    login: signin?.login ?? "",
    ready: isReady,
    certificate_ends: certificate_ends ?? "",
    skew_ms: skew_ms ?? 0,
    recorded: chain?.place ?? 0,
    lost: lost && !lost.is_read ? lost.seen_at : "",
    loaded: feed.staged?.changes ?? 0,
  };
}
