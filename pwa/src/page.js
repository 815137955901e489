/**
 * The page's script: it joins the parts. What each does is in page/, scan/ and evidence/.
 */
import htmx from "htmx.org";
import { wirePhoto } from "./evidence/photo.js";
import { startMovingOver } from "./evidence/refused.js";
import { wireSignature } from "./evidence/signature.js";
import { startAnswers } from "./page/answers.js";
import { follow, startChances } from "./page/chances.js";
import { ask, hear, register, tell } from "./page/channel.js";
import { sayLink, sayRoom, sayStorage } from "./page/device.js";
import { offer, startDrafts } from "./page/drafts.js";
import { tryEvidence, wireEvidence } from "./page/evidence.js";
import { startEscape } from "./page/escape.js";
import { startFocus } from "./page/focus.js";
import { paintHindrances } from "./page/hindrances.js";
import { judge, wireInputs } from "./page/inputs.js";
import { offerInstall, paintInstall, startInstall } from "./page/install.js";
import { startLongLists } from "./page/long_list.js";
import { sayNotices, startNotices } from "./page/notices.js";
import { wireOutbox } from "./page/outbox.js";
import { startPress, whenReleased } from "./page/press.js";
import { changed, leave, startRefresh } from "./page/refresh.js";
import { followPerson, personChanged, startPersons } from "./page/persons.js";
import { showPad, wirePins } from "./page/pins.js";
import { keepPainting, paint, repaint } from "./page/status.js";
import { showTyped, startPreview, wirePreview } from "./page/preview.js";
import { setPaper, startPrint, wireSheets } from "./page/print.js";
import { goTo } from "./page/scanned.js";
import { startShare } from "./page/share.js";
import { followSite } from "./page/sites.js";
import { startSubmit } from "./page/submit.js";
import { offerUpdate } from "./page/update.js";
import { showUpload } from "./page/upload.js";
import { startValidity } from "./page/validity.js";
import { followVerdict, startVerdict } from "./page/verdict.js";
import { startScan, startWedge } from "./scan/page.js";
import { wireRound } from "./scan/round.js";

/** @typedef {import("./net.js").NetState} NetState */

let isRevoked = false;

startInstall();
startNotices();
startDrafts();
startMovingOver();
startSubmit();
startAnswers();
startLongLists();
startFocus();
startEscape();
startValidity();
startVerdict();
startPress();
startRefresh();
wireInputs();
wirePins();
startPersons();
startPreview();
startPrint();
wireOutbox();
startShare();
startWedge({ go: goTo });
htmx.onLoad(wire);
document.body.addEventListener("htmx:afterSettle", repaint);
hear(({ type, ...message }) => {
  if (type === "net") whenReleased(() => heard(message)); // its notices move the page
  if (type === "changed") changed();
  if (type === "person") personChanged(message.login);
  if (type === "upload") showUpload(/** @type {any} */ (message));
});
// First the page, then what goes on behind it: both would want the same processor.
if (document.readyState === "complete") void begin();
else addEventListener("load", () => setTimeout(begin), { once: true });

/** @param {any} content what htmx has just put into the page, or all of it */
function wire(content) {
  const root = content instanceof Element ? content : document.body;
  const all = (/** @type {string} */ selector) => [
    ...(root.matches(selector) ? [root] : []),
    ...root.querySelectorAll(selector),
  ];
  for (const one of all("[data-share]")) /** @type {HTMLElement} */ (one).hidden = false;
  for (const one of all("[data-scan]")) startScan(/** @type {HTMLElement} */ (one));
  for (const one of all("[data-round]")) wireRound(one);
  for (const one of all("[data-signature]")) wireSignature(/** @type {HTMLElement} */ (one));
  for (const one of all("input[data-photo]")) wirePhoto(/** @type {HTMLInputElement} */ (one));
  for (const one of all("img[data-evidence]")) wireEvidence(/** @type {HTMLImageElement} */ (one));
  for (const one of all("[data-pad]")) showPad(/** @type {HTMLElement} */ (one));
  for (const one of all("[data-limits]")) judge(/** @type {HTMLInputElement} */ (one));
  for (const one of all("[data-preview]")) wirePreview(/** @type {HTMLElement} */ (one));
  for (const one of all("form:has([data-on-pass])")) followVerdict(/** @type {any} */ (one));
  for (const one of all("select[data-site]")) followSite(/** @type {any} */ (one));
  for (const one of all("form[data-label-form]")) showTyped(one);
  for (const one of all("[data-storage]")) void sayStorage(/** @type {HTMLElement} */ (one));
  for (const one of all("[data-room]")) void sayRoom(/** @type {HTMLElement} */ (one));
  for (const one of all("[data-link]")) void sayLink(/** @type {HTMLElement} */ (one));
  setPaper();
  wireSheets(root);
  if (all("[data-notices]").length > 0) void sayNotices();
  if (all("[data-install-now]").length > 0) paintInstall();
}

async function begin() {
  const registration = await register();
  if (!registration) return;
  offerUpdate(registration);
  // A page that came past the worker (it was just beginning, or the person forced a reload) would
  // need the server for everything.
  if (!navigator.serviceWorker.controller) await tell({ type: "claim" });
  const state = await ask({ type: "hello" });
  if (state) heard(state);
  const { login } = document.body.dataset;
  // The server knows who this is, and this device does not yet, or thinks it is somebody else.
  if (login && state?.login !== login && !state?.revoked) await tell({ type: "enrol" });
  else await tell({ type: "sync", force: true });
  void offer();
  startChances();
  keepPainting();
  if (login) await navigator.storage?.persist?.().catch(() => false);
}

/** @param {NetState} state */
function heard(state) {
  paint(state);
  void paintHindrances(state);
  offerInstall(state);
  follow(state);
  followPerson(state);
  if (state.online) tryEvidence();
  // Once: what was shown goes; then how the rest of the outbox gets on.
  if (state.revoked) (isRevoked ? changed : leave)();
  isRevoked = state.revoked;
}
