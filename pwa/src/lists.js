/**
 * Lists of a page: from index terms to the documents that it shows, as its table entry says.
 * The twin of the lists in server/pages/answer.py.
 */
import { filled, values } from "./addresses.js";
import { siteOf } from "./domain/key.js";

/** @typedef {import("./types").Doc} Doc */
/** @typedef {import("./types").ListSpec} ListSpec */

/**
 * @param {import("./view.js").Moment} moment
 * @param {ListSpec} spec
 * @param {Record<string, any>} scope what placeholders stand for
 * @returns {Promise<{items: Doc[], total: number, next: number | null}>} next: where it goes on
 */
export async function listOf(moment, spec, scope) {
  const text = spec.match ? String(filled(spec.match, scope)[0] ?? "") : "";
  if (spec.nearest) {
    const keys = await moment.search(String(spec.term), text);
    const items = await load(moment, keys.slice(0, spec.limit));
    return { items, total: keys.length, next: null };
  }
  const items = spec.from
    ? await moment.once(nameOf(spec, scope, text), () => all(moment, spec, { scope, text }))
    : await all(moment, spec, { scope, text });
  const first = firstOf(spec, scope);
  const end = first + (spec.limit ?? items.length);
  const next = end < items.length ? end : null;
  return { items: items.slice(first, end), total: items.length, next };
}

/**
 * @param {ListSpec} spec
 * @param {Record<string, any>} scope
 * @param {string} text
 */
function nameOf(spec, scope, text) {
  const fields = [...Object.values(spec.where ?? {}), ...Object.values(spec.without ?? {})];
  const wanted = fields.map((template) => filled(template, scope));
  return JSON.stringify([spec.term, spec.sort, spec.ahead, wanted, text]);
}

/**
 * @param {import("./view.js").Moment} moment
 * @param {ListSpec} spec
 * @param {{scope: Record<string, any>, text: string}} asked
 * @returns {Promise<Doc[]>}
 */
async function all(moment, spec, { scope, text }) {
  const found =
    text.trim() === "" ? await withTerms(moment, spec, scope) : await matching(moment, spec, text);
  const kept = found.filter((doc) => isWanted(doc, spec, scope));
  const sorted = spec.sort ? inOrder(kept, spec.sort, spec.ahead ?? {}) : kept;
  return spec.latest ? firstOfEach(sorted, spec.latest) : sorted;
}

/**
 * @param {import("./view.js").Moment} moment
 * @param {ListSpec} spec
 * @param {string} text
 */
async function matching(moment, spec, text) {
  return load(moment, (await moment.search(String(spec.term), text)).sort());
}

/**
 * @param {import("./view.js").Moment} moment
 * @param {ListSpec} spec
 * @param {Record<string, any>} scope
 */
async function withTerms(moment, spec, scope) {
  const templates = Array.isArray(spec.term) ? spec.term : [spec.term];
  return moment.find(templates.flatMap((template) => filled(template, scope)).map(String));
}

/**
 * @param {import("./view.js").Moment} moment
 * @param {string[]} keys
 */
async function load(moment, keys) {
  const found = await Promise.all(keys.map((key) => moment.get(key)));
  return found.filter((doc) => doc !== null);
}

/**
 * @param {ListSpec} spec
 * @param {Record<string, any>} scope
 * @returns {number} how many come before those that are shown
 */
function firstOf({ from }, scope) {
  const asked = from ? String(filled(from, scope)[0] ?? "") : "";
  return /^[0-9]{1,6}$/.test(asked) ? Number(asked) : 0;
}

/**
 * @param {Doc} doc
 * @param {ListSpec} spec
 * @param {Record<string, any>} scope
 */
function isWanted(doc, { where = {}, without = {} }, scope) {
  const has = (/** @type {string} */ field, /** @type {string[]} */ some) =>
    values(doc, field).some((value) => some.includes(String(value)));
  for (const [field, template] of Object.entries(without)) {
    if (has(field, filled(template, scope).map(String))) return false;
  }
  return Object.entries(where).every(([field, template]) => {
    const wanted = filled(template, scope).map(String);
    return wanted.length === 0 || has(field, wanted);
  });
}

/**
 * What fits `ahead` comes first, the rest the other way round.
 * @param {Doc[]} docs
 * @param {string} sort
 * @param {Record<string, string>} ahead
 */
function inOrder(docs, sort, ahead) {
  const fits = (/** @type {Doc} */ doc) =>
    Object.entries(ahead).every(([field, value]) => String(doc[field]) === value);
  const otherWay = sort.startsWith("-") ? sort.slice(1) : `-${sort}`;
  const rest = docs.filter((doc) => !fits(doc)).sort(by(otherWay));
  return [...docs.filter(fits).sort(by(sort)), ...rest];
}

/**
 * @param {string} sort a field; -field for the greatest first; what has no value comes last
 * @returns {(a: Doc, b: Doc) => number}
 */
function by(sort) {
  const isDown = sort.startsWith("-");
  const field = isDown ? sort.slice(1) : sort;
  return (a, b) => {
    const [x, y] = [values(a, field)[0], values(b, field)[0]];
    if (x === undefined || y === undefined)
      return Number(x === undefined) - Number(y === undefined);
    return compare(x, y) * (isDown ? -1 : 1);
  };
}

/**
 * Numbers as numbers and before all else, everything else as text.
 * @param {any} x
 * @param {any} y
 */
function compare(x, y) {
  const [isNumberX, isNumberY] = [typeof x === "number", typeof y === "number"];
  if (isNumberX !== isNumberY) return isNumberX ? -1 : 1;
  const [first, second] = isNumberX ? [x, y] : [String(x), String(y)];
  return first < second ? -1 : Number(first > second);
}

/**
 * The first document for each value at each site; in the order of the last, as on the server.
 * @param {Doc[]} documents
 * @param {string} field
 */
function firstOfEach(documents, field) {
  const latest = new Map();
  for (const doc of [...documents].reverse()) {
    latest.set(JSON.stringify([siteOf(doc.key), values(doc, field)[0]]), doc);
  }
  return [...latest.values()].reverse();
}
