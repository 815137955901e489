/**
 * Addresses of this app: page paths of keys, and the page table's paths and placeholders.
 */
import { identity, VALUE_FILTERS } from "./render/filters.js";

/** @typedef {import("./types").PageSpec} PageSpec */

const WHOLE = /^\{([\w.]+)\}$/;
const PLACEHOLDER = /\{([\w.]+)\}/g;

/**
 * @param {string} key
 * @returns {string} the path of its page
 */
export function pathOf(key) {
  return VALUE_FILTERS["path"]?.(key) ?? "/";
}

/**
 * @param {string} target where a form leads to; {id} stands for the id of the document
 * @param {{on: string, done: string}} what
 * @returns {string} a path of this app, with the entry that was recorded
 */
export function afterForm(target, { on, done }) {
  const [path = ""] = pathOf(on).split("/").slice(-1);
  const url = ownUrl(target.replaceAll("{id}", identity(on) ? path : ""));
  url.searchParams.set("done", done);
  return url.pathname + url.search + url.hash;
}

/**
 * @param {string} address a path, or a whole address of this app
 * @returns {URL} never another host
 */
export function ownUrl(address) {
  const home = new URL(globalThis.location?.origin ?? "http://localhost");
  try {
    const url = new URL(address, home);
    return url.origin === home.origin ? url : home;
  } catch {
    return home;
  }
}

/**
 * @param {PageSpec[]} pages
 * @param {string} path
 * @returns {{page: PageSpec, id: string} | null} a fixed path goes before one with an id
 */
export function pageAt(pages, path) {
  const fixedFirst = [...pages].sort((a, b) => hasId(a) - hasId(b));
  for (const page of fixedFirst) {
    const [before = "", after] = page.path.split("{id}");
    if (after === undefined) {
      if (path === page.path) return { page, id: "" };
      continue;
    }
    const id = path.slice(before.length, path.length - after.length);
    if (path !== before + id + after || id === "" || id.includes("/")) continue;
    try {
      return { page, id: decodeURIComponent(id) };
    } catch {
      return null; // broken percent encoding
    }
  }
  return null;
}

/** @param {PageSpec} page */
function hasId({ path }) {
  return Number(path.includes("{id}"));
}

/**
 * @param {string} template with placeholders like {doc.item}
 * @param {Record<string, any>} scope
 * @returns {any[]} one value per element of a list; none where nothing is there
 */
export function filled(template, scope) {
  const whole = WHOLE.exec(template);
  if (whole) return values(scope, whole[1] ?? "");
  let texts = [template];
  for (const [mark, path] of template.matchAll(PLACEHOLDER)) {
    const found = values(scope, path ?? "");
    texts = texts.flatMap((text) => found.map((value) => text.replace(mark, () => String(value))));
  }
  return texts;
}

/**
 * @param {any} node
 * @param {string} path dotted; goes through lists
 * @returns {any[]} without what is absent or empty
 */
export function values(node, path) {
  let nodes = [node];
  for (const part of path.split(".")) {
    nodes = nodes.flatMap((one) => {
      const next = isHash(one) && Object.hasOwn(one, part) ? one[part] : null;
      return Array.isArray(next) ? next : [next];
    });
  }
  return nodes.filter((one) => one !== null && one !== undefined && one !== "");
}

/** @param {any} value */
function isHash(value) {
  return typeof value === "object" && value !== null;
}

/**
 * Who works now? After that, the page that was asked for.
 * @param {URL} url
 */
export function switchAt({ pathname, search }) {
  const next = pathname + search;
  return next === "/" ? "/switch" : `/switch?${new URLSearchParams({ next })}`;
}
