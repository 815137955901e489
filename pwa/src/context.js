/**
 * What a page is given: its documents and lists out of the view, and all that every page gets.
 * The twin of server/pages/answer.py: the same table, the same context.
 */
import { filled, pageAt } from "./addresses.js";
import { problem } from "./domain/problem.js";
import { holdingsOf } from "./holdings.js";
import { labelSaid } from "./labels/said.js";
import { labelled } from "./labels/thing.js";
import { listOf } from "./lists.js";
import { scannedOf } from "./scanned.js";
import { divergedOf, outboxOf } from "./outbox_page.js";
import { findEntry } from "./outbox.js";

/** @typedef {import("./types").Doc} Doc */
/** @typedef {import("./types").PageSpec} PageSpec */
/** @typedef {import("./view.js").Moment} Moment */
/**
 * @typedef {object} Asked
 * @property {PageSpec} page
 * @property {string} id
 * @property {URL} url
 */

/**
 * The documents and lists of a page.
 * @param {Moment} moment
 * @param {Asked} asked
 * @param {import("./types").Me} me
 * @returns {Promise<Record<string, any>>} Problem: unknown_document
 */
export async function fetched(moment, { page, id, url }, me) {
  /** @type {Record<string, any>} */
  const scope = { id, ...partsOf(id), me, query: queryOf(page, url), doc: null };
  /** @type {Record<string, any>} */
  const found = { doc: null, ...page.fixed };
  if (page.doc) {
    const [key = ""] = filled(page.doc, scope);
    found["doc"] = scope["doc"] = await shown(moment, key);
    if (!found["doc"]) throw problem("unknown_document", { key });
  }
  /** @type {<T>(wanted: Record<string, T> | undefined, get: (one: T) => Promise<any>) => any[]} */
  const each = (wanted, get) =>
    Object.entries(wanted ?? {}).map(async ([name, one]) => void (found[name] = await get(one)));
  // All at once: asked for one after the other, each would wait for the disk.
  await Promise.all([
    ...each(page.also, async (template) => {
      const [key] = filled(template, scope);
      return key ? shown(moment, key) : null;
    }),
    ...each(page.scanned, (template) => scannedOf(moment, filled(template, scope).join(""))),
    ...each(page.labelled, (template) =>
      labelled(filled(template, scope).join(""), (key) => shown(moment, key)),
    ),
    ...each(page.lists, async (spec) => {
      const list = await listOf(moment, spec, scope);
      return { ...list, items: list.items.map(moment.seen) };
    }),
  ]);
  for (const [name, template] of Object.entries(page.said ?? {})) {
    found[name] = labelSaid(registersOf(found["labels"]), filled(template, scope).join(""));
  }
  return found;
}

/** @param {any} labels of a thing: one document, or a list of those that there are */
function registersOf(labels) {
  return labels?.items ?? (labels ? [labels] : []);
}

/**
 * @param {Moment} moment
 * @param {string} key
 * @returns {Promise<Doc | null>}
 */
async function shown(moment, key) {
  const doc = await moment.get(key);
  return doc && moment.seen(doc);
}

/**
 * @param {PageSpec} page
 * @param {URL} url
 * @returns {Record<string, string>} only what the page declares; what is missing is empty
 */
export function queryOf(page, url) {
  const names = page.query ?? [];
  return Object.fromEntries(names.map((name) => [name, url.searchParams.get(name) ?? ""]));
}

/**
 * What waits on this device and what was just recorded.
 * @param {Moment} moment
 * @param {Asked} asked
 */
export async function own(moment, { page, url }) {
  const done = url.searchParams.get("done");
  return {
    pending: moment.waiting.map((row) => row.id),
    touched: moment.touched,
    done: done ? await doneOf(moment, done) : null,
    outbox: page.name === "outbox" ? await outboxOf(moment) : [],
    device: page.name === "device" ? await holdingsOf(moment) : null,
    diverged: page.name === "outbox" ? await divergedOf(moment) : [],
  };
}

/**
 * @param {Moment} moment
 * @param {string} id
 */
async function doneOf(moment, id) {
  const row = await findEntry(moment.tx, id);
  const signin = await moment.tx.objectStore("meta").get("signin");
  if (!row || row.actor !== signin?.login) return null;
  const { status = "", code = null, params = {} } = row.verdict ?? {};
  return { id, kind: row.kind, status, code, params };
}

/**
 * @param {PageSpec} page
 * @param {URL} url
 */
export function pageOf(page, url) {
  const { name, path, title, nav } = page;
  const clean = new URL(url);
  clean.searchParams.delete("done");
  const id = pageAt([page], url.pathname)?.id ?? "";
  const code = codeOf(id);
  return { name, path, title, nav: nav ?? "", id, code, url: clean.pathname + clean.search };
}

/** @param {string} id */
function partsOf(id) {
  return { code: codeOf(id), site: id.split(":")[0] ?? "" };
}

/** What follows the last colon of an id: a code without its site. @param {string} id */
function codeOf(id) {
  return id.slice(id.lastIndexOf(":") + 1);
}
