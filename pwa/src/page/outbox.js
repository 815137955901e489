/**
 * The buttons of the outbox page: send now, keep as a file, bring in from a file, "understood".
 */
import { ask, tell } from "./channel.js";
import { prepare } from "./device.js";
import { changed } from "./refresh.js";

export function wireOutbox() {
  document.addEventListener("click", (event) => {
    const at = /** @type {Element | null} */ (event.target);
    if (at?.closest("[data-sync-now]")) void tell({ type: "sync", force: true, again: true });
    if (at?.closest("[data-outbox-export]")) void keep();
    if (at?.closest("[data-anew-read]")) void tell({ type: "anew_read" });
    if (at?.closest("[data-lost-read]")) void tell({ type: "lost_read" });
    if (at?.closest("[data-prepare]")) void prepare().then(changed);
    const dismiss = /** @type {HTMLElement | null} */ (
      at?.closest("[data-outbox-dismiss]") ?? null
    );
    if (dismiss) void understood(dismiss.dataset["outboxDismiss"] ?? "");
  });
  document.addEventListener("change", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.matches?.("[data-outbox-import]")) void bringIn(input);
  });
}

async function keep() {
  const answer = await ask({ type: "export" });
  if (!answer) return;
  const file = new Blob([answer.text], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  const moment = new Date().toISOString().slice(0, 16).replaceAll(":", "");
  link.download = `traveler-outbox-${moment}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {HTMLInputElement} input */
async function bringIn(input) {
  const file = input.files?.[0];
  if (!file) return;
  const answer = await ask({ type: "import", text: await file.text() });
  input.value = "";
  const isIn = answer?.count >= 0;
  if (!isIn) console.warn("this outbox file was not taken", answer?.why);
  input.setCustomValidity(isIn ? "" : (input.dataset["textWrong"] ?? "?"));
  const said = document.querySelector("[data-outbox-import-wrong]");
  if (said) said.textContent = input.validationMessage;
  if (isIn) changed(); // else what is said at the field would go with it
}

/** @param {string} id */
async function understood(id) {
  await ask({ type: "read", id });
  changed();
}
