/**
 * The Liquid environment of the device: compiled templates, filters, and a page inside its layout.
 *
 * The twin of server/pages/liquid.py, with the same files and the same strictness: no built-in
 * filter, every value escaped, nothing undefined. What a page is given comes from pages.js; the
 * templates are compiled in the build (pwa/templates.mjs).
 */
import { VALUE_FILTERS, mayBy, wordFilters } from "./filters.js";

const LAYOUT = "layout/page";
const FRAGMENT = "layout/fragment";
/** The layout's only unescaped output; named so that no other template uses it by chance. */
export const RAW_FILTER = "rendered_main";

/** @typedef {Record<string, any>} Hash */
/** @typedef {Record<string, (...args: any[]) => any>} Filters */
/** @typedef {(name: string, given: Hash) => string} Part renders a partial */
/** @typedef {Record<string, (scope: Hash, filters: Filters, part: Part) => string>} Templates */
/**
 * @typedef {object} Words
 * @property {string} lang
 * @property {Record<string, Hash>} locale messages by language
 * @property {Hash} problems texts by code
 * @property {Hash} kinds roles by entry kind
 */

/**
 * @param {Words} words
 * @returns {Filters} all that templates may use
 */
export function filtersOf({ lang, locale, problems, kinds }) {
  return {
    ...VALUE_FILTERS,
    ...wordFilters({ lang, messages: locale[lang] ?? {}, problems }),
    may: mayBy(kinds),
    [RAW_FILTER]: (main) => main,
  };
}

/**
 * @param {Words & {templates: Templates}} parts
 * @returns {{render: (name: string, context: Hash) => string}} a
 *   page in its layout; with title and navigation only where `context.partial` is true; bare where
 *   the name begins with `_`. The context is seen by every partial that the page renders.
 */
export function createRenderer({ templates, ...words }) {
  const filters = filtersOf(words);

  /** @param {string} name @param {Hash} context */
  function plain(name, context) {
    // Without a prototype, so that nothing is found there that was not given.
    const all = Object.assign(Object.create(null), context);
    /** @type {Part} */
    const part = (partial, given) => {
      try {
        const template = templates[partial];
        if (!template) throw new TypeError("no such template");
        // What a template is given and assigns is its own; all else is everybody's.
        return template(Object.assign(Object.create(all), given), filters, part);
      } catch (error) {
        const { message } = /** @type {Error} */ (error);
        throw new Error(`${partial}: ${message}`, { cause: error });
      }
    };
    return part(name, {});
  }

  return {
    render(name, context) {
      const main = plain(name, context);
      if (name.split("/").at(-1)?.startsWith("_")) return main;
      return plain(context["partial"] ? FRAGMENT : LAYOUT, { ...context, main });
    },
  };
}
