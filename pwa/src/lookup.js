/**
 * From what was scanned or typed to the document it means, among those that this device knows.
 */
import { pathOf } from "./addresses.js";
import { labelKey } from "./domain/label_thing.js";
import { problem } from "./domain/problem.js";
import { labelSaid, UNNUMBERED } from "./labels/said.js";
import { read, shown } from "./scan/code.js";
import { siteOf } from "./terms.js";

/** @typedef {import("./scan/code.js").Reading} Reading */
/** @typedef {import("./types").Doc} Doc */
/** @typedef {import("./types").Me} Me */
/** @typedef {import("./view.js").Moment} Moment */

const [LOT, ITEM, CODE] = /** @type {const} */ (["lot", "item", "code"]);
/** By a label, without a document of their own. */
const NAMED = ["asset", "equipment", "location", "person"];
const NUMBERLESS = ["lot_id", "gs1"]; // bars of a lot's labels have no room for their number
const LABELLED = ["lot", "job", ...NAMED];
/** What a typed number may be the end of: `type/SITE:number`. */
const NUMBERED = ["job", "visit", "order", "item"];
/** And of what is keyed by its entry. */
const NUMBER_TERMS = ["requisition.number"];

/**
 * The document that a scanned code leads to.
 * @param {Moment} moment
 * @param {string} text
 * @param {Me} me
 * @returns {Promise<string>} its key. Problems: unknown_code, ambiguous_code.
 */
export async function keyOfScan(moment, text, me) {
  const reading = read(text);
  if (NAMED.includes(reading.type ?? "")) return `${reading.type}/${reading.id}`;
  if (reading.kind === "own") return known(moment, `${reading.type}/${reading.id}`, text);
  if (reading.kind === "gs1" && !reading.lot) return itemKey(moment, reading, text);
  const lots = await lotKeys(moment, reading);
  if (reading.kind !== "text" || lots.length > 0) return only(lots, text, CODE);
  return only(await numbered(moment, reading.text ?? "", me), text, CODE);
}

/**
 * The address that a scanned code leads to; with the label's own number where the code tells it.
 * @param {Moment} moment
 * @param {string} text
 * @param {Me} me
 * @returns {Promise<string>} Problems: as keyOfScan.
 */
export async function addressOfScan(moment, text, me) {
  const key = await keyOfScan(moment, text, me);
  const reading = read(text);
  const number = reading.print ?? (await unnumbered(moment, key, reading));
  const isLabelled = number && LABELLED.includes(key.slice(0, key.indexOf("/")));
  return isLabelled ? `${pathOf(key)}?p=${number}` : pathOf(key);
}

/**
 * @param {Moment} moment
 * @param {string} key
 * @param {Reading} reading
 * @returns {Promise<string>} a dash for bars that can't tell their label, where some are void
 */
async function unnumbered(moment, key, { kind }) {
  const labels = NUMBERLESS.includes(kind) ? await moment.get(labelKey(key)) : null;
  return labels && labelSaid([labels], UNNUMBERED) ? UNNUMBERED : "";
}

/**
 * @param {Reading} reading
 * @returns {string} the label's own number, a dash where a code of ours can't tell it, or nothing
 */
export function numberOf({ print, kind }) {
  return print ?? (NUMBERLESS.includes(kind) ? UNNUMBERED : "");
}

/**
 * A field's text as the key of a lot. A whole key is taken as it is: the lot may be newer than
 * what this device knows, and it stands on the label in somebody's hand.
 * @param {Moment} moment
 * @param {string} text
 * @returns {Promise<string>} Problems: unknown_lot, ambiguous_lot.
 */
export async function lotOf(moment, text) {
  if (isKey(text, "lot")) return text;
  const reading = read(text);
  if (reading.kind === "own" && reading.type === "lot") return `lot/${reading.id}`;
  if (reading.kind === "lot_id") return `lot/${reading.id}`;
  return only(await lotKeys(moment, reading), text, LOT);
}

/**
 * @param {Moment} moment
 * @param {string} text item code, key, or any code that names it
 * @returns {Promise<string>} Problems: unknown_item, ambiguous_item.
 */
export async function itemOf(moment, text) {
  if (isKey(text, "item")) return text;
  const reading = read(text);
  if (reading.kind === "own" && reading.type === "item") return `item/${reading.id}`;
  if (reading.kind === "gs1") return itemKey(moment, reading, text);
  if (reading.kind !== "text" || !reading.text) throw notFound(text, "unknown_item");
  const codes = [reading.text, reading.text.toUpperCase()];
  const items = await moment.find(codes.map((code) => `item.code=${code}`));
  return only(keysOf(items), text, ITEM);
}

/** @param {Moment} moment @param {string} gtin */
export async function itemsBy(moment, gtin) {
  return (await moment.find(["item"])).filter((item) => item["gtin"] === gtin);
}

/** @param {string} text @param {string} type */
function isKey(text, type) {
  return text.startsWith(`${type}/`) && siteOf(text) !== "";
}

/**
 * @param {Moment} moment
 * @param {Reading} reading
 * @returns {Promise<string[]>}
 */
async function lotKeys(moment, reading) {
  if (reading.kind === "lot_id") return present(moment, [`lot/${reading.id}`]);
  if (reading.kind === "gs1" && reading.gtin && reading.lot) {
    return keysOf(await moment.find([`lot.scan=${reading.gtin}/${reading.lot}`]));
  }
  const code = reading.kind === "text" ? reading.text : reading.kind === "gs1" && reading.lot;
  if (!code) return [];
  const exact = keysOf(await moment.find([`lot.code=${code}`]));
  return exact.length > 0 ? exact : keysOf(await moment.find([`lot.code=${code.toUpperCase()}`]));
}

/**
 * @param {Moment} moment
 * @param {Reading} reading
 * @param {string} text
 */
async function itemKey(moment, reading, text) {
  return only(keysOf(await itemsBy(moment, reading.gtin ?? "")), text, ITEM);
}

/**
 * @param {Moment} moment
 * @param {string} text
 * @param {Me} me
 */
async function numbered(moment, text, me) {
  for (const number of new Set([text, text.toUpperCase()])) {
    const keys = NUMBERED.flatMap((type) => me.sites.map((site) => `${type}/${site}:${number}`));
    const terms = NUMBER_TERMS.map((term) => `${term}=${number}`);
    const found = [...(await present(moment, keys)), ...keysOf(await moment.find(terms))];
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * @param {Moment} moment
 * @param {string[]} keys
 * @returns {Promise<string[]>} those that are there
 */
async function present(moment, keys) {
  const found = [];
  for (const key of keys) if (await moment.get(key)) found.push(key);
  return found;
}

/**
 * @param {Moment} moment
 * @param {string} key
 * @param {string} text
 */
async function known(moment, key, text) {
  return only(await present(moment, [key]), text, CODE);
}

/** @param {Doc[]} documents */
function keysOf(documents) {
  return documents.map((doc) => doc.key);
}

/**
 * @param {string[]} keys
 * @param {string} text
 * @param {string} noun
 * @returns {string}
 */
function only(keys, text, noun) {
  const [key] = keys;
  if (key !== undefined && keys.length === 1) return key;
  throw notFound(text, `${key === undefined ? "unknown" : "ambiguous"}_${noun}`);
}

/** @param {string} text @param {string} code */
export function notFound(text, code) {
  return problem(code, { text: shown(text) });
}
