/**
 * The picture of a thing's label: the server's where it can be asked, else this device's own, out
 * of the replica and what waits here. Both are the same label (docs/adr/0026).
 */
import { offline, page, picture } from "./answers.js";
import { FACT_CHARS_MAX, LAYOUTS, RULES } from "./domain/label_thing.js";
import { problem } from "./domain/problem.js";
import { cut } from "./domain/values.js";
import { LabelError } from "./labels/error.js";
import { labelled } from "./labels/thing.js";
import { LABEL, askOf, fromServer } from "./route.js";
import { asPrint } from "./scan/link.js";
import { sessionOf } from "./signin.js";
import { siteOf } from "./terms.js";

/** @typedef {import("./device.js").Device} Device */
/** @typedef {import("./types").Doc} Doc */
/** @typedef {ReturnType<typeof import("./labels/labels.js").createLabels>} Labels */
/** @typedef {{thing: Record<string, any>, labels: Doc | null, isWaiting: boolean}} Own */

const SERIAL = /^[0-9]{0,12}$/;
/** A person stands there with a thing in the hand; the device needs no second. */
const SERVER_TIMEOUT_MS = 4000;
/** @type {Record<string, string>} */
const PROBLEMS = {
  code_too_wide: "label_code_too_wide",
  glyph_missing: "label_glyph_missing",
  text_too_long: "label_text_too_long",
};

/**
 * @param {Device} device
 * @param {Request} request
 * @param {Labels} labels
 * @returns {Promise<Response>}
 */
export async function answerLabel(device, request, labels) {
  const own = await ownDocument(device, request);
  const { online } = await device.net.state();
  const draw = async () => own && drawn(device, request, { own, labels }).catch(unforeseen);
  const ours = own && (own.isWaiting || !online) ? await draw() : null;
  if (ours) return ours;
  const there = await fetched(device, request);
  if (there?.ok) return there;
  return (await draw()) || there || offline();
}

/** @param {unknown} error */
function unforeseen(error) {
  console.error("this label could not be drawn on the device", error);
  return null;
}

/**
 * The thing as this device knows it, its labels, and whether something about either still waits
 * here; null where nobody may see it on this device, or it is not here.
 * @param {Device} device
 * @param {Request} request
 * @returns {Promise<Own | null>}
 */
async function ownDocument(device, request) {
  const [, id = ""] = LABEL.exec(new URL(request.url).pathname) ?? [];
  return device.view
    .read(async (moment) => {
      const { signin, locked, isReady, isRevoked } = await sessionOf(moment.tx);
      if (!signin || !isReady || locked || isRevoked) return null;
      // What is no id, is not here.
      const thing = await labelled(decodeURIComponent(id), moment.get);
      const isWaiting = [thing["key"], thing["labels"]].some((one) => moment.touched.includes(one));
      return { thing, labels: await moment.get(thing["labels"]), isWaiting };
    })
    .catch(() => null);
}

/** @param {Device} device @param {Request} request @returns {Promise<Response | null>} in time */
function fetched(device, request) {
  return new Promise((answer) => {
    const timer = setTimeout(answer, SERVER_TIMEOUT_MS, null);
    const end = (/** @type {Response | null} */ response) => {
      clearTimeout(timer);
      answer(response);
    };
    fromServer(device, request).then(end, () => end(null));
  });
}

/**
 * @param {Device} device
 * @param {Request} request
 * @param {{own: Own, labels: Labels}} with_
 */
async function drawn(device, request, { own: { thing, labels: register }, labels }) {
  const { public_url: base_url } = await device.shared();
  const { id, ...asked } = wanted(new URL(request.url), thing["kind"]);
  const rule = LAYOUTS.includes(asked.layout) ? RULES[asked.layout] : undefined;
  const isKnown = rule?.of === thing["kind"] && SERIAL.test(asked.serial);
  if (!isKnown) return refused(device, request, problem("not_found"), 404);
  const one = { key: thing["key"], doc: thing["doc"] };
  const facts = printedFacts(register, asked.number) ?? asked.facts;
  const site = siteOf(thing["labels"]);
  try {
    const blob = await labels(one, { ...asked, facts, site, base_url });
    if (!blob) return refused(device, request, problem("not_found"), 404);
    return picture(blob, `${id}.${asked.format}`);
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
    const { about, code: why, heading: field } = error;
    const told = problem(PROBLEMS[why] ?? "label_failed", { about, why, field });
    return refused(device, request, told, 422);
  }
}

/** @param {URL} url @param {string} kind of thing */
function wanted({ pathname, searchParams }, kind) {
  const [, id = "", format] = LABEL.exec(pathname) ?? [];
  const usual = LAYOUTS.find((one) => RULES[one]?.of === kind) ?? "";
  const layout = searchParams.get("layout") || usual;
  return {
    id,
    format: /** @type {"svg" | "png"} */ (format),
    layout,
    number: asPrint(searchParams.get("p") ?? "") ?? "",
    serial: searchParams.get("serial") ?? "",
    facts: writtenFacts(layout, searchParams.get("facts") ?? ""),
    side: Number(/^[0-9]{1,2}$/.exec(searchParams.get("side") ?? "")?.[0] ?? 0),
  };
}

/** @param {Doc | null} register @param {string} number @returns {Record<string, string> | null} */
function printedFacts(register, number) {
  const [code] = number.split("-", 1);
  const one = code && register?.["prints"].find((/** @type {any} */ p) => p.code === code);
  return one ? (one.facts ?? {}) : null;
}

/**
 * What somebody is about to write on a label, as its form shows it; nothing else.
 * @param {string} layout
 * @param {string} text JSON
 * @returns {Record<string, string>}
 */
function writtenFacts(layout, text) {
  try {
    const given = text ? JSON.parse(text) : {};
    const names = Object.keys(RULES[layout]?.facts ?? {});
    const told = names.filter((name) => typeof given?.[name] === "string");
    return Object.fromEntries(told.map((name) => [name, cut(given[name], FACT_CHARS_MAX)]));
  } catch {
    return {};
  }
}

/**
 * @param {Device} device
 * @param {Request} request
 * @param {import("./domain/problem.js").Problem} told
 * @param {number} status
 */
async function refused(device, request, told, status) {
  const html = await device.pages.problem(askOf(request), told, status).catch(() => null);
  return html ? page(html, { status }) : offline();
}
