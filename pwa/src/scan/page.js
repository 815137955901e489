/**
 * The scan page, and scanning into a field of any other page.
 *
 * Here: from a root `[data-scan]` to camera, photo, lamp and status, and from a read to a field or
 * a form. Not here: camera (camera.js), hand-held scanners' keys (wedge.js), what a code means
 * (code.js), where a submitted code leads (the server or the service worker).
 */
import { beep, buzz } from "./beep.js";
import { openCamera } from "./camera.js";
import { wireControls } from "./controls.js";
import { openReader } from "./reader.js";
import { QUIET_MS } from "./repeats.js";
import { isPaused, roundOf } from "./round.js";
import { listenWedge } from "./wedge.js";

/** @typedef {import("./wedge.js").Field} Field */

/** @type {WeakMap<HTMLElement, () => void>} running roots and what stops them */
const running = new WeakMap();

/**
 * Starts the scanner of a root, once. With a `[data-scan-open]` button in it the camera waits for
 * that button, which then opens and closes it; without one it opens at once.
 * Every state is shown: the text of `data-text-{state}` in `[data-scan-status]`, and the state
 * itself in the root's `data-scan-state` for the style sheet.
 * @param {HTMLElement} root
 * @param {{decoderUrl?: string}} [options]
 * @returns {() => void} stops it; it also stops by itself when the root leaves the document
 */
export function startScan(root, { decoderUrl } = {}) {
  const already = running.get(root);
  if (already) return already;

  const ending = new AbortController();
  const video = /** @type {HTMLVideoElement | null} */ (root.querySelector("[data-scan-video]"));
  const opener = root.querySelector("[data-scan-open]");
  const photo = /** @type {HTMLInputElement | null} */ (root.querySelector("[data-scan-photo]"));
  /** @type {import("./camera.js").Camera | null} */
  let camera = null;
  let deliveredAt = -QUIET_MS;

  /** @param {string} text */
  function take(text) {
    // Two labels in one picture: the first decides, until the page had time to follow it.
    if (performance.now() - deliveredAt < QUIET_MS) return;
    deliveredAt = performance.now();
    if (isPaused(root)) return buzz();
    show(root, "found");
    beep();
    deliver(root, text);
  }

  function open() {
    if (!video) return;
    show(root, "starting");
    camera = openCamera(video, {
      decoderUrl,
      onRead: take,
      onProblem: (code) => show(root, code),
      onReady(can) {
        show(root, isPaused(root) ? "paused" : "looking");
        controls.ready(can);
      },
    });
  }

  function close() {
    camera?.close();
    camera = null;
    controls.closed();
  }

  function toggle() {
    if (!camera) return open();
    close();
    show(root, "closed");
  }

  async function readPhoto() {
    const file = photo?.files?.[0];
    if (!photo || !file) return;
    show(root, "reading");
    const reader = openReader(decoderUrl);
    const reading = await reader.photo(file).catch(() => null);
    reader.close();
    photo.value = ""; // the same file can be chosen again
    if (ending.signal.aborted) return;
    if (reading?.text) take(reading.text);
    else show(root, reading ? "photo_unread" : "decoder_missing");
  }

  function stop() {
    ending.abort();
    watcher.disconnect();
    close();
    running.delete(root);
  }

  const watcher = new MutationObserver(() => {
    if (!root.isConnected) stop();
  });
  watcher.observe(document, { childList: true, subtree: true });
  running.set(root, stop);

  const { signal } = ending;
  photo?.addEventListener("change", readPhoto, { signal });
  opener?.addEventListener("click", toggle, { signal });
  const controls = wireControls(root, { camera: () => camera, signal });
  if (opener) show(root, "closed");
  else open();
  return stop;
}

/**
 * Hand-held scanners, on every page: into the field with the focus if it is for codes, else into
 * the page's next empty scan target, into a round that goes on here, else to the scan page.
 * @param {{go: (url: string) => void}} options go: shows the page at a URL of this app
 * @returns {() => void} ends it
 */
export function startWedge({ go }) {
  return listenWedge((text, field) => {
    const form = field?.closest("form");
    const target = field ?? nextTarget();
    const round = roundOf(document);
    if (round && (!target || target.form?.matches("[data-scan-form]"))) scanned(round, text);
    else if (form?.matches("[data-scan-form]")) form.requestSubmit();
    else if (target) fill(target, text);
    else go(`/scan?code=${encodeURIComponent(text)}`);
  });
}

/**
 * @param {HTMLElement} round
 * @param {string} text
 */
function scanned(round, text) {
  if (isPaused(round)) return buzz();
  beep();
  deliver(round, text);
}

/**
 * @param {HTMLElement} root
 * @param {string} text
 */
function deliver(root, text) {
  const target = targetOf(root);
  if (target) return fill(target, text);
  const form = /** @type {HTMLFormElement | null} */ (root.querySelector("[data-scan-form]"));
  const input = /** @type {HTMLInputElement | null} */ (form?.querySelector("[name='code']"));
  if (!form || !input) return;
  input.value = text;
  form.requestSubmit();
}

/**
 * An id may hold dots (lines.0.lot). Any other selector is looked for in the root's own form first.
 * @param {HTMLElement} root
 * @returns {Field | null}
 */
function targetOf(root) {
  const selector = root.dataset["scanTarget"];
  if (!selector) return null;
  if (selector.startsWith("#")) {
    return /** @type {Field | null} */ (document.getElementById(selector.slice(1)));
  }
  return root.closest("form")?.querySelector(selector) ?? document.querySelector(selector);
}

/** @returns {Field | undefined} the page's first empty scan target, else the first */
function nextTarget() {
  /** @type {NodeListOf<HTMLElement>} */
  const roots = document.querySelectorAll("[data-scan][data-scan-target]");
  const targets = [...roots].map(targetOf).filter((target) => target !== null);
  return targets.find((target) => target.value === "") ?? targets[0];
}

/**
 * @param {Field} field
 * @param {string} text
 */
function fill(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.dispatchEvent(new CustomEvent("traveler:scanned", { bubbles: true, detail: { text } }));
}

/**
 * @param {HTMLElement} root
 * @param {string} state looking, found, camera_refused …
 */
function show(root, state) {
  root.dataset["scanState"] = state;
  const status = root.querySelector("[data-scan-status]");
  if (status) status.textContent = root.getAttribute(`data-text-${state}`) ?? "";
}
