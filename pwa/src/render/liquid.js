/**
 * What compiled templates call: what a name, a comparison and an output are in Liquid, as LiquidJS
 * has it with strict names, own properties only, and every output escaped.
 *
 * The functions themselves are written by pwa/templates.mjs.
 */

/** @type {Record<string, string>} */
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
const UNSAFE = /[&<>"']/g;

/**
 * @param {Record<string, any>} scope in which every name is one that was given
 * @param {string} name
 * @param {(string | number)[]} keys below it; below null there is null
 * @returns {any} Throws ReferenceError where there is nothing.
 */
export function get(scope, name, ...keys) {
  let value = scope[name];
  let n = 0;
  for (; n < keys.length && value !== null && value !== undefined; n += 1) {
    value = property(value, /** @type {string | number} */ (keys[n]));
  }
  if (value !== undefined) return value;
  throw new ReferenceError(`undefined variable: ${[name, ...keys.slice(0, n)].join(".")}`);
}

/** @param {any} value @param {string | number} key */
function property(value, key) {
  if (Object.hasOwn(value, key)) return value[key];
  if (key === "size") return sizeOf(value);
  if (!Array.isArray(value)) return undefined;
  if (key === "first") return value[0];
  return key === "last" ? value.at(-1) : undefined;
}

/** @param {any} value */
function sizeOf(value) {
  if (Array.isArray(value) || typeof value === "string") return value.length;
  return typeof value === "object" ? Object.keys(value).length : undefined;
}

/** @param {any} value @returns {boolean} */
export function yes(value) {
  return value !== false && value !== null && value !== undefined;
}

/** @param {any} left @param {any} right */
export function both(left, right) {
  return yes(left) && yes(right);
}

/** @param {any} left @param {any} right */
export function either(left, right) {
  return yes(left) || yes(right);
}

/** @param {any} left @param {any} right @returns {boolean} */
export function same(left, right) {
  if (left === null || left === undefined) return right === null || right === undefined;
  if (!Array.isArray(left)) return left === right;
  if (!Array.isArray(right) || left.length !== right.length) return false;
  return left.every((one, n) => same(one, right[n]));
}

/** @param {any} whole a list or a text @param {any} part */
export function contains(whole, part) {
  if (Array.isArray(whole)) return whole.some((one) => same(one, part));
  return typeof whole === "string" && whole.includes(part);
}

/** @param {any} value @returns {any[]} what a loop goes over */
export function listOf(value) {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return value ? [value] : [];
  return value !== null && typeof value === "object" ? Object.entries(value) : [];
}

/** @param {any} value @returns {string} as it is: for HTML that was rendered */
export function raw(value) {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.map(raw).join("") : String(value);
}

/** @param {any} value @returns {string} escaped */
export function say(value) {
  return raw(value).replace(UNSAFE, (sign) => ESCAPED[sign] ?? sign);
}
