/**
 * The status bar: connected or not, how much waits, how long already. Always visible, on each page.
 * All words stand in the element's `data-text-*`; a `{count}` or `{age}` in them is filled here.
 */

/** @typedef {import("../net.js").NetState} NetState */

const MINUTE_MS = 60_000;
const REPAINT_MS = 30_000;

/** @type {NetState | null} */
let last = null;

/** @param {NetState} state */
export function paint(state) {
  last = state;
  const bar = /** @type {HTMLElement | null} */ (document.querySelector("[data-net]"));
  if (bar) paintBar(bar, state);
  show("[data-first-sync]", state.login !== "" && !state.ready && state.online);
  show("[data-sign-in-again]", state.signed_out && !state.left);
  show("[data-left]", state.left);
  show("[data-anew]", state.anew);
  show("[data-full]", state.failure === "device_full");
  paintLoaded(state);
  if (bar) paintAges();
}

/** The bar may have been swapped, and time goes on. */
export function repaint() {
  if (last) paint(last);
}

export function keepPainting() {
  setInterval(repaint, REPAINT_MS);
}

/**
 * @param {HTMLElement} bar
 * @param {NetState} state
 */
function paintBar(bar, state) {
  const { online, syncing, waiting, photos, refused, rejected, oldest } = state;
  const isStopped = state.signed_out || state.failure !== "";
  const isWrong = isStopped || refused + rejected > 0;
  const count = waiting || rejected || photos || refused;
  bar.dataset["state"] = online ? (isWrong ? "stopped" : "online") : "offline";
  bar.dataset["syncing"] = String(syncing);
  bar.dataset["waiting"] = String(waiting);
  bar.dataset["oldest"] = oldest;
  bar.title = state.failure;
  const said = online ? (isStopped && waiting > 0 ? "Stopped" : "Online") : "Offline";
  write(bar, "[data-net-state]", text(bar, said));
  write(bar, "[data-net-waiting]", text(bar, whatWaits(state), { count }));
  const age = oldest ? ageSince(oldest) : "";
  write(bar, "[data-net-oldest]", age ? text(bar, "Oldest", { age }) : "");
  write(bar, "[data-net-count]", String(count));
  show("[data-net-count]", count > 0);
}

/**
 * @param {NetState} state
 * @returns {string} the name of the words for it: entries first, then their pictures
 */
function whatWaits({ waiting, rejected, photos, refused }) {
  if (waiting > 0) return "Waiting";
  if (rejected > 0) return "Rejected";
  if (photos > 0) return "Photos";
  return refused > 0 ? "Refused" : "Sent";
}

/** @param {NetState} state */
function paintLoaded({ loaded }) {
  const notice = /** @type {HTMLElement | null} */ (document.querySelector("[data-first-sync]"));
  if (notice) notice.dataset["loaded"] = String(loaded);
}

/** How long each entry of the outbox waits already, beside the moment that the page says. */
function paintAges() {
  /** @type {NodeListOf<HTMLTimeElement>} */
  const moments = document.querySelectorAll("time[data-age]");
  for (const time of moments) {
    const said = (time.dataset["said"] ??= time.textContent ?? "");
    const age = ageSince(time.dateTime);
    time.textContent = age ? `${said} · ${age}` : said;
  }
}

/**
 * @param {number} age_ms
 * @returns {string} in the words of the bar; empty for who is not signed in
 */
export function ageOf(age_ms) {
  const bar = /** @type {HTMLElement | null} */ (document.querySelector("[data-net]"));
  if (!bar) return "";
  const minutes = Math.max(0, Math.floor(age_ms / MINUTE_MS));
  if (minutes < 60) return text(bar, "Minutes", { count: minutes });
  if (minutes < 48 * 60) return text(bar, "Hours", { count: Math.floor(minutes / 60) });
  return text(bar, "Days", { count: Math.floor(minutes / 60 / 24) });
}

/** @param {string} moment @returns {string} nothing for what was just now */
function ageSince(moment) {
  const age_ms = Date.now() - Date.parse(moment);
  return age_ms < MINUTE_MS ? "" : ageOf(age_ms);
}

/**
 * @param {HTMLElement} bar
 * @param {string} name of data-text-…
 * @param {Record<string, any>} [values]
 */
function text(bar, name, values = {}) {
  const words = bar.dataset[`text${name}`] ?? "";
  return words.replaceAll(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/**
 * @param {Element} root
 * @param {string} selector
 * @param {string} words
 */
function write(root, selector, words) {
  const place = root.querySelector(selector);
  if (place && place.textContent !== words) place.textContent = words;
}

/**
 * @param {string} selector
 * @param {boolean} isShown
 */
export function show(selector, isShown) {
  const element = /** @type {HTMLElement | null} */ (document.querySelector(selector));
  if (element) element.hidden = !isShown;
}
