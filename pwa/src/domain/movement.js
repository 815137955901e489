/** Material on the move: issued, returned, put away; twin of `movement.py`. */
import Big from "big.js";
import * as body from "./body.js";
import { edit } from "./key.js";
import { addAt, fullest, onHandAt } from "./lot.js";
import { noteMovement } from "./movement_line.js";
import { outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";
import { mustBeHere } from "./rights.js";
import { happening, minus, plus, remember } from "./values.js";
import { mustSuffice, shortage, take } from "./withdrawal.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

// What left the store has left it, also where nothing more was wanted meanwhile.
const ISSUABLE = ["approved", "issued", "closed"];
const ISSUED = {
  quantity: body.positive,
  location: body.maybe(body.line),
  target: body.or(body.line, ""),
  requisition: body.maybe(body.key),
};
const RETURNED = {
  quantity: body.positive,
  location: body.someLine,
  reason: body.or(body.text, ""),
  requisition: body.maybe(body.key),
};
const PUT_AWAY = {
  quantity: body.positive,
  source: body.maybe(body.line),
  target: body.someLine,
};

/**
 * Material leaves the store for an order. Problems: lot_not_usable, not_enough,
 * requisition_not_approved, item_not_asked_for, foreign_site.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function issued(entry, draft) {
  const what = body.readBody(entry, ISSUED);
  const asked = what.requisition === null ? null : askedFor(entry, what.requisition, draft);
  const outcomeOfTaking = take(draft, entry, entry.on, {
    kind: "issue",
    quantity: what.quantity,
    base: entry.base,
    location: what.location || null,
    target: what.target || asked?.requisition.order_number || "",
    requisition: what.requisition,
  });
  if (asked) noteIssue(entry, what.quantity, draft, asked);
  return outcomeOfTaking;
}

/**
 * @param {Entry} entry
 * @param {string} key
 * @param {Draft} draft
 */
function askedFor(entry, key, draft) {
  mustBeHere(entry, key, "requisition");
  const requisition = edit(draft, key, "requisition");
  if (!ISSUABLE.includes(requisition.state)) {
    throw problem("requisition_not_approved", { number: requisition.number });
  }
  const lot = edit(draft, entry.on, "lot");
  const line = requisition.lines.find((/** @type {any} */ one) => one.item === lot.item);
  if (line) return { requisition, line };
  throw problem("item_not_asked_for", { item: lot.item_code, number: requisition.number });
}

/**
 * @param {Entry} entry
 * @param {string} quantity
 * @param {Draft} draft
 * @param {{requisition: Doc, line: any}} asked
 */
function noteIssue(entry, quantity, draft, { requisition, line }) {
  const lot = edit(draft, entry.on, "lot");
  const byName = nameOf(entry.actor, draft);
  line.issued = plus(line.issued, quantity);
  const issue = { entry: entry.id, lot: lot.key, lot_code: lot.code, quantity };
  line.issues.push({ ...issue, by_name: byName, at: entry.at });
  const isDone = (/** @type {any} */ one) => new Big(one.issued).gte(one.quantity);
  if (requisition.lines.every(isDone)) requisition.state = "issued";
  const data = { lot: lot.code, quantity, unit: lot.unit };
  remember(requisition.timeline, happening(entry, byName, data));
}

/**
 * Surplus goes back to the store with its lot.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function returned(entry, draft) {
  const { quantity, location, reason, requisition } = body.readBody(entry, RETURNED);
  const lot = edit(draft, entry.on, "lot");
  const byName = nameOf(entry.actor, draft);
  addAt(lot, location, quantity);
  const item = edit(draft, lot.item, "item");
  item.on_hand = plus(item.on_hand, quantity);
  noteMovement(lot, entry, { kind: "return", quantity, target: location, byName, requisition });
  const data = { quantity, unit: lot.unit, location, reason };
  remember(lot.timeline, happening(entry, byName, data));
  return outcome();
}

/**
 * Material gets its place, or moves to another. Problem: not_enough.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function putAway(entry, draft) {
  const { quantity, source, target } = body.readBody(entry, PUT_AWAY);
  return put(draft, entry, entry.on, {
    quantity,
    source: source || null,
    target,
    base: entry.base,
  });
}

/**
 * Moves within the store; what was made here comes from production and adds to the stock.
 * @param {Draft} draft
 * @param {Entry} entry
 * @param {string} lotKey
 * @param {{quantity: string, source: string | null, target: string, base: number | null}} what
 */
export function put(draft, entry, lotKey, { quantity, source, target, base }) {
  const lot = edit(draft, lotKey, "lot");
  const byName = nameOf(entry.actor, draft);
  const cameIn = lot.received_on === null && source === null;
  const place = cameIn ? "" : (source ?? fullest(lot));
  if (cameIn) {
    const item = edit(draft, lot.item, "item");
    item.on_hand = plus(item.on_hand, quantity);
  } else {
    mustSuffice(entry, lot, quantity, { base, place });
    addAt(lot, place, minus(0, quantity));
  }
  addAt(lot, target, quantity);
  noteMovement(lot, entry, { kind: "put_away", quantity, source: place, target, byName });
  const data = { quantity, unit: lot.unit, location: target };
  remember(lot.timeline, happening(entry, byName, data));
  if (cameIn || new Big(onHandAt(lot, place)).gte(0)) return outcome();
  return shortage(draft, entry, lot, { place, base }) ?? outcome();
}

/**
 * What moves on a lot needs its item, its open case and the requisition, if one is named.
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 */
export function lotNeeds(entry, get) {
  const lot = get(entry.on);
  return [lot?.item, lot?.open_case, entry.body.requisition];
}
