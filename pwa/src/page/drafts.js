/**
 * A form that was begun when the tab was killed: offered again where it was filled in. What the
 * worker keeps of it is in ../drafts.js.
 */
import { ask, tell } from "./channel.js";
import { show } from "./status.js";

/** @typedef {import("../drafts.js").Draft} Draft */

const QUIET_MS = 400;
const NEVER = ["password", "file", "hidden", "submit", "button"];

/** @type {Draft | null} what is offered */
let offered = null;
/** @type {HTMLFormElement | null} what was typed in last */
let latest = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

export function startDrafts() {
  for (const type of ["input", "change"]) document.addEventListener(type, touched);
  // A phone that needs the memory asks nobody; this is the last moment that is told.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep();
  });
  document.addEventListener("click", (event) => {
    const at = /** @type {Element | null} */ (event.target);
    if (at?.closest("[data-draft-back]")) bringBack();
    if (at?.closest("[data-draft-drop]")) drop();
  });
  document.body.addEventListener("htmx:afterSwap", () => void offer());
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = /** @type {CustomEvent} */ (event).detail;
    keep(); // what stands in another form than the one that goes
    const action = elt instanceof HTMLFormElement ? (elt.getAttribute("action") ?? "") : "";
    if (action.startsWith("/do/")) sent = { place: placeOf(), action };
  });
}

/** Looks whether something was kept of the page that is shown. */
export async function offer() {
  // Somebody may type before the page is ready to ask: that is kept, and nothing older offered.
  if (!latest?.isConnected) latest = null;
  offered = null;
  show("[data-draft]", false);
  const place = placeOf();
  if (document.querySelector("[data-done]")) forget();
  if (!document.querySelector("#main form") || document.querySelector("[data-problems]")) return;
  const { draft = null } = (await ask({ type: "draft_of", place })) ?? {};
  if (!draft || place !== placeOf() || latest) return;
  offered = formOf(draft) ? draft : null;
  show("[data-draft]", offered !== null);
}

/** @type {{place: string, action: string} | null} the form that goes to be recorded */
let sent = null;

/** @param {Event} event */
function touched({ target }) {
  const form = /** @type {HTMLElement} */ (target).closest?.("#main form[action^='/do/']");
  if (!(form instanceof HTMLFormElement)) return;
  if (latest !== form) keep(); // what stands in the form before
  latest = form;
  clearTimeout(soon);
  soon = setTimeout(keep, QUIET_MS);
}

function keep() {
  clearTimeout(soon);
  // One that is on its way will be recorded or shown again with what was typed.
  if (!latest?.isConnected || latest.getAttribute("aria-busy") === "true") return;
  const place = placeOf();
  const action = latest.getAttribute("action") ?? "";
  const values = valuesOf(latest);
  void tell({ type: "draft", draft: { place, action, values, at: new Date().toISOString() } });
}

/** What was recorded is no draft any more. */
function forget() {
  if (!sent) return;
  void tell({ type: "draft", draft: { ...sent, values: [], at: new Date().toISOString() } });
  sent = null;
}

function bringBack() {
  const form = offered && formOf(offered);
  show("[data-draft]", false);
  if (!offered || !form) return;
  form.closest("details")?.setAttribute("open", "");
  for (const [name, value] of offered.values) fill(form, name, value);
  form.scrollIntoView({ block: "nearest" });
}

function drop() {
  show("[data-draft]", false);
  if (!offered) return;
  const { place, action, at } = offered;
  void tell({ type: "draft", draft: { place, action, values: [], at } });
}

/**
 * @param {HTMLFormElement} form
 * @returns {[string, string][]} what somebody chose or typed
 */
function valuesOf(form) {
  /** @type {[string, string][]} */
  const values = [];
  for (const field of fieldsOf(form)) {
    const isBox = field.type === "radio" || field.type === "checkbox";
    if (isBox && !(/** @type {HTMLInputElement} */ (field).checked)) continue;
    if (field.value) values.push([field.name, field.value]);
  }
  return values;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function fill(form, name, value) {
  for (const field of fieldsOf(form)) {
    if (field.name !== name) continue;
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.value !== value) continue;
      /** @type {HTMLInputElement} */ (field).checked = true;
    } else field.value = value;
    for (const type of ["input", "change"])
      field.dispatchEvent(new Event(type, { bubbles: true }));
  }
}

/** @param {HTMLFormElement} form */
function fieldsOf(form) {
  const all = /** @type {HTMLInputElement[]} */ ([...form.elements]);
  return all.filter((field) => field.name && !NEVER.includes(field.type));
}

/** @param {Draft} draft @returns {HTMLFormElement | null} */
function formOf({ action }) {
  return document.querySelector(`#main form[action="${CSS.escape(action)}"]`) ??
    document.querySelector(`#main form[action="${action}"]`);
}

/** Where the form stands, whatever was done there before. */
function placeOf() {
  const url = new URL(location.href);
  url.searchParams.delete("done");
  return url.pathname + url.search;
}
