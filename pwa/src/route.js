/**
 * Which requests the worker answers, decided from the request alone; all others go their way.
 */
import { offline, page, redirect } from "./answers.js";
import { sessionOf, tellSignOut } from "./signin.js";
import { handInTicket } from "./switch.js";

/** @typedef {import("./device.js").Device} Device */
/** @typedef {(work: Promise<unknown>) => void} Keep keeps the worker alive for this */
/** @typedef {import("./domain/problem.js").Problem} Problem */
/**
 * @typedef {"asset" | "blob" | "form" | "label" | "language" | "lock" | "network" | "page" | "pin"
 *   | "sign_in" | "sign_out" | "switch"} Way
 */

/** Files of the app; an id with its colon is of an asset's label. */
const ASSETS = /^\/(assets\/(?!.*(?::|%3A))|manifest\.webmanifest$)/i;
const ASSET_LABEL = /^\/assets\/([^/]+)$/;
const NOT_HERE = /^\/(sync|schema|health|sw\.js)(\/|$)/;
const ONLY_SERVER = /^\/(sign-in|labels\.pdf)$|\/(label|record)\.(pdf|zpl|json|csv)$/;
/** `/labels/{id}/label.svg?layout=…`; docs/labels.md, "Pictures by address". */
export const LABEL = /^\/(?:labels|lots)\/([^/]+)\/label\.(svg|png)$/;
const BLOB = /^\/blobs\/[0-9a-f]{64}$/;
export const FORM = /^\/do\/([a-z_]+\.[a-z_]+)$/;
const LANGUAGE = /^\/(?:language|lang\/(zh_CN|en))$/;
/** @type {Record<string, Way>} */
const POSTS = {
  "/lock": "lock",
  "/pin": "pin",
  "/sign-in": "sign_in",
  "/sign-out": "sign_out",
  "/switch": "switch",
};
const DIGITAL_LINK = /^\/01\/\d+/;

/**
 * @param {Request} request
 * @param {string} origin of this app
 * @returns {Way | null} null: the browser does it as if there were no worker
 */
export function wayOf(request, origin) {
  const url = new URL(request.url);
  if (url.origin !== origin || NOT_HERE.test(url.pathname)) return null;
  const isGet = request.method === "GET";
  if (LANGUAGE.test(url.pathname)) return "language";
  if (request.method === "POST") return wayOfPost(url.pathname);
  if (!isGet) return null;
  if (ASSETS.test(url.pathname)) return "asset";
  if (BLOB.test(url.pathname)) return "blob";
  if (LABEL.test(url.pathname)) return "label";
  const isPage = request.mode === "navigate" || request.headers.get("HX-Request") === "true";
  if (!isPage) return null;
  return ONLY_SERVER.test(url.pathname) ? "network" : "page";
}

/** @param {string} path @returns {Way | null} */
function wayOfPost(path) {
  if (FORM.test(path)) return "form";
  return POSTS[path] ?? null;
}

/**
 * A page, out of the replica if it is there; what this device doesn't know is asked of the server.
 * @param {Device} device
 * @param {Request} request
 * @returns {Promise<Response>}
 */
export async function answerPage(device, request) {
  const ask = askOf(request);
  const answer = await ownAnswer(device, ask);
  if (answer?.kind === "page") return page(answer.html);
  if (answer?.kind === "redirect") return redirect(answer.to);
  if (answer?.kind === "revoked") return revokedPage(device, ask);
  const there = await fromServer(device, request).catch(() => null);
  if (there) return there;
  if (answer?.kind === "problem") return refusal(device, ask, answer.problem);
  return offlinePage(device, ask);
}

/**
 * @param {Request} request
 * @returns {import("./pages.js").Ask}
 */
export function askOf(request) {
  const url = new URL(request.url);
  const isFragment = request.headers.get("HX-Request") === "true";
  const isPartial = isFragment && request.headers.get("HX-History-Restore-Request") !== "true";
  const [, asset] = ASSET_LABEL.exec(url.pathname) ?? [];
  if (asset) return { url: new URL(`/delivered/${asset}${url.search}`, url), isPartial };
  if (!DIGITAL_LINK.test(url.pathname)) return { url, isPartial };
  // The link in a label's QR code, followed by the phone's own camera.
  const scan = new URL("/scan", url);
  scan.searchParams.set("code", url.href);
  return { url: scan, isPartial };
}

/**
 * @param {Device} device
 * @param {import("./pages.js").Ask} ask
 */
export async function ownAnswer(device, ask) {
  try {
    return await device.pages.answer(ask);
  } catch (error) {
    console.error("this page could not be made on the device", ask.url.pathname, error);
    return null;
  }
}

/**
 * @param {Device} device
 * @param {import("./pages.js").Ask} ask
 * @param {Problem} problem
 */
async function refusal(device, ask, problem) {
  if (ask.url.pathname === "/scan") {
    const values = { code: ask.url.searchParams.get("code") ?? "" };
    const { code, params, field } = problem;
    const form = { problems: [{ code, params, field }], values };
    const answer = await ownAnswer(device, { ...ask, form });
    if (answer?.kind === "page") return page(answer.html, { status: 422 });
  }
  const html = await device.pages.problem(ask, problem, 404).catch(() => null);
  return html ? page(html, { status: 404 }) : offline();
}

/**
 * @param {Device} device
 * @param {import("./pages.js").Ask} ask
 */
async function offlinePage(device, ask) {
  const html = await device.pages.offline(ask).catch(() => null);
  return html ? page(html, { status: 503, isPush: false }) : offline();
}

/**
 * @param {Device} device
 * @param {import("./pages.js").Ask} ask
 * @param {{status?: number}} [options]
 */
export async function revokedPage(device, ask, { status = 200 } = {}) {
  return page(await device.pages.revoked(ask), { status, isPush: false });
}

/**
 * What only the server can answer.
 * @param {Device} device
 * @param {Request} request
 */
export async function answerFromNetwork(device, request) {
  return fromServer(device, request).catch(() => offlinePage(device, askOf(request)));
}

/**
 * Asks the server, in nobody's name but of who is here: where this device was opened by PIN or
 * locked without a network, the browser's session is still the person's before.
 * @param {Device} device
 * @param {Request} request
 * @returns {Promise<Response>} Throws Unreachable, TypeError.
 */
export async function fromServer(device, request) {
  await tellSignOut(device);
  await handInTicket(device);
  const { locked } = await device.database.read(["meta"], sessionOf);
  const isNobodys = locked !== null && request.method === "GET";
  return isNobodys ? fetch(request.url, { credentials: "omit" }) : fetch(request);
}
