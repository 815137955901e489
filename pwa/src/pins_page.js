/**
 * What pages say of the people with a PIN on this device; on the server there are none.
 */
import { noted } from "./database.js";
import { holdersOf, isExpired, isLocked, policyOf } from "./pins.js";

/** @typedef {import("./types").PinHolder} PinHolder */
/**
 * @typedef {object} Pins
 * @property {{login: string, name: string, state: string}[]} people state: ready, locked, expired
 *   (their PIN opens this device only with the server's word)
 * @property {string} mine how the person's own PIN here stands; empty: none
 * @property {string} current who is at work here, or empty
 * @property {string} code why the device locked itself, or empty
 * @property {number} others waiting entries of other people
 */

/** @type {Pins} */
export const NO_PINS = { people: [], mine: "", current: "", code: "", others: 0 };

/**
 * @param {import("./view.js").Moment} moment
 * @param {Date} now
 * @returns {Promise<Pins>}
 */
export async function pinsOf({ tx, waiting }, now) {
  const [policy, holders, [device, signin, locked]] = await Promise.all([
    policyOf(tx),
    holdersOf(tx),
    noted(tx, ["device", "signin", "locked"]),
  ]);
  const stateOf = (/** @type {PinHolder} */ one) =>
    isLocked(one) ? "locked" : isExpired(one, policy, now) ? "expired" : "ready";
  const here = Object.values(holders).filter((one) => one.device === device?.id);
  const people = here.map((one) => ({ login: one.login, name: one.name, state: stateOf(one) }));
  people.sort((a, b) => a.name.localeCompare(b.name, "zh"));
  const mine = people.find(({ login }) => login === signin?.login)?.state ?? "";
  return {
    people,
    mine,
    current: signin?.name ?? "",
    code: locked?.code ?? "",
    others: waiting.filter((row) => row.actor !== signin?.login).length,
  };
}

const BADGE = /^https?:\/\/[^/?#]+\/switch\?who=([\w.%-]{1,64})$/i;

/**
 * @param {string} text that was scanned
 * @returns {string | null} where a person's badge leads: to their PIN
 */
export function badgeOf(text) {
  const who = BADGE.exec(text.trim())?.[1];
  return who ? `/switch?who=${who}` : null;
}
