/**
 * Asking for notices on the device page: the browser's permission, the server's key, quiet hours.
 */

const PATIENCE_MS = 20_000;
const PLACE = "[data-notices]";

export function startNotices() {
  document.addEventListener("click", (event) => {
    const at = /** @type {Element | null} */ (event.target);
    if (at?.closest("[data-notices-on]")) void turnOn();
    if (at?.closest("[data-notices-off]")) void turnOff();
  });
}

/** Says how it stands; `data-state` chooses the words. */
export async function sayNotices() {
  const place = document.querySelector(PLACE);
  if (!(place instanceof HTMLElement)) return;
  if (!("PushManager" in window)) {
    const isApple = "standalone" in navigator;
    return paint(place, isApple ? "apple" : "never");
  }
  if (Notification.permission === "denied") return paint(place, "denied");
  const answer = await fetch("/sync/notices", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return paint(place, "offline");
  const told = await answer.json();
  const { pushManager } = await navigator.serviceWorker.ready;
  const isOn = told.subscribed && (await pushManager.getSubscription()) !== null;
  if (isOn) {
    hour(place, "quiet_from").value = told.quiet_from;
    hour(place, "quiet_until").value = told.quiet_until;
  }
  paint(place, isOn ? "on" : "off");
}

async function turnOn() {
  const place = document.querySelector(PLACE);
  if (!(place instanceof HTMLElement)) return;
  if ((await Notification.requestPermission()) !== "granted") return paint(place, "denied");
  paint(place, "asking");
  try {
    const { key } = await (await fetch("/sync/notices", { cache: "no-store" })).json();
    const { pushManager } = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: key };
    const made = await inTime(pushManager.subscribe(options));
    const { endpoint, keys } = made.toJSON();
    const quiet_from = hour(place, "quiet_from").value;
    const quiet_until = hour(place, "quiet_until").value;
    const body = JSON.stringify({ endpoint, ...keys, quiet_from, quiet_until });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/sync/notices", { method: "POST", headers, body });
    paint(place, answer.ok ? "on" : "failed");
  } catch (error) {
    console.warn("this browser did not subscribe", error);
    paint(place, "failed");
  }
}

/**
 * Without the internet some browsers try for ever.
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
function inTime(work) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE_MS));
  return Promise.race([work, /** @type {Promise<never>} */ (late)]);
}

async function turnOff() {
  const place = document.querySelector(PLACE);
  const { pushManager } = await navigator.serviceWorker.ready;
  await (await pushManager.getSubscription())?.unsubscribe();
  await fetch("/sync/notices", { method: "DELETE" }).catch(() => null);
  if (place instanceof HTMLElement) paint(place, "off");
}

/** @param {HTMLElement} place @param {string} state */
function paint(place, state) {
  place.dataset["state"] = state;
  const words = place.querySelector("[data-notices-words]");
  const name = `text${state[0]?.toUpperCase()}${state.slice(1)}`;
  if (words) words.textContent = place.dataset[name] ?? "";
  const canAsk = ["on", "off", "failed"].includes(state);
  for (const one of place.querySelectorAll("[data-notices-form]"))
    /** @type {HTMLElement} */ (one).hidden = !canAsk;
  for (const one of place.querySelectorAll("[data-notices-off]"))
    /** @type {HTMLElement} */ (one).hidden = state !== "on";
}

/** @param {HTMLElement} place @param {string} name @returns {HTMLInputElement} */
function hour(place, name) {
  return /** @type {HTMLInputElement} */ (place.querySelector(`[name="${name}"]`));
}
