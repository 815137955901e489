/** The line a movement leaves on its lot, and what the mover can't have seen. */
import { MOVEMENTS_MAX } from "./lot.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {Record<string, any>} Movement */

const OUTFLOWS = ["issue", "scrap", "use"];
const INFLOWS = ["adjust", "put_away", "receive", "return"];
/** @type {Record<string, string>} */
const KIND_OF_MOVEMENT = {
  adjust: "stock.counted",
  issue: "material.issued",
  put_away: "material.put_away",
  receive: "lot.received",
  return: "material.returned",
  scrap: "lot.scrapped",
  use: "visit.step_recorded",
};
export const PLACES_SEPARATOR = ", ";

/**
 * Puts the movement on top of the lot's list; the oldest leave it (the records keep them).
 * @param {Doc} lot
 * @param {Entry} entry
 * @param {object} line
 * @param {string} line.kind
 * @param {string} line.quantity
 * @param {string} line.byName
 * @param {string} [line.source]
 * @param {string} [line.target]
 * @param {string | null} [line.requisition]
 * @param {string | null} [line.run]
 */
export function noteMovement(lot, entry, line) {
  const { kind, quantity, byName, source = "", target = "" } = line;
  lot.movements.unshift({
    entry: entry.id,
    kind,
    quantity,
    source,
    target,
    by: entry.actor,
    by_name: byName,
    device: entry.device,
    at: entry.at,
    at_version: lot.version,
    requisition: line.requisition ?? null,
    run: line.run ?? null,
  });
  lot.movements.splice(MOVEMENTS_MAX);
}

/**
 * @param {Entry} entry
 * @param {Doc} lot
 * @param {{base: number | null, place?: string | null}} sight the version of the lot that was
 * seen, if known; with `place`, what left that place counts, else what left the lot
 * @returns {Movement[]} what other devices took since, newest first
 */
export function unseenBy(entry, lot, { base, place = null }) {
  return lot.movements.filter((/** @type {Movement} */ movement) => {
    if (movement.at_version <= (base ?? 0) || movement.device === entry.device) return false;
    if (place === null) return OUTFLOWS.includes(movement.kind);
    return left(movement, place);
  });
}

/**
 * @param {Movement} movement
 * @param {string} place
 * @returns {boolean} whether it took from this place; what has no place was never there
 */
function left({ source, kind }, place) {
  const isLeaving = kind === "put_away" || OUTFLOWS.includes(kind);
  return place !== "" && isLeaving && source.split(PLACES_SEPARATOR).includes(place);
}

/**
 * @param {Entry} entry
 * @param {Doc} lot
 * @param {{base: number | null, place: string}} sight
 * @returns {Movement[]} what other devices moved from or to a place since, newest first; none if
 * it is unknown what was seen
 */
export function movedUnseen(entry, lot, { base, place }) {
  return lot.movements.filter((/** @type {Movement} */ movement) => {
    if (!base || movement.at_version <= base || movement.device === entry.device) return false;
    const came = place !== "" && movement.target === place && INFLOWS.includes(movement.kind);
    return came || left(movement, place);
  });
}

/**
 * @param {Doc} lot
 * @param {Movement} movement
 * @returns {import("./case.js").Named} as a case names it
 */
export function namedMovement(lot, { entry, kind, by, by_name, at, quantity, source, target }) {
  const came = INFLOWS.includes(kind) && kind !== "put_away";
  const data = { quantity, unit: lot.unit, location: came ? target : source };
  return { entry, kind: KIND_OF_MOVEMENT[kind], by, by_name, at, data };
}

/**
 * @param {Entry} entry
 * @param {Doc} lot
 * @param {number | null} base
 * @returns {boolean} whether the entry's person saw the status that the lot has now
 */
export function statusSeen(entry, lot, base) {
  return (base ?? 0) >= lot.status_version || lot.status_device === entry.device;
}
