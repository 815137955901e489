/**
 * What stands in the fields of a lot's label, and what a label's own number says today; the twin of
 * server/pages/label_fields.py.
 */
import { fullest } from "../domain/lot.js";

/** @typedef {import("../types").Doc} Doc */

const SAME = [
  ...["item_code", "unit", "status", "gtin", "received_on", "produced_on", "expires_on"],
  ...["supplier", "supplier_lot"],
];

/**
 * @param {Doc} lot
 * @param {{number?: string, serial?: string}} [label] its own number; the serial of a unit, of
 *   which the quantity is one
 * @returns {Record<string, string>} every field that a layout of a lot's label may have
 */
export function labelFields(lot, { number = "", serial = "" } = {}) {
  const isDecided = lot["status"] !== "to_inspect";
  return {
    ...Object.fromEntries(SAME.map((name) => [name, lot[name] ?? ""])),
    lot_id: lot.key.slice(lot.key.indexOf("/") + 1),
    lot_code: lot["code"],
    item_name_zh: lot["item_name"].zh,
    item_name_en: lot["item_name"].en,
    quantity: serial ? "1" : lot["quantity"],
    location: fullest(lot),
    order: (lot["order"] ?? "").split(":").slice(1).join(":"),
    reason: both(lot["status_reason"]),
    inspector: isDecided ? lot["status_by_name"] : "",
    decided_on: isDecided ? lot["status_at"].slice(0, 10) : "",
    serial,
    print: number,
  };
}

/** @param {string | {zh: string, en: string}} reason */
function both(reason) {
  return typeof reason === "string" ? reason : [reason.zh, reason.en].filter(Boolean).join(" ");
}

/**
 * @param {Doc | null} labels of the lot
 * @param {string} number K7Q2M4XW-2
 * @returns {Record<string, any> | null} null without a number. `state`: good, voided, superseded,
 *   cancelled, old (its print is not in the list any more), unknown
 */
export function labelSaid(labels, number) {
  if (!number) return null;
  const dash = number.indexOf("-");
  const code = dash < 0 ? number : number.slice(0, dash);
  const place = dash < 0 ? "" : number.slice(dash + 1);
  const one = labels?.["prints"].find((/** @type {any} */ p) => p.code === code) ?? null;
  const at = /^[0-9]+$/.test(place) ? Number(place) : 0;
  if (!one || at < 1 || at > one.count) {
    const state = labels?.["left"] && !one ? "old" : "unknown";
    return { number, state, void: null, print: null };
  }
  const ended = endOf(one, at);
  const given = one.state === "cancelled" ? "cancelled" : "good";
  const state = ended ? (ended.by_print ? "superseded" : "voided") : given;
  return { number, state, void: ended, print: one };
}

/** @param {Record<string, any>} print @param {number} at */
function endOf(print, at) {
  const isOver = (/** @type {any} */ one) => one.labels.length === 0 || one.labels.includes(at);
  return print["voids"].find(isOver) ?? null;
}

/**
 * @param {Record<string, any>} print
 * @returns {{number: string, serial: string, void: boolean}[]} its labels
 */
export function numbered(print) {
  const { code, count, copies, serials } = print;
  return Array.from({ length: count }, (_, i) => ({
    number: `${code}-${i + 1}`,
    serial: serials[Math.floor(i / copies)] ?? "",
    void: endOf(print, i + 1) !== null,
  }));
}
