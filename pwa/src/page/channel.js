/**
 * The page's line to the worker: registering it, asking it, and hearing what it tells all pages.
 */

/** @typedef {(message: any) => void} Listener */

const REPLY_TIMEOUT_MS = 15_000;

/** @returns {Promise<ServiceWorkerRegistration | null>} null: this browser has no worker */
export async function register() {
  if (!("serviceWorker" in navigator)) return null;
  return navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => null);
}

/** @param {any} message to the worker in charge, if there is one */
export async function tell(message) {
  if (!("serviceWorker" in navigator)) return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage(message);
}

/**
 * @param {any} message
 * @returns {Promise<any>} the worker's answer; null if none came
 */
export async function ask(message) {
  if (!("serviceWorker" in navigator)) return null;
  const { active } = await navigator.serviceWorker.ready;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(null), REPLY_TIMEOUT_MS);
    port1.onmessage = ({ data }) => {
      clearTimeout(timer);
      resolve(data);
    };
    active?.postMessage(message, [port2]);
  });
}

/** @param {Listener} listener */
export function hear(listener) {
  navigator.serviceWorker?.addEventListener("message", ({ data }) => listener(data));
  navigator.serviceWorker?.startMessages();
}
