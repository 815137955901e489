/** What changes a lot's status by decision: held, released, scrapped; twin of `lot_status.py`. */
import Big from "big.js";
import * as body from "./body.js";
import { endCards, openCards } from "./ended_card.js";
import { edit } from "./key.js";
import { noteMovement, statusSeen } from "./movement_line.js";
import { outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";
import { SIGNABLE } from "./signature.js";
import { happening, minus, remember } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {{reason: string | Record<string, string>, byName: string}} Why */

const CARDS_END_FROM = 3; // the version of lot.scrapped from which on it ends the lot's cards
const REASON = { reason: body.someText };
const SCRAPPED = { ...REASON, ...SIGNABLE };
const RELEASED = { ...SCRAPPED, emergency: body.or(body.flag, false) };

/**
 * Whoever doubts may stop a lot. A scrapped lot stays scrapped.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function held(entry, draft) {
  const { reason } = body.readBody(entry, REASON);
  const lot = edit(draft, entry.on, "lot");
  const byName = nameOf(entry.actor, draft);
  remember(lot.timeline, happening(entry, byName, { reason }));
  if (lot.status === "scrapped") return outcome("merged", "lot_scrapped", { lot: lot.code });
  const wasHeld = lot.status === "on_hold";
  hold(lot, entry, { reason, byName });
  return wasHeld ? outcome("merged", "lot_already_held", { lot: lot.code }) : outcome();
}

/**
 * Lifts all open holds; the lot is again what it was before the first of them.
 * Problems: lot_scrapped, lot_not_held, not_inspected, stale.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function released(entry, draft) {
  const { reason, emergency } = body.readBody(entry, RELEASED);
  const lot = edit(draft, entry.on, "lot");
  mustStand(entry, lot);
  const status = statusAfterRelease(lot, emergency);
  const byName = nameOf(entry.actor, draft);
  for (const one of lot.holds) {
    if (one.released_at !== null) continue;
    one.released_by_name = byName;
    one.released_at = entry.at;
    one.released_reason = reason;
  }
  setStatus(lot, entry, status, { reason, byName });
  remember(lot.timeline, happening(entry, byName, { reason, status }));
  return outcome();
}

/**
 * What is left of the lot is scrap: nothing is on hand any more, and its cards end.
 * Problems: as released.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function scrapped(entry, draft) {
  const { reason } = body.readBody(entry, SCRAPPED);
  const lot = edit(draft, entry.on, "lot");
  mustStand(entry, lot);
  const byName = nameOf(entry.actor, draft);
  if (new Big(lot.on_hand).gt(0)) {
    const item = edit(draft, lot.item, "item");
    item.on_hand = minus(item.on_hand, lot.on_hand);
    noteMovement(lot, entry, { kind: "scrap", quantity: lot.on_hand, byName });
    lot.holdings = [];
    lot.on_hand = "0";
  }
  setStatus(lot, entry, "scrapped", { reason, byName });
  remember(lot.timeline, happening(entry, byName, { reason }));
  if (entry.v >= CARDS_END_FROM) endCards(lot, happening(entry, byName, { reason }), draft);
  return outcome();
}

/**
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 */
export function scrapNeeds(entry, get) {
  const lot = get(entry.on);
  return [lot?.item, ...openCards(lot)];
}

/**
 * Adds a hold and lets it rule the status; it remembers what the status was.
 * @param {Doc} lot
 * @param {Entry} entry
 * @param {Why} why
 */
export function hold(lot, entry, { reason, byName }) {
  lot.holds.unshift({
    entry: entry.id,
    reason,
    by: entry.actor,
    by_name: byName,
    at: entry.at,
    status_before: lot.status,
    released_by_name: null,
    released_at: null,
    released_reason: null,
  });
  setStatus(lot, entry, "on_hold", { reason, byName });
}

/**
 * The status with its who, when and why; the version tells who can have seen it.
 * @param {Doc} lot
 * @param {Entry} entry
 * @param {string} status
 * @param {Why} why
 */
export function setStatus(lot, entry, status, { reason, byName }) {
  lot.status = status;
  lot.status_by_name = byName;
  lot.status_at = entry.at;
  lot.status_reason = reason;
  lot.status_version = lot.version;
  lot.status_device = entry.device;
}

/**
 * @param {Entry} entry
 * @param {Doc} lot
 */
function mustStand(entry, lot) {
  if (lot.status === "scrapped") throw problem("lot_scrapped", { lot: lot.code });
  if (statusSeen(entry, lot, entry.base)) return;
  throw problem("stale", { differences: [{ field: "status", seen: "", now: lot.status }] });
}

/**
 * @param {Doc} lot
 * @param {boolean} emergency
 * @returns {string}
 */
function statusAfterRelease(lot, emergency) {
  if (lot.status === "passed") throw problem("lot_not_held", { lot: lot.code });
  if (emergency) return "emergency";
  const open = lot.holds.filter((/** @type {any} */ one) => one.released_at === null);
  if (open.length === 0) throw problem("not_inspected", { lot: lot.code });
  return open.at(-1).status_before;
}
