/**
 * Forms that people send: recorded on this device, or shown again with what is wrong.
 */
import { notRecorded, page, redirect } from "./answers.js";
import { Problem } from "./domain/problem.js";
import { keepDraft } from "./drafts.js";
import { SIGNINGS } from "./domain/signings.js";
import { takeForm } from "./forms.js";
import { pageUrl } from "./pages.js";
import { askOf, FORM, fromServer, ownAnswer, revokedPage } from "./route.js";
import { sessionOf } from "./signin.js";

/** @typedef {import("./device.js").Device} Device */
/** @typedef {import("./route.js").Keep} Keep */

/** A page waits so long for the server's word on what was recorded; then it says that it waits. */
const PATIENCE_MS = 900;

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
  if (!isReady || !signin) return fromServer(device, request).catch(notRecorded);
  const kind = FORM.exec(new URL(request.url).pathname)?.[1] ?? "";
  // What has to be signed may have to go to the server as it came.
  const again = kind in SIGNINGS ? request.clone() : request;
  const data = await request.formData();
  const shared = await device.shared();
  const taken = await takeForm(device, { kind, data, shared, signin });
  if ("problems" in taken && taken.problems[0]?.code === "pin_needed") {
    // Who has no PIN here signs with the password, which only the server can check.
    const there = await fromServer(device, again).catch(() => null);
    if (there) keep(device.sync.run());
    if (there) return there;
  }
  if ("problems" in taken) return wrongForm(device, request, { data, taken });
  await endDraft(device, request);
  device.broadcast({ type: "changed", keys: [taken.on] });
  const sending = device.sync.run();
  keep(sending.then(() => device.sync.blobs()));
  const { online } = await device.net.state();
  if (online) await Promise.race([sending, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  return redirect(taken.to);
}

/**
 * What was recorded is no draft any more, even if the tab did not live to hear of it: brought back
 * and sent again it would be a second deed.
 * @param {Device} device
 * @param {Request} request
 */
async function endDraft({ database, now }, request) {
  const { pathname, search } = pageUrl(hereOf(request));
  const action = new URL(request.url).pathname;
  const draft = { place: pathname + search, action, values: [], at: now().toISOString() };
  await keepDraft(database, draft, now()).catch(() => undefined);
}

/** @param {Request} request @returns {string} the page on which the form stood */
function hereOf(request) {
  return request.headers.get("HX-Current-URL") ?? request.referrer;
}

/**
 * @param {Device} device
 * @param {Request} request
 * @param {{error: unknown, page: string, values: Record<string, string>}} what
 */
export async function refusedForm(device, request, { error, page: address, values }) {
  if (!(error instanceof Problem)) throw error;
  const { code, params, field } = error;
  const taken = { problems: [{ code, params, field }], values };
  const data = new FormData();
  data.set("then_error", address);
  return wrongForm(device, request, { data, taken });
}

/**
 * @param {Device} device
 * @param {Request} request
 * @param {{data: FormData, taken: import("./forms.js").Wrong}} what
 */
async function wrongForm(device, request, { data, taken }) {
  const url = pageUrl(String(data.get("then_error") ?? hereOf(request)));
  const isPartial = request.headers.get("HX-Request") === "true";
  const answer = await ownAnswer(device, { url, isPartial, form: taken });
  if (answer?.kind === "page") return page(answer.html, { status: 422, isPush: false });
  const [first] = taken.problems;
  const problem = new Problem(first?.code ?? "", first?.params ?? {});
  const html = await device.pages.problem({ url, isPartial }, problem, 422).catch(() => null);
  return html ? page(html, { status: 422, isPush: false }) : notRecorded();
}
