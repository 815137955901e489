/**
 * The names of form fields and what they make: `body.a.b`, `json.a`, numbers for rows, `@lot`.
 *
 * Only structure; what a value means is looked up in forms.js. The server reads the same names
 * with the same rules.
 */
import { problem } from "./domain/problem.js";

/**
 * @typedef {object} Field
 * @property {string[]} path within the body
 * @property {string} name as in the form, without what follows @
 * @property {string} as "" or what the text must be resolved to: lot, item
 * @property {boolean} isJson
 * @property {string} value
 */
/** @typedef {[name: string, value: string][]} Pairs */

const NAME = /^(body|json)\.([^@]+)(?:@(lot|item))?$/;
const DIGITS = /^\d+$/;

/**
 * @param {Pairs} pairs in the order of the form; of the same name the last counts
 * @returns {Field[]} what has a value, without rows that were left empty
 */
export function fieldsOf(pairs) {
  const fields = new Map();
  for (const [key, value] of pairs) {
    const match = NAME.exec(key);
    if (!match) continue;
    const [, root, name = "", as = ""] = match;
    fields.set(name, {
      path: name.split("."),
      name,
      as,
      isJson: root === "json",
      value: value.trim(),
    });
  }
  const all = [...fields.values()];
  const empty = emptyRows(all);
  return all.filter(
    ({ path, value }) => value !== "" && !rowsOf(path).some((row) => empty.has(row)),
  );
}

/**
 * A row without anything is not meant, nor one without the quantity it asks for, whose other
 * values stood there already. But what was scanned or typed into it was meant.
 * @param {Field[]} fields
 * @returns {Set<string>} Problem: quantity_missing
 */
function emptyRows(fields) {
  /** @type {Map<string, {quantity: string | null, isBlank: boolean, isNamed: boolean}>} */
  const rows = new Map();
  for (const { path, value, as } of fields) {
    for (const row of rowsOf(path)) {
      const seen = rows.get(row) ?? { quantity: null, isBlank: true, isNamed: false };
      if (path.at(-1) === "quantity") seen.quantity = value;
      if (value !== "") seen.isBlank = false;
      if (value !== "" && as !== "") seen.isNamed = true;
      rows.set(row, seen);
    }
  }
  const empty = new Set();
  for (const [name, { quantity, isBlank, isNamed }] of rows) {
    if (isNamed && quantity === "") throw problem("quantity_missing", {}, `${name}.quantity`);
    if (isBlank || quantity === "") empty.add(name);
  }
  return empty;
}

/**
 * @param {string[]} path
 * @returns {string[]} the rows it lies in: lines.0 for lines.0.quantity
 */
function rowsOf(path) {
  const rows = [];
  for (const [depth, part] of path.entries()) {
    if (depth > 0 && DIGITS.test(part)) rows.push(path.slice(0, depth + 1).join("."));
  }
  return rows;
}

/**
 * @param {{path: string[], value: any}[]} leaves
 * @returns {Record<string, any>} the body
 */
export function bodyOf(leaves) {
  const root = Object.create(null);
  for (const { path, value } of leaves) {
    let node = root;
    for (const part of path.slice(0, -1)) {
      if (typeof node[part] !== "object" || node[part] === null) node[part] = Object.create(null);
      node = node[part];
    }
    node[path.at(-1) ?? ""] = value;
  }
  return /** @type {Record<string, any>} */ (settled(root));
}

/**
 * Objects with nothing but numbers for names become lists, without gaps.
 * @param {any} node
 * @returns {any}
 */
function settled(node) {
  if (typeof node !== "object" || node === null || Object.getPrototypeOf(node) !== null)
    return node;
  const keys = Object.keys(node);
  if (keys.length > 0 && keys.every((key) => DIGITS.test(key))) {
    return keys.sort((a, b) => Number(a) - Number(b)).map((key) => settled(node[key]));
  }
  return Object.fromEntries(keys.map((key) => [key, settled(node[key])]));
}

/**
 * @param {Field} field
 * @returns {any} Problem: form_malformed
 */
export function jsonOf({ name, value }) {
  try {
    return JSON.parse(value);
  } catch {
    throw problem("form_malformed", { field: name }, name);
  }
}
