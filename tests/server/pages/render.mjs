/**
 * Renders pages as the device does, by compiled templates, and by LiquidJS, for the comparison
 * with Python's (test_liquid.py).
 *
 * In: JSON {shared, sources, jobs: [{name, context, lang}], texts: [{source, context, lang}]} on
 * stdin. Out: JSON {jobs: [{compiled, interpreted}], texts: [the same]}; an error comes as
 * {error}, without the place where it happened.
 */
import { text } from "node:stream/consumers";
import { createRenderer } from "../../../pwa/src/render/engine.js";
import { interpreted } from "../../pwa/liquidjs.js";
import { compiled } from "../../pwa/templates.js";

const LANGUAGES = ["zh_CN", "en"];
const WHAT = /undefined variable: [\w.]+|no message: [\w.]+|undefined filter: \w+/;
const { shared, sources, jobs, texts } = JSON.parse(await text(process.stdin));

/** @param {Record<string, string>} templates sources by name */
function engines(templates) {
  const made = compiled(templates);
  return Object.fromEntries(
    LANGUAGES.map((lang) => [
      lang,
      {
        compiled: createRenderer({ ...shared, templates: made, lang }),
        interpreted: interpreted({ ...shared, templates, lang }),
      },
    ]),
  );
}

/** @param {() => string} render */
function outcome(render) {
  try {
    return render();
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    return { error: WHAT.exec(message)?.[0] ?? message };
  }
}

/** @param {any} by a language's engines @param {string} name @param {any} context */
function rendered(by, name, context) {
  return {
    compiled: outcome(() => by.compiled.render(name, context)),
    interpreted: outcome(() => by.interpreted.render(name, context)),
  };
}

/** A text is compiled by itself: where that fails, all others still come. @param {any} one */
function ofText({ source, context, lang }) {
  const [name, templates] = ["_text/_it", { "_text/_it": source }];
  const made = () => createRenderer({ ...shared, templates: compiled(templates), lang });
  const by = {
    compiled: { render: () => made().render(name, context) },
    interpreted: interpreted({ ...shared, templates, lang }),
  };
  return rendered(by, name, context);
}

const pages = engines(sources);
const answer = {
  jobs: jobs.map((/** @type {any} */ one) => rendered(pages[one.lang], one.name, one.context)),
  texts: texts.map(ofText),
};
process.stdout.write(JSON.stringify(answer));
