/** Templates as LiquidJS renders them, to hold the compiled ones to; set as strict as they are. */
import { Liquid } from "../../pwa/node_modules/liquidjs/dist/liquid.node.mjs";
import { filtersOf, RAW_FILTER } from "../../pwa/src/render/engine.js";

/**
 * @param {{templates: Record<string, string>, lang: string, locale: any, problems: any,
 *   kinds: any}} parts templates: sources by name
 */
export function interpreted({ templates, ...words }) {
  const engine = new Liquid({
    templates,
    cache: true,
    dynamicPartials: true,
    outputEscape: "escape",
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
  });
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name);
  for (const [name, handler] of Object.entries(filtersOf(words))) {
    engine.registerFilter(name, name === RAW_FILTER ? { handler, raw: true } : handler);
  }
  const plain = (name, globals) => String(engine.renderFileSync(name, {}, { globals }));

  return {
    /** @param {string} name @param {Record<string, any>} context */
    render(name, context) {
      const main = plain(name, context);
      if (name.split("/").at(-1)?.startsWith("_")) return main;
      return plain(context.partial ? "layout/fragment" : "layout/page", { ...context, main });
    },
  };
}
