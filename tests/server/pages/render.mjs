/**
 * Renders pages with the device's engine, for the comparison with Python's (test_liquid.py).
 *
 * In: JSON {shared, jobs: [{name, context, lang}], texts: [{source, context, lang}]} on stdin.
 * Out: JSON {jobs: [text], texts: [text]}; an error comes as {error}.
 */
import { text } from "node:stream/consumers";
import { createRenderer } from "../../../pwa/src/render/engine.js";

const { shared, jobs, texts } = JSON.parse(await text(process.stdin));
const sources = texts.map((/** @type {any} */ one, /** @type {number} */ i) => [
  `_text/_${i}`,
  one.source,
]);
const templates = { ...shared.templates, ...Object.fromEntries(sources) };
const renderers = {
  zh_CN: createRenderer({ ...shared, templates, lang: "zh_CN" }),
  en: createRenderer({ ...shared, templates, lang: "en" }),
};

/** @param {string} name @param {Record<string, any>} context @param {"zh_CN" | "en"} lang */
function rendered(name, context, lang) {
  try {
    return renderers[lang].render(name, context);
  } catch (error) {
    return { error: String(error) };
  }
}

const answer = {
  jobs: jobs.map((/** @type {any} */ one) => rendered(one.name, one.context, one.lang)),
  texts: texts.map((/** @type {any} */ one, /** @type {number} */ i) =>
    rendered(`_text/_${i}`, one.context, one.lang),
  ),
};
process.stdout.write(JSON.stringify(answer));
