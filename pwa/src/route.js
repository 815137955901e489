/**
 * Which requests the worker answers, decided from the request alone; all others go their way.
 */
import { takeForm } from "./forms.js";
import { notRecorded, offline, page, redirect } from "./answers.js";
import { Problem } from "./domain/problem.js";
import { pageUrl } from "./pages.js";
import { sessionOf } from "./signin.js";

/** @typedef {import("./device.js").Device} Device */
/** @typedef {(work: Promise<unknown>) => void} Keep keeps the worker alive for this */
/**
 * @typedef {"asset" | "blob" | "form" | "language" | "network" | "page" | "sign_in"
 *   | "sign_out"} Way
 */

/** A page waits so long for the server's word on what was recorded; then it says that it waits. */
const PATIENCE_MS = 900;
const ASSETS = /^\/(assets\/|manifest\.webmanifest$)/;
const NOT_HERE = /^\/(sync|schema|health|sw\.js)(\/|$)/;
const ONLY_SERVER = /^\/(sign-in|labels\.pdf)$|\/label\.(png|pdf|zpl)$/;
const BLOB = /^\/blobs\/[0-9a-f]{64}$/;
const FORM = /^\/do\/([a-z_]+\.[a-z_]+)$/;
const LANGUAGE = /^\/(?:language|lang\/(zh_CN|en))$/;
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
  const isPage = request.mode === "navigate" || request.headers.get("HX-Request") === "true";
  if (!isPage) return null;
  return ONLY_SERVER.test(url.pathname) ? "network" : "page";
}

/** @param {string} path @returns {Way | null} */
function wayOfPost(path) {
  if (FORM.test(path)) return "form";
  if (path === "/sign-in") return "sign_in";
  return path === "/sign-out" ? "sign_out" : null;
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
  const there = await fetch(request).catch(() => null);
  if (there) return there;
  if (answer?.kind === "problem") return refusal(device, ask, answer.problem);
  return offlinePage(device, ask);
}

/**
 * @param {Request} request
 * @returns {import("./pages.js").Ask}
 */
function askOf(request) {
  const url = new URL(request.url);
  const isFragment = request.headers.get("HX-Request") === "true";
  const isPartial = isFragment && request.headers.get("HX-History-Restore-Request") !== "true";
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
async function ownAnswer(device, ask) {
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
async function revokedPage(device, ask, { status = 200 } = {}) {
  return page(await device.pages.revoked(ask), { status, isPush: false });
}

/**
 * What only the server can answer.
 * @param {Device} device
 * @param {Request} request
 */
export async function answerFromNetwork(device, request) {
  return fetch(request).catch(() => offlinePage(device, askOf(request)));
}

/**
 * A form: recorded here, or told why not; where this device is not ready, by the server.
 * @param {Device} device
 * @param {Request} request
 * @param {Keep} keep
 * @returns {Promise<Response>}
 */
export async function answerForm(device, request, keep) {
  const { signin, isReady, isRevoked } = await device.database
    .read(["meta"], sessionOf)
    .catch(() => ({ signin: null, isReady: false, isRevoked: false }));
  if (isRevoked) return revokedPage(device, askOf(request), { status: 403 });
  if (!isReady || !signin) return fetch(request).catch(notRecorded);
  const kind = FORM.exec(new URL(request.url).pathname)?.[1] ?? "";
  const data = await request.formData();
  const shared = await device.shared();
  const taken = await takeForm(device, { kind, data, shared, signin });
  if ("problems" in taken) return wrongForm(device, request, { data, taken });
  device.broadcast({ type: "changed", keys: [taken.on] });
  const sending = device.sync.run();
  keep(sending.then(() => device.sync.blobs()));
  const { online } = await device.net.state();
  if (online) await Promise.race([sending, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  return redirect(taken.to);
}

/**
 * @param {Device} device
 * @param {Request} request
 * @param {{data: FormData, taken: import("./forms.js").Wrong}} what
 */
async function wrongForm(device, request, { data, taken }) {
  const here = request.headers.get("HX-Current-URL") ?? request.referrer;
  const url = pageUrl(String(data.get("then_error") ?? here));
  const isPartial = request.headers.get("HX-Request") === "true";
  const answer = await ownAnswer(device, { url, isPartial, form: taken });
  if (answer?.kind === "page") return page(answer.html, { status: 422, isPush: false });
  const [first] = taken.problems;
  const problem = new Problem(first?.code ?? "", first?.params ?? {});
  const html = await device.pages.problem({ url, isPartial }, problem, 422).catch(() => null);
  return html ? page(html, { status: 422, isPush: false }) : notRecorded();
}
