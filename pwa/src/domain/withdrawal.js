/**
 * Withdrawals: a quantity leaves a lot, and what happens when it was not there any more; twin of
 * `withdrawal.py`.
 */
import Big from "big.js";
import { named, nameToo, openCase } from "./case.js";
import { edit } from "./key.js";
import { addAt, fullest, onHandAt } from "./lot.js";
import {
  namedMovement,
  noteMovement,
  PLACES_SEPARATOR,
  statusSeen,
  unseenBy,
} from "./movement_line.js";
import { outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";
import { countedMeanwhile } from "./stocktaking.js";
import { cut, happening, LINE_MAX_CHARS, minus, plus, remember, sum } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/** @typedef {import("./movement_line.js").Movement} Movement */
/** @typedef {{base: number | null, place: string | null}} Sight */

const USABLE = ["passed", "emergency"];

/**
 * Takes a quantity out of a lot.
 * @param {Draft} draft
 * @param {Entry} entry
 * @param {string} lotKey
 * @param {object} what
 * @param {string} what.kind
 * @param {string} what.quantity
 * @param {number | null} what.base the version of the lot that the person saw, if known
 * @param {string | null} [what.location]
 * @param {string} [what.target]
 * @param {string | null} [what.requisition]
 * @param {string | null} [what.run]
 * @returns {Outcome} Problems: lot_not_usable, not_enough.
 */
export function take(draft, entry, lotKey, what) {
  const { kind, quantity, base, location = null, target, requisition, run } = what;
  const lot = edit(draft, lotKey, "lot");
  const byName = nameOf(entry.actor, draft);
  if (!USABLE.includes(lot.status) && statusSeen(entry, lot, base)) {
    throw problem("lot_not_usable", { lot: lot.code, status: lot.status });
  }
  mustSuffice(entry, lot, quantity, { base, place: location });
  const source = draw(lot, quantity, location);
  const item = edit(draft, lot.item, "item");
  item.on_hand = minus(item.on_hand, quantity);
  noteMovement(lot, entry, { kind, quantity, source, target, byName, requisition, run });
  const data = { quantity, unit: lot.unit, location: source };
  remember(lot.timeline, happening(entry, byName, data));
  const short = shortage(draft, entry, lot, { place: source, base });
  if (!short && !USABLE.includes(lot.status)) return takenWhileStopped(draft, entry, lot);
  return short ?? countedMeanwhile(draft, entry, lot, { base, places: source }) ?? outcome();
}

/**
 * Problem: not_enough, if the person could see that there was less (at the place, if given).
 * @param {Entry} entry
 * @param {Doc} lot
 * @param {string} quantity
 * @param {Sight} sight
 */
export function mustSuffice(entry, lot, quantity, { base, place }) {
  if (!base) return;
  const there = place === null ? lot.on_hand : onHandAt(lot, place);
  const unseen = unseenBy(entry, lot, { base, place });
  if (new Big(quantity).gt(plus(there, sum(unseen.map((one) => one.quantity))))) {
    throw problem("not_enough", { lot: lot.code, on_hand: there });
  }
}

/**
 * Books it off the place named, else off the fullest first.
 * @param {Doc} lot
 * @param {string} quantity
 * @param {string | null} location
 * @returns {string} the places it came from
 */
function draw(lot, quantity, location) {
  if (location) {
    addAt(lot, location, minus(0, quantity));
    return location;
  }
  let left = quantity;
  /** @type {[string, string][]} */
  const drawn = [];
  const byFill = [...lot.holdings].sort((a, b) => new Big(b.quantity).cmp(a.quantity));
  for (const holding of byFill) {
    const part = new Big(left).lt(holding.quantity) ? left : holding.quantity;
    if (new Big(part).lte(0)) continue;
    drawn.push([holding.location, part]);
    left = minus(left, part);
  }
  const first = drawn[0]?.[0] ?? fullest(lot);
  for (const [place, part] of [...drawn, /** @type {[string, string]} */ ([first, left])]) {
    if (part !== "0") addAt(lot, place, minus(0, part));
  }
  const places = drawn.length > 0 ? drawn.map(([place]) => place) : [first];
  return cut(places.join(PLACES_SEPARATOR), LINE_MAX_CHARS);
}

/**
 * @param {Draft} draft
 * @param {Entry} entry
 * @param {Doc} lot
 * @param {{place: string, base: number | null}} sight
 * @returns {Outcome | null} null while the book stays above zero; else all who took are named in
 * the lot's one case
 */
export function shortage(draft, entry, lot, { place, base }) {
  const isShort = new Big(lot.on_hand).lt(0);
  const short = isShort ? lot.on_hand : onHandAt(lot, place);
  if (new Big(short).gte(0)) return null;
  const unseen = others(entry, lot, short, { base, place: isShort ? null : place });
  const mine = named(entry, nameOf(entry.actor, draft), taken(lot, lot.movements[0]));
  const takers = [...unseen.reverse().map((one) => namedMovement(lot, one)), mine];
  const params = { lot: lot.code, on_hand: short, unit: lot.unit };
  if (!lot.open_case) {
    const about = { about: lot.key, label: lot.code, params, entries: takers };
    lot.open_case = openCase(draft, entry, { kind: "overdrawn", ...about }).key;
  } else if (draft.get(lot.open_case)) {
    // A device that does not receive cases has only the key of this one.
    const known = draft.edit(lot.open_case);
    nameToo(known, takers);
    known.params = params;
  }
  return outcome("conflict", "case_overdrawn", params, lot.open_case);
}

/**
 * @param {Entry} entry
 * @param {Doc} lot
 * @param {string} short
 * @param {Sight} sight
 * @returns {Movement[]} who took unseen, newest first; where it is unknown what was seen, those
 * that explain the shortage
 */
function others(entry, lot, short, { base, place }) {
  const unseen = unseenBy(entry, lot, { base, place });
  if (base) return unseen;
  const found = [];
  let explained = "0";
  for (const movement of unseen) {
    if (new Big(explained).gte(minus(0, short))) break;
    found.push(movement);
    explained = plus(explained, movement.quantity);
  }
  return found;
}

/**
 * @param {Draft} draft
 * @param {Entry} entry
 * @param {Doc} lot
 */
function takenWhileStopped(draft, entry, lot) {
  const params = { lot: lot.code, status: lot.status };
  const entries = [named(entry, nameOf(entry.actor, draft), taken(lot, lot.movements[0]))];
  const about = { about: lot.key, label: lot.code, params, entries };
  const opened = openCase(draft, entry, { kind: "status_conflict", ...about });
  return outcome("conflict", "case_status_conflict", params, opened.key);
}

/**
 * @param {Doc} lot
 * @param {Movement} movement
 */
function taken(lot, { quantity, source }) {
  return { quantity, unit: lot.unit, location: source };
}
