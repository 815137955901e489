/**
 * The sync: at every chance send what waits, then fetch what changed, one round at a time.
 *
 * Here: the order of the steps, when to try again, and what stops it. The steps themselves are in
 * push.js, pull.js and blobs.js.
 */
import { sendBlobs } from "./blobs.js";
import { Refused, Unreachable } from "./contact.js";
import { alone } from "./locks.js";
import { pull } from "./pull.js";
import { push } from "./push.js";
import { enrol, sessionOf, tellSignOut } from "./signin.js";

/** @typedef {import("./types").Database} Database */
/**
 * @typedef {object} Parts
 * @property {Database} database
 * @property {ReturnType<typeof import("./contact.js").createContact>} contact
 * @property {ReturnType<typeof import("./net.js").createNet>} net
 * @property {() => Promise<Record<string, string[]>>} index
 * @property {() => Date} now
 * @property {() => number} random from 0 to 1
 * @property {(message: any) => void} broadcast
 * @property {string} name of the device, for people
 */

const FIRST_WAIT_MS = 2_000;
/** Where there is no network, trying costs nothing; a server in trouble is left alone longer. */
const LONGEST_OFFLINE_WAIT_MS = 8_000;
const LONGEST_WAIT_MS = 60_000;
const TURNS_MAX = 4;

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
    if (!force && now().getTime() < retry_ms) return Promise.resolve();
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
      await database.write(["meta"], (tx) => tx.objectStore("meta").put(standing, "standing"));
      failures = 0;
      retry_ms = 0;
      await net.tell({ syncing: false, online: true, failure: "" });
      return standing === null;
    } catch (error) {
      failures += 1;
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
  }

  return { run, blobs };
}

/**
 * @param {import("./push.js").Exchange & Parts} exchange
 * @returns {Promise<null | "sign_in">} what it waits for. Throws Unreachable, Refused.
 */
async function inTurns(exchange) {
  await tellSignOut(exchange);
  let isRenewed = false;
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const outcome = await turnOf(exchange);
    if (outcome === "done") return null;
    if (outcome === "push_first") continue;
    if (isRenewed) return "sign_in";
    isRenewed = true;
    // The browser's session may still be good: then this needs nobody.
    if (!(await renewed(exchange))) return "sign_in";
  }
  throw new Error("push and pull wait for each other");
}

/**
 * @param {import("./push.js").Exchange & Parts} exchange
 * @returns {Promise<"done" | "push_first" | "sign_in">}
 */
async function turnOf(exchange) {
  const { database } = exchange;
  try {
    const { signin, device } = await database.read(["meta"], sessionOf);
    if (!device) return signin ? "sign_in" : "done";
    const need = await push(exchange).catch(unlessRefused);
    if (need && !(need instanceof Refused)) return "sign_in";
    const progress = () => void exchange.net.tell();
    const asking = { signin, device, index: await exchange.index(), progress };
    const pulled = signin ? await pull(exchange, { ...asking, signin }) : "complete";
    if (need) throw need;
    return pulled === "complete" ? "done" : "push_first";
  } catch (error) {
    if (isAboutSignIn(error)) return "sign_in";
    throw error;
  }
}

/**
 * A push that the server refused took nothing in, so it needn't keep news from coming. After one
 * without an answer nothing is pulled: what it took in would be shown twice.
 * @param {unknown} error
 * @returns {Refused} Throws all others.
 */
function unlessRefused(error) {
  if (error instanceof Refused && !isAboutSignIn(error)) return error;
  throw error;
}

/** @param {unknown} error */
function isAboutSignIn(error) {
  return error instanceof Refused && [401, 403].includes(error.status);
}

/**
 * @param {Parts} parts
 * @returns {Promise<boolean>}
 */
async function renewed(parts) {
  const { signin } = await parts.database.read(["meta"], sessionOf);
  if (!signin) return false;
  try {
    await enrol(parts);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** @param {unknown} error */
function nameOf(error) {
  if (error instanceof Refused) return error.code;
  return error instanceof Error ? error.message : String(error);
}
