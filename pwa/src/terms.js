/**
 * Index terms of a document, by which lists find it. The twin of `Document.terms`.
 */

import { isUnfinished } from "./domain/label.js";

/** @typedef {import("./types").Doc} Doc */

/** Fields that are not in the JSON but computed. @type {Record<string, (doc: Doc) => unknown>} */
const COMPUTED = {
  "label.receipt": receiptOf,
  "label.register": (label) => thingOf(label)?.split("/", 1)[0] ?? null,
  "label.thing": thingOf,
  "label.unfinished": (label) => (label["prints"].some(isUnfinished) ? true : null),
  "lot.receipt": receiptOf,
  "lot.scan": (lot) => (lot["gtin"] ? `${lot["gtin"]}/${lot["code"]}` : null),
  "lot.places": (lot) => lot["holdings"].map((/** @type {any} */ one) => one.location),
  "label.entries": (label) => label["prints"].map((/** @type {any} */ one) => one.entry),
  "label.queues": (label) =>
    label["prints"]
      .filter((/** @type {any} */ one) => one.state === "waiting")
      .map((/** @type {any} */ one) => one.printer),
  site: (doc) => siteOf(doc.key),
};

/** @param {Doc} label @returns {string | null} what it is of; a lot's are found by their key */
function thingOf({ about }) {
  return about.startsWith("lot/") ? null : about;
}

/** @param {Doc} doc @returns {string | null} the site and the day that it came in */
function receiptOf(doc) {
  return doc["received_on"] ? `${siteOf(doc.key)}:${doc["received_on"]}` : null;
}

/**
 * @param {string} key as in lot/SZ:M-1001:L2611-03
 * @returns {string} lot
 */
export function typeOf(key) {
  return key.slice(0, Math.max(0, key.indexOf("/")));
}

/**
 * @param {string} key
 * @returns {string} the site; empty if the key is not of that form
 */
export function siteOf(key) {
  const rest = key.slice(key.indexOf("/") + 1);
  const colon = rest.indexOf(":");
  return key.includes("/") && colon >= 0 ? rest.slice(0, colon) : "";
}

/**
 * @param {Doc} doc
 * @param {Record<string, string[]>} index fields by document type
 * @returns {string[]} the bare type, and type.field=value for each indexed value
 */
export function termsOf(doc, index) {
  const type = typeOf(doc.key);
  const found = new Set([type]);
  for (const field of index[type] ?? []) {
    const computed = COMPUTED[`${type}.${field}`] ?? COMPUTED[field];
    const value = field in doc ? doc[field] : computed?.(doc);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") found.add(`${type}.${field}=${one}`);
    }
  }
  return [...found];
}
