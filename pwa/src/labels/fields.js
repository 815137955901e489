/**
 * What stands in the fields of a lot's label, out of the lot's document.
 */

/** @typedef {import("../types").Doc} Doc */

const SAME = [
  ...["gtin", "item_code", "quantity", "unit", "status", "supplier"],
  ...["received_on", "produced_on", "expires_on"],
];

/**
 * @param {import("./layout.js").Layout} layout
 * @param {Doc} lot
 * @returns {Record<string, unknown>} only fields that the layout has
 */
export function labelFields(layout, lot) {
  const given = {
    lot_id: lot.key.slice(lot.key.indexOf("/") + 1),
    lot_code: lot["code"],
    item_name_zh: lot["item_name"].zh,
    item_name_en: lot["item_name"].en,
    ...Object.fromEntries(SAME.map((name) => [name, lot[name]])),
  };
  const pairs = Object.entries(given).filter(([name]) => Object.hasOwn(layout.fields, name));
  return Object.fromEntries(pairs);
}
