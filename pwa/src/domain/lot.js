/** Lots: where they lie and how restrictive a status is; twin of `lot.py`. */
import Big from "big.js";
import { plus, sum } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {{location: string, quantity: string}} Holding */

export const MOVEMENTS_MAX = 40;
export const RUNS_MAX = 20;
/** @type {Record<string, number>} */
export const RESTRICTION = {
  passed: 0,
  emergency: 1,
  to_inspect: 2,
  failed: 3,
  on_hold: 4,
  scrapped: 5,
};

/**
 * @param {Doc} lot
 * @param {string} location
 * @returns {string} what lies there by the book
 */
export function onHandAt(lot, location) {
  const there = lot.holdings.filter((/** @type {Holding} */ one) => one.location === location);
  return sum(there.map((/** @type {Holding} */ one) => one.quantity));
}

/**
 * @param {Doc} lot
 * @returns {string} the location with most of it, the first of equals; empty if it lies nowhere
 */
export function fullest(lot) {
  /** @type {Holding | null} */
  let best = null;
  for (const one of lot.holdings) {
    if (!best || new Big(one.quantity).gt(best.quantity)) best = one;
  }
  return best?.location ?? "";
}

/**
 * Changes what lies at a location; a location with nothing left leaves the list.
 * @param {Doc} lot
 * @param {string} location
 * @param {string} quantity
 */
export function addAt(lot, location, quantity) {
  const known = lot.holdings.find((/** @type {Holding} */ one) => one.location === location);
  if (known) known.quantity = plus(known.quantity, quantity);
  else lot.holdings.push({ location, quantity });
  lot.holdings = lot.holdings.filter((/** @type {Holding} */ one) => one.quantity !== "0");
  lot.on_hand = plus(lot.on_hand, quantity);
}
