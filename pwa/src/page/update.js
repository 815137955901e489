/**
 * A new version waits until somebody agrees: nothing changes under a person's hands.
 */
import { isInHand } from "./refresh.js";
import { show } from "./status.js";

/** A page of this app is seldom loaded whole, so the browser seldom looks by itself. */
const LOOK_MS = 30 * 60_000;

/** @param {ServiceWorkerRegistration} registration */
export function offerUpdate(registration) {
  let isAgreed = false;
  let isInCharge = false;

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
    const words = document.querySelector("[data-update] [data-text-soon]");
    if (isInHand() && words instanceof HTMLElement) {
      words.textContent = words.dataset["textSoon"] ?? "";
      button.setAttribute("hidden", "");
    }
    goOn();
  });
  // What was begun is sent first.
  document.body.addEventListener("htmx:afterSettle", () => isAgreed && goOn());

  // The browser starts it when the old one has nothing to do, at the latest when that one is put to
  // rest, half a minute later; somebody may be filling in the next form by then.
  function goOn() {
    if (isInHand()) return;
    if (isInCharge) location.reload();
    else registration.waiting?.postMessage({ type: "activate" });
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    isInCharge = isAgreed;
    if (isAgreed) goOn();
  });
  setInterval(() => void registration.update().catch(() => undefined), LOOK_MS);
  offer();
}
