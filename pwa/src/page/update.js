/**
 * A new version waits until somebody agrees: nothing changes under a person's hands.
 */
import { isInHand } from "./refresh.js";
import { show } from "./status.js";

/** A page of this app is seldom loaded whole, so the browser seldom looks by itself. */
const LOOK_MS = 30 * 60_000;
/** The browser starts it when the old one is idle, and may miss that moment: it is asked again. */
const ASK_AGAIN_MS = 1_000;

/** @param {ServiceWorkerRegistration} registration */
export function offerUpdate(registration) {
  let isAgreed = false;
  let isInCharge = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;

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
    activate();
  });
  // What was begun is sent first.
  document.body.addEventListener("htmx:afterSettle", () => isAgreed && goOn());

  function activate() {
    clearTimeout(soon);
    if (isInHand() || !registration.waiting) return;
    registration.waiting.postMessage({ type: "activate" });
    soon = setTimeout(activate, ASK_AGAIN_MS);
  }

  // It may have taken its time, and somebody may be filling in the next form by now.
  function goOn() {
    if (!isInCharge) activate();
    else if (!isInHand()) location.reload();
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    isInCharge = isAgreed;
    if (isAgreed) goOn();
  });
  setInterval(() => void registration.update().catch(() => undefined), LOOK_MS);
  offer();
}
