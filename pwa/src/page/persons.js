/**
 * A shared device: nothing of one person stays for the next, and an untouched device locks itself.
 */

import { changed } from "./refresh.js";

/** @typedef {import("../net.js").NetState} NetState */

const CHECKED_EVERY_MS = 10_000;
const MINUTE_MS = 60_000;
const TOUCHED = "touched_at";
const LOGIN = "login";
const SHARED = "is_shared";

let lock_ms = 0;
let isAsked = false;
let touched_ms = 0;

export function startPersons() {
  for (const type of ["pointerdown", "keydown"]) addEventListener(type, touched, { passive: true });
  addEventListener("pagehide", ({ persisted }) => {
    if (persisted) document.body.hidden = true; // kept by the browser: it may come back for another
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
    else setTimeout(emptyForms);
  });
  touched();
  setInterval(lockIfIdle, CHECKED_EVERY_MS);
}

/** @param {NetState} state */
export function followPerson({ pinned, lock_minutes, shared, ready }) {
  lock_ms = pinned ? lock_minutes * MINUTE_MS : 0;
  // The first page after a sign-in may be the server's, which knows of no PINs on this device.
  const { login } = document.body.dataset;
  if (!shared || !ready || !login || isAsked || document.querySelector(".bar-lock")) return;
  isAsked = true;
  changed();
}

/** @param {string} login who is here now; empty: nobody */
export function personChanged(login) {
  const shown = document.body.dataset["login"] ?? "";
  const isAtTheDoor = document.querySelector("[data-switch]") !== null;
  if (shown === login || isAtTheDoor) return;
  document.querySelectorAll("form").forEach((form) => form.reset());
  location.replace(login ? "/" : "/switch");
}

/** The browser fills in a form again on the way back, whoever goes back. */
function emptyForms() {
  const login = document.body.dataset["login"] ?? "";
  const before = sessionStorage.getItem(LOGIN);
  if (before !== null && before !== login) sessionStorage.setItem(SHARED, "true");
  sessionStorage.setItem(LOGIN, login);
  const [entry] = performance.getEntriesByType("navigation");
  const isBack = /** @type {any} */ (entry)?.type === "back_forward";
  if (!isBack || !sessionStorage.getItem(SHARED)) return;
  document.querySelectorAll("form").forEach((form) => form.reset());
}

/** Said to all tabs: one in use keeps the others open too. */
function touched() {
  const now_ms = Date.now();
  if (now_ms - touched_ms < CHECKED_EVERY_MS / 2) return;
  touched_ms = now_ms;
  localStorage.setItem(TOUCHED, String(now_ms));
}

async function lockIfIdle() {
  const last_ms = Number(localStorage.getItem(TOUCHED) ?? touched_ms);
  if (lock_ms === 0 || Date.now() - last_ms < lock_ms) return;
  await fetch("/lock", { method: "POST" }).catch(() => undefined);
}
