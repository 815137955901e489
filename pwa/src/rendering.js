/**
 * Rendering: a template and what all of them are given, to HTML.
 * The twin of `base_context` in server/web/context.py.
 */
import { pageOf, queryOf } from "./context.js";
import { localDay } from "./moment.js";
import { NO_PINS } from "./pins_page.js";
import { createRenderer } from "./render/engine.js";

/** @typedef {import("./pages.js").Ask} Ask */
/** @typedef {import("./types").Shared} Shared */
/**
 * @typedef {object} What
 * @property {import("./types").PageSpec} page
 * @property {import("./signin.js").Session} session
 * @property {Record<string, any>} more
 * @property {Promise<import("./net.js").NetState>} [standing]
 */

const LANGUAGES = { chinese: "zh_CN", english: "en" };

/**
 * @param {{net: ReturnType<typeof import("./net.js").createNet>, shared: () => Promise<Shared>,
 *   templates: import("./render/engine.js").Templates, now: () => Date}} parts
 */
export function createRendering({ net, shared, templates, now }) {
  /** @type {Map<string, ReturnType<typeof createRenderer>>} */
  const renderers = new Map();

  /**
   * @param {string} lang
   * @returns {Promise<ReturnType<typeof createRenderer>>}
   */
  async function rendererOf(lang) {
    const known = renderers.get(lang) ?? createRenderer({ ...(await shared()), templates, lang });
    renderers.set(lang, known);
    return known;
  }

  /**
   * @param {Ask} ask
   * @param {What} what
   * @returns {Promise<string>}
   */
  return async function render({ url, isPartial }, { page, session, more, standing }) {
    const lang = session.lang || preferredLanguage();
    const { build } = await shared();
    const { session: _, ...me } = session.signin ?? { session: "" };
    return (await rendererOf(lang)).render(page.template, {
      page: pageOf(page, url),
      me: session.signin ? me : null,
      lang,
      today: localDay(now()),
      query: queryOf(page, url),
      net: await (standing ?? net.state()),
      doc: null,
      pending: [],
      touched: [],
      done: null,
      form: null,
      outbox: [],
      device: null,
      diverged: [],
      pins: NO_PINS,
      build,
      partial: isPartial,
      ...more,
    });
  };
}

/** @returns {string} what the browser's owner reads, as long as nobody chose */
function preferredLanguage() {
  const first = globalThis.navigator?.languages?.[0] ?? "zh";
  return first.toLowerCase().startsWith("zh") ? LANGUAGES.chinese : LANGUAGES.english;
}
