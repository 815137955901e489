/** How a lot begins: received from a supplier, or created to be made here. */
import * as body from "./body.js";
import { edit, find } from "./key.js";
import { addAt } from "./lot.js";
import { noteMovement } from "./movement_line.js";
import { outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";
import { happening, plus, remember } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

const LOT_CODE_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,29}$/;
const RECEIVED = {
  item: body.key,
  quantity: body.positive,
  location: body.someLine,
  received_on: body.maybe(body.line),
  expires_on: body.maybe(body.line),
  supplier: body.or(body.line, ""),
  supplier_lot: body.or(body.line, ""),
  note: body.or(body.text, ""),
};
const CREATED = {
  item: body.key,
  quantity: body.positive,
  order: body.maybe(body.key),
  produced_on: body.maybe(body.line),
};

/**
 * Incoming goods wait to be inspected where they were put down.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function received(entry, draft) {
  const { item, quantity, location, note, ...rest } = body.readBody(entry, RECEIVED);
  const lot = newLot(entry, item, quantity, draft);
  lot.received_on = rest.received_on || entry.at.slice(0, 10);
  lot.expires_on = rest.expires_on;
  lot.supplier = rest.supplier || null;
  lot.supplier_lot = rest.supplier_lot || null;
  addAt(lot, location, quantity);
  const itemDocument = edit(draft, lot.item, "item");
  itemDocument.on_hand = plus(itemDocument.on_hand, quantity);
  const byName = nameOf(entry.actor, draft);
  noteMovement(lot, entry, { kind: "receive", quantity, target: location, byName });
  const data = { quantity, unit: lot.unit, location, note };
  remember(lot.timeline, happening(entry, byName, data));
  return outcome();
}

/**
 * A lot to be made here begins; its code can't be used again.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function created(entry, draft) {
  const { item, quantity, order, produced_on } = body.readBody(entry, CREATED);
  const lot = newLot(entry, item, quantity, draft);
  lot.order = order;
  lot.produced_on = produced_on;
  const data = { quantity, unit: lot.unit };
  remember(lot.timeline, happening(entry, nameOf(entry.actor, draft), data));
  return outcome();
}

/**
 * @param {Entry} entry
 * @param {string} itemKey
 * @param {string} quantity
 * @param {Draft} draft
 * @returns {Doc} Problems: unknown_document, lot_code_invalid, already_exists.
 */
function newLot(entry, itemKey, quantity, draft) {
  const item = find(draft, itemKey, "item");
  if (!item) throw problem("unknown_document", { key: itemKey }, "item");
  const end = entry.on.lastIndexOf(":");
  const code = entry.on.slice(end + 1);
  const isOfItem = entry.on.slice(0, end) === `lot/${item.key.slice("item/".length)}`;
  if (!isOfItem || !LOT_CODE_PATTERN.test(code)) throw problem("lot_code_invalid", { code });
  return draft.add({
    key: entry.on,
    version: 1,
    code,
    item: item.key,
    item_code: item.code,
    item_name: item.name,
    gtin: item.gtin,
    unit: item.unit,
    status: "to_inspect",
    status_by_name: nameOf(entry.actor, draft),
    status_at: entry.at,
    status_reason: "",
    status_version: 1,
    status_device: entry.device,
    quantity,
    on_hand: "0",
    holdings: [],
    received_on: null,
    produced_on: null,
    expires_on: null,
    supplier: null,
    supplier_lot: null,
    order: null,
    runs: [],
    holds: [],
    movements: [],
    open_case: null,
    timeline: [],
  });
}
