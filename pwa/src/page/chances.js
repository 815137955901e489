/**
 * Chances to sync. Without Background Sync everywhere, an open page is what sees to it: at start,
 * when the network comes back, when the page is looked at, when the server hints, and now and then.
 */
import { tell } from "./channel.js";

/** @typedef {import("../net.js").NetState} NetState */

const OFTEN_MS = 4_000;
const SELDOM_MS = 20_000;

/** @type {Pick<NetState, "online" | "waiting" | "login">} */
let state = { online: true, waiting: 0, login: "" };
/** @type {EventSource | null} */
let hints = null;

export function startChances() {
  const now = () => void tell({ type: "sync", force: true });
  addEventListener("online", now);
  addEventListener("pageshow", now);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") now();
  });
  later();
}

/** @param {NetState} news */
export function follow(news) {
  state = news;
  if (news.login && news.online && !news.signed_out && !news.revoked) listen();
  else silence();
}

function later() {
  const isUrgent = state.waiting > 0 || !state.online;
  const wait_ms = (isUrgent ? OFTEN_MS : SELDOM_MS) * (0.75 + Math.random() / 2);
  setTimeout(() => {
    void tell({ type: "sync", force: false });
    later();
  }, wait_ms);
}

/** The server's hints; the browser connects again by itself, unless the server said no. */
function listen() {
  if (hints && hints.readyState !== EventSource.CLOSED) return;
  hints = new EventSource("/sync/events");
  hints.addEventListener("poke", () => void tell({ type: "sync", force: true }));
}

function silence() {
  hints?.close();
  hints = null;
}
