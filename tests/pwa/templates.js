/** Templates for tests, compiled as the build does it. */
import { fileURLToPath } from "node:url";
import * as called from "../../pwa/src/render/liquid.js";
import { templateSources } from "../../pwa/template_files.mjs";
import { templatesCode } from "../../pwa/templates.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** @param {Record<string, string>} sources by name */
export function compiled(sources) {
  const made = new Function(...Object.keys(called), `return ${templatesCode(sources)}`);
  return made(...Object.values(called));
}

/** Those that the app has. */
export async function ownTemplates() {
  return compiled(await templateSources(ROOT));
}
