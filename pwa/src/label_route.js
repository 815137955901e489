/**
 * The picture of a lot's label: the server's where it can be asked, else this device's own, out of
 * the replica and what waits here. Both are the same label (docs/adr/0026).
 */
import { offline, page, picture } from "./answers.js";
import { LAYOUTS } from "./domain/label.js";
import { problem } from "./domain/problem.js";
import { LabelError } from "./labels/error.js";
import { LABEL, askOf, fromServer } from "./route.js";
import { asPrint } from "./scan/link.js";
import { sessionOf } from "./signin.js";

/** @typedef {import("./device.js").Device} Device */
/** @typedef {import("./types").Doc} Doc */
/** @typedef {ReturnType<typeof import("./labels/labels.js").createLabels>} Labels */

const LAYOUT = "lot";
const SERIAL = /^[0-9]{0,12}$/;
/** A person stands there with a lot in the hand; the device needs no second. */
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
 * The lot as this device knows it, and whether something about it still waits here; null where
 * nobody may see it on this device, or it is not here.
 * @param {Device} device
 * @param {Request} request
 * @returns {Promise<{lot: Doc, isWaiting: boolean} | null>}
 */
async function ownDocument(device, request) {
  const [, id = ""] = LABEL.exec(new URL(request.url).pathname) ?? [];
  return device.view
    .read(async (moment) => {
      const key = `lot/${decodeURIComponent(id)}`; // what is no id, is not here
      const { signin, locked, isReady, isRevoked } = await sessionOf(moment.tx);
      if (!signin || !isReady || locked || isRevoked) return null;
      const lot = await moment.get(key);
      return lot && { lot, isWaiting: moment.touched.includes(key) };
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
 * @param {{own: {lot: Doc}, labels: Labels}} with_
 */
async function drawn(device, request, { own, labels }) {
  const { public_url: base_url } = await device.shared();
  const { id, ...asked } = wanted(new URL(request.url));
  const isKnown = LAYOUTS.includes(asked.layout) && SERIAL.test(asked.serial);
  if (!isKnown) return refused(device, request, problem("not_found"), 404);
  try {
    const blob = await labels(own.lot, { ...asked, base_url });
    return picture(blob, `${id}.${asked.format}`);
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
    const { about, code: why, heading: field } = error;
    const told = problem(PROBLEMS[why] ?? "label_failed", { about, why, field });
    return refused(device, request, told, 422);
  }
}

/** @param {URL} url */
function wanted({ pathname, searchParams }) {
  const [, id = "", format] = LABEL.exec(pathname) ?? [];
  return {
    id,
    format: /** @type {"svg" | "png"} */ (format),
    layout: searchParams.get("layout") || LAYOUT,
    number: asPrint(searchParams.get("p") ?? "") ?? "",
    serial: searchParams.get("serial") ?? "",
  };
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
