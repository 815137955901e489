/**
 * What the device draws labels from, as one file (dist/labels.json): the layouts of
 * labels/layouts, and of the two faces the advances of all characters, with the outlines of those
 * that every label may have. The rest of the font would be twenty times the app.
 */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Blob, Face, Font } from "harfbuzzjs";
import { parse } from "yaml";
import { WORDS } from "./src/labels/status.js";
import { KINDS } from "./src/labels/symbol.js";

/** Beside what the layouts and the status signs say: Latin, and signs of technical drawings. */
const LATIN = [
  [0x20, 0x7e],
  [0xa0, 0xff],
];
const SIGNS = "–—‘’“”…·×÷°±≤≥≠≈∞√ΩμπØφ℃℉‰№①②③④⑤⑥⑦⑧⑨⑩、。，；：？！（）《》「」【】／％";

/** @type {Record<string, string>} */
const FACES = { regular: "400Regular", bold: "700Bold" };

/**
 * @param {string} root of the repository
 * @returns {Promise<{layouts: Record<string, any>, faces: Record<string, any>}>}
 */
export async function labelParts(root) {
  const folder = join(root, "labels/layouts");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const layouts = texts.map((text) => plain(parse(text, { mapAsMap: true }), ""));
  for (const { name, elements } of layouts) requireKnown(name, elements);
  const spoken = layouts.flatMap(({ elements }) => elements.flatMap(wordsOf));
  const characters = [...new Set(SIGNS + latin() + spoken.concat(...words()).join(""))].sort();
  /** @type {Record<string, any>} */
  const faces = {};
  for (const [weight, name] of Object.entries(FACES)) {
    const file = `noto-sans-sc/${name}/NotoSansSC_${name}.ttf`;
    const bytes = await readFile(join(root, "pwa/node_modules/@expo-google-fonts", file));
    faces[weight] = faceOf(bytes, characters);
  }
  return { layouts: Object.fromEntries(layouts.map((layout) => [layout.name, layout])), faces };
}

/**
 * Maps become objects, but for GS1 elements, whose order is theirs: an object would sort them.
 * @param {unknown} value
 * @param {string} key
 * @returns {any}
 */
function plain(value, key) {
  if (Array.isArray(value)) return value.map((part) => plain(part, ""));
  if (!(value instanceof Map)) return value;
  const pairs = [...value].map(([name, part]) => [name, plain(part, name)]);
  return key === "gs1" ? pairs : Object.fromEntries(pairs);
}

/**
 * The build ends where a layout asks for a code that the device cannot draw.
 * @param {string} name of the layout
 * @param {any[]} elements
 */
function requireKnown(name, elements) {
  const strange = elements.find(({ code }) => code !== undefined && !KINDS.includes(code));
  if (strange) throw new Error(`${name}.yaml: no ${strange.code} in pwa/src/labels/symbol.js`);
}

/** @param {any} element @returns {string[]} what stands on every label that has it */
function wordsOf({ text = "", caption = "", columns = [] }) {
  return [text, caption, ...columns.map(({ title = "" }) => title)];
}

function words() {
  return Object.values(WORDS).flat();
}

function latin() {
  const codes = LATIN.flatMap(([first = 0, last = 0]) =>
    Array.from({ length: last - first + 1 }, (_, n) => first + n),
  );
  return String.fromCodePoint(...codes);
}

/**
 * `advances`: runs of characters that stand side by side and are equally wide, each as three
 * numbers: how many characters lie between it and the run before, its length, the advance.
 * @param {Uint8Array} bytes
 * @param {string[]} characters whose outlines are wanted
 */
function faceOf(bytes, characters) {
  const face = new Face(new Blob(bytes));
  const font = new Font(face);
  const codes = [...face.collectUnicodes()].sort((a, b) => a - b);
  /** @type {number[]} */
  const advances = [];
  let next = 0;
  for (const code of codes) {
    const advance = font.glyphHAdvance(glyphOf(font, code));
    const isSame = code === next && advance === advances.at(-1);
    if (isSame) advances[advances.length - 2] = (advances.at(-2) ?? 0) + 1;
    else advances.push(code - next, 1, advance);
    next = code + 1;
  }
  const known = characters.filter((character) => codes.includes(character.codePointAt(0) ?? 0));
  const outlines = Object.fromEntries(
    known.map((character) => [character, outlineOf(font, character.codePointAt(0) ?? 0)]),
  );
  return { em: face.upem, advances, outlines };
}

/** @param {Font} font @param {number} code */
function glyphOf(font, code) {
  return font.nominalGlyph(code) ?? 0;
}

/**
 * Whole units, each from the point before: half as long as what the font has.
 * @param {Font} font
 * @param {number} code
 * @returns {string} the path data of an SVG, y up
 */
function outlineOf(font, code) {
  let [x, y] = [0, 0];
  return font
    .glyphToJson(glyphOf(font, code))
    .map(({ type, values }) => {
      const whole = values.map(Math.round);
      const moved = whole.map((value, n) => value - (n % 2 ? y : x));
      [x = x, y = y] = whole.slice(-2);
      return type.toLowerCase() + moved.join(" ").replaceAll(" -", "-");
    })
    .join("");
}
