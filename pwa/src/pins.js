/**
 * Who has a PIN on this device: each with their own key in a vault, and how often it may be tried.
 *
 * Five wrong PINs lock a vault until its person signs in with their password, online. Not here:
 * what opening one leads to (switch.js, signing.js).
 */
import { bumpRevision } from "./database.js";
import { problem } from "./domain/problem.js";
import { lockUp, unlock } from "./vault.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").PinHolder} PinHolder */
/** @typedef {import("./types").Signin} Signin */
/** @typedef {Record<string, PinHolder>} Holders by login */
/** @typedef {{offline_hours: number, lock_minutes: number}} Policy */

export const PIN = /^\d{6}$/;
const TRIES_MAX = 5;
const HOUR_MS = 3_600_000;
const ENROL_TIMEOUT_MS = 30_000;
/** @type {Policy} */
const POLICY = { offline_hours: 24, lock_minutes: 10 };

/** @param {any} tx with meta @returns {Promise<Holders>} */
export async function holdersOf(tx) {
  return (await tx.objectStore("meta").get("pins")) ?? {};
}

/** @param {any} tx with meta @returns {Promise<Policy>} as the server told it last */
export async function policyOf(tx) {
  return (await tx.objectStore("meta").get("policy")) ?? POLICY;
}

/**
 * Gives the signed-in person a PIN here. The server takes the public key, if the password is right.
 * @param {{database: Database, contact: ReturnType<typeof import("./contact.js").createContact>,
 *   name: string, now: () => Date}} parts
 * @param {{signin: Signin, device: {id: string, token: string}, pin: string,
 *   password: string}} what
 * Throws Unreachable, Refused. Problem: pin_malformed, pin_too_simple.
 */
export async function givePin({ database, contact, name, now }, { signin, device, pin, password }) {
  mustBeGood(pin);
  const vault = await lockUp(pin);
  const question = { device: device.id, key: vault.public, password, name: labelOf(name) };
  const options = { token: device.token, timeout_ms: ENROL_TIMEOUT_MS };
  await contact.ask("/sync/signer", question, options);
  const since = { failures: 0, seen_at: now().toISOString(), device: device.id };
  await change(database, signin.login, () => ({ ...signin, ...vault, ...since }));
}

/** @param {string} name the browser's own @returns {string} the same for people */
function labelOf(name) {
  const system = /iPad|iPhone|Android|Windows|CrOS|Mac OS|Linux/.exec(name)?.[0];
  const browser = /Edg|Firefox|Chrome|Safari/.exec(name)?.[0];
  return [browser, system].filter(Boolean).join(" · ") || name;
}

/** @param {string} pin Problems: pin_malformed, pin_too_simple */
function mustBeGood(pin) {
  if (!PIN.test(pin)) throw problem("pin_malformed", {}, "pin");
  const steps = [...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at]));
  const isRun = steps.every((step) => step === steps[0] && Math.abs(step) <= 1);
  if (isRun) throw problem("pin_too_simple", {}, "pin");
}

/**
 * Opens a person's vault. A try is counted before it is made, so that none is free.
 * @param {Database} database
 * @param {string} login
 * @param {string} pin
 * @returns {Promise<{key: CryptoKey, holder: PinHolder}>}
 * Problems: pin_none, pin_malformed, pin_locked, pin_wrong (with how many tries are left).
 */
export async function open(database, login, pin) {
  if (!PIN.test(pin)) throw problem("pin_malformed", {}, "pin");
  const counted = await change(database, login, (before) => {
    if (!before) throw problem("pin_none", {}, "pin");
    if (before.failures >= TRIES_MAX) throw problem("pin_locked", { name: before.name }, "pin");
    return { ...before, failures: before.failures + 1 };
  });
  const key = await unlock(counted, pin);
  if (!key) {
    const left = TRIES_MAX - counted.failures;
    if (left === 0) throw problem("pin_locked", { name: counted.name }, "pin");
    throw problem("pin_wrong", { left }, "pin");
  }
  const holder = await change(database, login, (now) => ({ ...(now ?? counted), failures: 0 }));
  return { key, holder };
}

/**
 * @param {Database} database
 * @param {string} login
 * @param {(before: PinHolder | undefined) => PinHolder} next
 * @returns {Promise<PinHolder>}
 */
async function change(database, login, next) {
  return database.write(["meta"], async (tx) => {
    const holders = await holdersOf(tx);
    const holder = next(holders[login]);
    await tx.objectStore("meta").put({ ...holders, [login]: holder }, "pins");
    await bumpRevision(tx);
    return holder;
  });
}

/**
 * The server has just answered this person, as whoever they are by now.
 * @param {any} tx with meta
 * @param {Signin} signin
 * @param {Date} now
 * @param {{isPassword?: boolean}} [how] it asked for the password: a locked vault opens again
 */
export async function noteSeen(tx, signin, now, { isPassword = false } = {}) {
  const holders = await holdersOf(tx);
  const holder = holders[signin.login];
  if (!holder) return;
  const failures = isPassword ? 0 : holder.failures;
  const seen = { ...holder, ...signin, failures, seen_at: now.toISOString() };
  await tx.objectStore("meta").put({ ...holders, [signin.login]: seen }, "pins");
}

/**
 * @param {any} tx with meta
 * @param {string} login whose key the server takes no longer
 */
export async function forgetPin(tx, login) {
  const { [login]: _, ...others } = await holdersOf(tx);
  await tx.objectStore("meta").put(others, "pins");
}

/**
 * @param {PinHolder} holder
 * @param {Policy} policy
 * @param {Date} now
 * @returns {boolean} whether their PIN opens nothing without the server's word; also where the
 *   clock was set back
 */
export function isExpired({ seen_at }, { offline_hours }, now) {
  const elapsed_ms = now.getTime() - Date.parse(seen_at);
  return !(elapsed_ms > -HOUR_MS && elapsed_ms <= offline_hours * HOUR_MS);
}

/** @param {PinHolder} holder */
export function isLocked({ failures }) {
  return failures >= TRIES_MAX;
}
