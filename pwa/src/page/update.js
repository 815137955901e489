/**
 * A new version waits until somebody agrees: nothing changes under a person's hands.
 */
import { show } from "./status.js";

/** @param {ServiceWorkerRegistration} registration */
export function offerUpdate(registration) {
  let isAgreed = false;

  function offer() {
    if (registration.waiting && navigator.serviceWorker.controller) show("[data-update]", true);
  }

  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
  document.addEventListener("click", (event) => {
    const button = /** @type {Element | null} */ (event.target)?.closest("[data-update-now]");
    if (!button) return;
    isAgreed = true;
    registration.waiting?.postMessage({ type: "activate" });
  });
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (isAgreed) location.reload();
  });
  offer();
}
