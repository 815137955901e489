/**
 * The Liquid environment of the device: templates, filters, and a page inside its layout.
 *
 * The twin of server/pages/liquid.py, with the same files and the same strictness: no built-in
 * filter, every value escaped, nothing undefined. What a page is given comes from pages.js.
 */
import { Liquid } from "liquidjs";
import { VALUE_FILTERS, flat, mayBy, wordFilters } from "./filters.js";

const LAYOUT = "layout/page";
const FRAGMENT = "layout/fragment";
const PARTIAL = /\brender '([\w/]+)'/g;

/**
 * @typedef {object} Shared what the server shares with the device (shared.json)
 * @property {Record<string, string>} templates sources by name
 * @property {Record<string, Record<string, any>>} locale messages by language
 * @property {Record<string, any>} problems texts by code
 * @property {Record<string, any>} kinds roles by entry kind
 */

/**
 * @param {Shared & {lang: string}} shared
 * @returns {{render: (name: string, context: Record<string, any>) => string,
 *   prepare: (name: string) => Promise<void>}} `render` gives a
 *   page in its layout; with title and navigation only where `context.partial` is true; bare where
 *   the name begins with `_`. The context is seen by every partial that the page renders.
 *   `prepare` reads a page's templates beforehand, one at a time, while the disk is waited for.
 */
export function createRenderer({ templates, locale, problems, kinds, lang }) {
  const engine = new Liquid({
    templates,
    cache: true,
    // Asked of the browser it costs a start of the worker some 10 ms, and no template needs it.
    locale: "en-US",
    dynamicPartials: true,
    outputEscape: "escape",
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
  });
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name);
  const words = wordFilters({ lang, messages: flat(locale[lang] ?? {}), problems });
  for (const [name, filter] of Object.entries({ ...VALUE_FILTERS, ...words, may: mayBy(kinds) })) {
    engine.registerFilter(name, filter);
  }
  // The layout's only unescaped output; named so that no other template uses it by chance.
  engine.registerFilter("rendered_main", { handler: (main) => main, raw: true });

  /** @param {string} name @param {Record<string, any>} context */
  function plain(name, context) {
    return String(engine.renderFileSync(name, {}, { globals: context }));
  }

  /** @type {Set<string>} */
  const read = new Set();

  /** @param {string} name */
  async function prepare(name) {
    if (read.has(name) || templates[name] === undefined) return;
    read.add(name);
    await nextTurn();
    engine.parseFileSync(name);
    for (const [, partial = ""] of templates[name].matchAll(PARTIAL)) await prepare(partial);
  }

  return {
    async prepare(name) {
      await prepare(LAYOUT);
      await prepare(name);
    },
    render(name, context) {
      const main = plain(name, context);
      if (name.split("/").at(-1)?.startsWith("_")) return main;
      return plain(context["partial"] ? FRAGMENT : LAYOUT, { ...context, main });
    },
  };
}

/** @returns {Promise<void>} once what has come meanwhile, from the disk say, was seen to */
function nextTurn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
