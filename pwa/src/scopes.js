/**
 * Scopes: what of this device's replica the person in front of it may see. The replica of a shared
 * tablet holds what any of its people may see, each with a PIN; every read goes through here.
 */
import { siteOf } from "./terms.js";

/** @typedef {Pick<import("./types").Me, "seats">} Seated */
/** @typedef {{areas: Record<string, string[]>, types: Record<string, string>}} Map_ */

/**
 * @param {Seated} me
 * @param {Record<string, string[]>} areas by role
 * @returns {Set<string>} the twin of `scopes_of` in server/domain/rights.py
 */
export function scopesOf({ seats }, areas) {
  const found = new Set(["org.people"]);
  for (const seat of seats) {
    const [site = "", role = ""] = seat.split(":");
    for (const area of areas[role] ?? []) found.add(`${site}.${area}`);
    if (role === "admin") found.add("org.cases");
  }
  return found;
}

/**
 * @param {Seated | null} me
 * @param {Map_} map
 * @returns {(key: string) => boolean} whether this person may see the document of this key
 */
export function visibleTo(me, { areas, types }) {
  const allowed = me ? scopesOf(me, areas) : new Set();
  return (key) => {
    const area = types[key.slice(0, key.indexOf("/"))];
    return allowed.has(`${siteOf(key)}.${area}`);
  };
}

/**
 * The scopes that others may open here by their PIN, and this person may not see.
 * @param {Seated} me
 * @param {Seated[]} others
 * @param {Record<string, string[]>} areas
 * @returns {Set<string>}
 */
export function restingFor(me, others, areas) {
  const own = scopesOf(me, areas);
  const all = others.flatMap((one) => [...scopesOf(one, areas)]);
  return new Set(all.filter((scope) => !own.has(scope)));
}
