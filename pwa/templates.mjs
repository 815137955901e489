/**
 * The page templates as JavaScript, for the device: each a function from what it is given to HTML.
 *
 * LiquidJS parses them; what is written here does what LiquidJS would do when it renders, and the
 * tests render every page by both. A tag, an operator or a kind of value that is not known here
 * ends the build. ADR 32.
 */
import { Liquid, TokenKind } from "liquidjs";
import { RAW_FILTER, filtersOf } from "./src/render/engine.js";
import * as called from "./src/render/liquid.js";
import { FOLDER, SUFFIX } from "./template_files.mjs";
import { literalOf, tokenOf, truthOf, valueOf } from "./template_values.mjs";

/** @typedef {import("./template_values.mjs").Place} Place */
/**
 * @typedef {object} Template one that is being written
 * @property {string} file its name
 * @property {Record<string, string>} sources all there are
 * @property {() => number} next counts its variables
 */

const NAME = /^\w+$/;

/** @type {Record<string, (tag: any, template: Template, place: Place) => string>} */
const TAGS = {
  assign: writeAssign,
  case: writeCase,
  comment: () => "",
  for: writeFor,
  if: writeIf,
  render: writeRender,
  unless: writeUnless,
};

/** @param {Record<string, string>} sources by name @returns {string} a module in src/render */
export function templatesModule(sources) {
  const used = Object.keys(called).join(", ");
  const code = templatesCode(sources);
  return `import { ${used} } from "./liquid.js";\nexport const TEMPLATES = ${code};\n`;
}

/**
 * @param {Record<string, string>} sources by name
 * @returns {string} an object of functions by the same names, in which the names that
 *   src/render/liquid.js exports are free. Throws where a template has what is not known here.
 */
export function templatesCode(sources) {
  const engine = new Liquid({ dynamicPartials: true, strictFilters: true });
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name);
  const filters = filtersOf({ lang: "en", locale: {}, problems: {}, kinds: {} });
  for (const name of Object.keys(filters)) engine.registerFilter(name, (value) => value);
  const functions = Object.entries(sources).map(([file, source]) => {
    let count = 0;
    const template = { file, sources, next: () => (count += 1) };
    const place = { fail: failAt(file, 1), loops: {}, loop: null };
    const body = write(engine.parse(source, `${FOLDER}/${file}${SUFFIX}`), template, place);
    return `${JSON.stringify(file)}: (it, f, part) => {\nlet o = "";\n${body}return o;\n}`;
  });
  return `{\n${functions.join(",\n")}\n}`;
}

/** @param {string} file @param {number} line @returns {Place["fail"]} */
function failAt(file, line) {
  return (what) => {
    throw new Error(`${FOLDER}/${file}${SUFFIX}:${line}: ${what}`);
  };
}

/**
 * Statements that add to `o`; texts and values that stand side by side are one of them.
 * @param {any[]} nodes of LiquidJS
 * @param {Template} template
 * @param {Omit<Place, "fail">} around
 * @returns {string}
 */
function write(nodes, template, around) {
  let code = "";
  /** @type {string[]} */
  let parts = [];
  const flush = () => {
    if (parts.length > 0) code += `o += ${parts.join(" + ")};\n`;
    parts = [];
  };
  for (const node of nodes) {
    const { token } = node;
    const place = { ...around, fail: failAt(template.file, token.getPosition()[0]) };
    if (token.kind === TokenKind.HTML) {
      if (node.str) parts.push(JSON.stringify(node.str));
    } else if (token.kind === TokenKind.Output) {
      const isRaw = node.value.filters.at(-1)?.name === RAW_FILTER;
      parts.push(`${isRaw ? "raw" : "say"}(${valueOf(node.value, place).code})`);
    } else if (node.name === "render") {
      parts.push(writeRender(node, template, place));
    } else {
      const writeTag = TAGS[node.name] ?? place.fail(`no tag "${node.name}"`);
      flush();
      code += writeTag(node, template, place);
    }
  }
  flush();
  return code;
}

/** @param {any} tag @param {Template} _ @param {Place} place */
function writeAssign({ key, value }, _, place) {
  if (!NAME.test(key)) place.fail(`no name: ${key}`);
  return `it.${key} = ${valueOf(value, place).code};\n`;
}

/** @param {any} tag @param {Template} template @param {Place} place */
function writeRender({ file, hash, with: bound, forBinding }, { sources }, place) {
  if (typeof file !== "string" || bound || forBinding)
    return place.fail("a partial is rendered by its name, and given values by theirs");
  if (!Object.hasOwn(sources, file)) return place.fail(`no template "${file}"`);
  const given = Object.entries(hash.hash).map(
    ([name, token]) => `${JSON.stringify(name)}: ${tokenOf(token, place)}`,
  );
  return `part(${JSON.stringify(file)}, {${given.join(", ")}})`;
}

/** @param {any} tag @param {Template} template @param {Place} place */
function writeIf({ branches, elseTemplates }, template, place) {
  const tests = branches.map(({ value }) => truthOf(value, place));
  return chain(tests, { branches, elseTemplates }, template, place);
}

/** @param {any} tag @param {Template} template @param {Place} place */
function writeUnless({ branches, elseTemplates }, template, place) {
  const tests = branches.map(
    ({ value }, n) => (n === 0 ? "!" : "") + truthOf(value, place),
  );
  return chain(tests, { branches, elseTemplates }, template, place);
}

/** @param {any} tag @param {Template} template @param {Place} place */
function writeCase({ value, branches, elseTemplates }, template, place) {
  const target = `c${template.next()}`;
  const seen = new Set();
  const tests = branches.map(({ values }) =>
    values
      .map((token) => {
        const literal = literalOf(token) ?? place.fail("when: only texts, numbers and true, false");
        if (seen.has(literal)) place.fail(`when: ${literal} stands here twice`);
        seen.add(literal);
        return `same(${target}, ${literal})`;
      })
      .join(" || "),
  );
  const chosen = chain(tests, { branches, elseTemplates }, template, place);
  return `const ${target} = ${valueOf(value, place).code};\n${chosen}`;
}

/** @param {string[]} tests @param {any} tag @param {Template} template @param {Place} place */
function chain(tests, { branches, elseTemplates }, template, place) {
  const code = branches
    .map(({ templates }, n) => `if (${tests[n]}) {\n${write(templates, template, place)}}`)
    .join(" else ");
  const otherwise = write(elseTemplates ?? [], template, place);
  if (!code) return `{\n${otherwise}}\n`;
  return otherwise ? `${code} else {\n${otherwise}}\n` : `${code}\n`;
}

/** @param {any} tag @param {Template} template @param {Place} place */
function writeFor({ variable, collection, hash, templates, elseTemplates }, template, place) {
  if (!NAME.test(variable) || variable === "forloop") place.fail(`no name: ${variable}`);
  if (Object.keys(hash.hash).length > 0) place.fail("for: no limit, offset or reversed");
  const n = template.next();
  const [list, at, scope] = [`l${n}`, `n${n}`, `s${n}`];
  const loops = { ...place.loops, [variable]: { scope, at, list } };
  const body = write(templates, template, { ...place, loops, loop: { at, list } });
  const otherwise = write(elseTemplates, template, place);
  return (
    `const ${list} = listOf(${tokenOf(collection, place)});\n` +
    `for (let ${at} = 0; ${at} < ${list}.length; ${at} += 1) {\n` +
    `const ${scope} = { ${variable}: ${list}[${at}] };\n${body}}\n` +
    (otherwise ? `if (${list}.length === 0) {\n${otherwise}}\n` : "")
  );
}
