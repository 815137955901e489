/**
 * Installing the app: offered once it has shown its worth (something was recorded, and all of it is
 * on the device), never again for a month after "not now", and at any time on the device page.
 */
import { show } from "./status.js";

/** @typedef {import("../net.js").NetState} NetState */

const REST_MS = 30 * 24 * 3_600_000;
const PUT_OFF = "traveler.install_put_off";

/** @type {any} the browser's own prompt, once it may be shown */
let prompt = null;
let isDue = false;

export function startInstall() {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event;
    paintInstall();
  });
  addEventListener("appinstalled", () => {
    prompt = null;
    isDue = false;
    paintInstall();
  });
  document.addEventListener("click", (event) => {
    const at = /** @type {Element | null} */ (event.target);
    if (at?.closest("[data-install-now]")) void install();
    if (at?.closest("[data-install-later]")) putOff();
  });
}

/** @param {NetState} state */
export function offerInstall({ login, ready, recorded }) {
  isDue = login !== "" && ready && recorded > 0 && !isInstalled() && !isPutOff();
  paintInstall();
}

/** What this browser can do: its own prompt, or (iOS) only words that say how. */
export function paintInstall() {
  const isApple = "standalone" in navigator && !isInstalled();
  show("[data-install]", isDue && (prompt !== null || isApple));
  for (const button of document.querySelectorAll("[data-install-now]"))
    /** @type {HTMLElement} */ (button).hidden = prompt === null;
  show("[data-install-done]", isInstalled());
  show("[data-install-apple]", isApple);
}

async function install() {
  const asked = prompt;
  prompt = null; // it may be shown once
  paintInstall();
  const { outcome } = (await asked?.prompt()) ?? {};
  if (outcome === "dismissed") putOff();
  paintInstall();
}

function putOff() {
  isDue = false;
  localStorage.setItem(PUT_OFF, new Date().toISOString());
  paintInstall();
}

function isPutOff() {
  const since_ms = Date.now() - Date.parse(localStorage.getItem(PUT_OFF) ?? "");
  return since_ms >= 0 && since_ms < REST_MS;
}

function isInstalled() {
  return (
    matchMedia("(display-mode: standalone)").matches ||
    /** @type {any} */ (navigator).standalone === true
  );
}
