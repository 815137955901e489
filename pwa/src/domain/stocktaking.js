/** Stock-taking: what somebody counted of a lot at a location; twin of `stocktaking.py`. */
import Big from "big.js";
import * as body from "./body.js";
import { named, openCase } from "./case.js";
import { edit } from "./key.js";
import { addAt, onHandAt } from "./lot.js";
import { movedUnseen, namedMovement, noteMovement, PLACES_SEPARATOR } from "./movement_line.js";
import { outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { happening, minus, plus, remember } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

const TOLERANCE_PERCENT = 2;
const COUNTED = {
  location: body.line,
  counted: body.notNegative,
  note: body.or(body.text, ""),
};

/**
 * The book follows the count. Over the tolerance, or where others moved material unseen, with a
 * case.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function counted(entry, draft) {
  const { location, counted: there, note } = body.readBody(entry, COUNTED);
  const lot = edit(draft, entry.on, "lot");
  const byName = nameOf(entry.actor, draft);
  const book = onHandAt(lot, location);
  const unseen = movedUnseen(entry, lot, { base: entry.base, place: location });
  const difference = minus(there, book);
  const data = { counted: there, book, unit: lot.unit, location, note };
  if (difference !== "0") {
    addAt(lot, location, difference);
    const item = edit(draft, lot.item, "item");
    item.on_hand = plus(item.on_hand, difference);
    noteMovement(lot, entry, { kind: "adjust", quantity: difference, target: location, byName });
  }
  remember(lot.timeline, happening(entry, byName, data));
  if (difference === "0" || (unseen.length === 0 && isTolerable(difference, book))) {
    return outcome();
  }
  const params = { lot: lot.code, location, book, counted: there, unit: lot.unit };
  const others = unseen.reverse().map((movement) => namedMovement(lot, movement));
  const about = { about: lot.key, label: lot.code, params };
  const entries = [...others, named(entry, byName, data)];
  const opened = openCase(draft, entry, { kind: "count_difference", ...about, entries });
  return outcome("conflict", opened["code"], params, opened.key);
}

/**
 * @param {string} difference
 * @param {string} book
 */
function isTolerable(difference, book) {
  return new Big(difference).abs().times(100).lte(new Big(book).times(TOLERANCE_PERCENT));
}

/**
 * Taken, but told only after a count of that place: the count may have had it missing already.
 * @param {Draft} draft
 * @param {Entry} entry
 * @param {Doc} lot
 * @param {{base: number | null, places: string}} what places as a movement's source names them
 * @returns {import("./outcome.js").Outcome | null} null: no such count came between
 */
export function countedMeanwhile(draft, entry, lot, { base, places }) {
  const counts = places
    .split(PLACES_SEPARATOR)
    .flatMap((place) => movedUnseen(entry, lot, { base, place }))
    .filter((movement) => movement["kind"] === "adjust");
  if (counts.length === 0) return null;
  const mine = namedMovement(lot, lot["movements"][0]);
  const { quantity } = mine["data"];
  const params = { lot: lot["code"], location: places, quantity, unit: lot["unit"] };
  const entries = [...counts.reverse().map((one) => namedMovement(lot, one)), mine];
  const opened = openCase(draft, entry, {
    kind: "count_difference",
    about: lot.key,
    label: lot["code"],
    params,
    entries,
    code: "case_counted_meanwhile",
  });
  return outcome("conflict", opened["code"], params, opened.key);
}

/**
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 */
export function countNeeds(entry, get) {
  return [get(entry.on)?.["item"]];
}
