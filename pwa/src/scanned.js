/**
 * What a code says: the lot and item that it names among what is here, and what became of its
 * label.
 */
import { labelKey } from "./domain/label_thing.js";
import { Problem } from "./domain/problem.js";
import { labelSaid } from "./labels/said.js";
import { itemsBy, lotOf, notFound, numberOf } from "./lookup.js";
import { read, shown } from "./scan/code.js";

/** @typedef {import("./view.js").Moment} Moment */

/**
 * What a code says, and the lot and item that it names among what is here; twin of `scanned` in
 * server/pages/lookup.py.
 * @param {Moment} moment
 * @param {string} text
 * @returns {Promise<Record<string, any>>}
 */
export async function scannedOf(moment, text) {
  const none = { kind: null, gtin: null, lot_code: null, serial: null, place: null };
  const nothing = { expires_on: null, lot: null, item: null, label: null, problem: null };
  const told = { ...none, ...nothing, text: shown(text) };
  if (text === "") return told;
  const reading = read(text);
  const { kind, gtin = null, serial = null, expiry = null, id = "" } = reading;
  const code = id.slice(id.lastIndexOf(":") + 1) || null;
  const isPlace = reading.type === "location";
  const lot_code = reading.lot ?? (isPlace ? null : code);
  const place = isPlace ? code : kind === "text" ? (reading.text ?? null) : null;
  const said = { ...told, kind, gtin, serial, lot_code, place, expires_on: expiry };
  const found = await lotOf(moment, text).then((key) => moment.get(key), asProblem);
  const problem = found instanceof Problem ? found : found ? null : notFound(text, "unknown_lot");
  const lot = found instanceof Problem ? null : found;
  const [only, ...others] = gtin ? await itemsBy(moment, gtin) : [];
  const item = lot ? await moment.get(lot["item"]) : others.length === 0 ? (only ?? null) : null;
  const number = numberOf(reading);
  const labels = lot && number ? await moment.get(labelKey(lot.key)) : null;
  const label = lot
    ? labelSaid(labels ? [labels] : [], number)
    : isPlace && reading.print
      ? labelSaid(await moment.find([`label.thing=location/${id}`]), reading.print)
      : null;
  return {
    ...said,
    label,
    lot: lot && moment.seen(lot),
    item: item && moment.seen(item),
    problem: problem && { code: problem.code, params: problem.params },
  };
}

/** @param {unknown} error */
function asProblem(error) {
  if (error instanceof Problem) return error;
  throw error;
}
