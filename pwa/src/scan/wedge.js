/**
 * Keyboard-wedge scanners: hand-held scanners that type what they read.
 *
 * Here: telling a scanner's burst of keys from a person's typing, and taking the burst out of the
 * field it fell into. Not here: what happens with the text (page.js). Keys that belong to an input
 * method or to a shortcut are never touched.
 */

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/**
 * @typedef {object} Burst
 * @property {string} text
 * @property {number} firstAt_ms
 * @property {number} lastAt_ms
 * @property {Field | null} field that had the focus when the burst began
 * @property {string} before what stood in it then
 * @property {number | null} caret where it stood then; null: a field without one
 */
/**
 * @typedef {object} WedgeOptions
 * @property {EventTarget} [target] where keys are heard
 * @property {(event: Event) => number} [clock] milliseconds; the default is the time at which
 *   the key was pressed, so that a busy page doesn't make typing look like a burst
 */

/** On average: over Bluetooth single keys come late, and half a read would be a wrong one. */
const GAP_MS = 35;
/** A pause that ends whatever was typed before. */
const PAUSE_MS = 250;
const SHORTEST = 4;
/** Scanners send GS1's group separator as Ctrl+] (its place in ASCII). */
const GROUP_SEPARATOR = "\u001d";
const UNTYPED = new Set(["button", "checkbox", "file", "image", "radio", "reset", "submit"]);
const SILENT_KEYS = new Set(["Shift", "Control", "CapsLock", "AltGraph"]);

/**
 * Keys less than 35 ms apart on average, at least four, ended by Enter or Tab, are a read. It is
 * taken out of the field that has the focus, but for `data-wedge="field"`, which then holds the
 * read and nothing else. The end key does nothing more.
 * @param {(text: string, field: Field | null) => void} onRead field: where the text stays, or null
 * @param {WedgeOptions} [options]
 * @returns {() => void} ends the listening
 */
export function listenWedge(onRead, { target = window, clock = (event) => event.timeStamp } = {}) {
  /** @type {Burst | null} */
  let burst = null;

  /** @param {Event} event */
  function hear(event) {
    const key = /** @type {KeyboardEvent} */ (event);
    if (SILENT_KEYS.has(key.key)) return;
    const at = clock(key);
    const running = burst !== null && at - burst.lastAt_ms < PAUSE_MS ? burst : null;
    const character = characterOf(key);
    if (character !== null) {
      // Outside of fields, once it is a burst: no scrolling, no quick search.
      if (running && !running.field && isFast(running, at)) key.preventDefault();
      burst = lengthen(running ?? begin(key, at), character, at);
      return;
    }
    burst = null;
    if (!running || !isEnd(key) || !isFast(running, at)) return;
    if (running.text.length < SHORTEST) return;
    key.preventDefault();
    key.stopImmediatePropagation();
    const stays = running.field?.dataset["wedge"] === "field";
    settle(running, stays);
    onRead(running.text, stays ? running.field : null);
  }

  target.addEventListener("keydown", hear, { capture: true });
  return () => target.removeEventListener("keydown", hear, { capture: true });
}

/**
 * @param {KeyboardEvent} key
 * @returns {string | null} null: not a character of a read
 */
function characterOf(key) {
  if (isForeign(key)) return null;
  if (key.ctrlKey && key.key === "]") return GROUP_SEPARATOR;
  if (key.key === GROUP_SEPARATOR) return GROUP_SEPARATOR;
  const shortcut = (key.ctrlKey || key.altKey) && !key.getModifierState("AltGraph");
  return key.key.length === 1 && !shortcut && !key.metaKey ? key.key : null;
}

/** @param {KeyboardEvent} key */
function isEnd(key) {
  return !isForeign(key) && (key.key === "Enter" || key.key === "Tab");
}

/**
 * An input method's key, or a key held down.
 * @param {KeyboardEvent} key
 */
function isForeign(key) {
  return key.isComposing || key.keyCode === 229 || key.repeat;
}

/**
 * @param {Burst} burst
 * @param {number} at_ms when the next key came
 */
function isFast(burst, at_ms) {
  return at_ms - burst.firstAt_ms < GAP_MS * burst.text.length;
}

/**
 * @param {KeyboardEvent} key
 * @param {number} firstAt_ms
 * @returns {Burst}
 */
function begin(key, firstAt_ms) {
  const field = fieldOf(key.target);
  const caret = field && "selectionStart" in field ? field.selectionStart : null;
  return { text: "", firstAt_ms, lastAt_ms: firstAt_ms, field, before: field?.value ?? "", caret };
}

/**
 * @param {Burst} burst
 * @param {string} character
 * @param {number} lastAt_ms
 * @returns {Burst}
 */
function lengthen(burst, character, lastAt_ms) {
  return { ...burst, text: burst.text + character, lastAt_ms };
}

/**
 * @param {EventTarget | null} target
 * @returns {Field | null} null: not something to type into
 */
function fieldOf(target) {
  const element = /** @type {Partial<Field> | null} */ (target);
  if (typeof element?.value !== "string" || UNTYPED.has(element.type ?? "")) return null;
  return /** @type {Field} */ (target);
}

/**
 * The field as it was before the burst. Where the read stays, it is the whole value: a second scan
 * replaces the first, and separators that no field takes from the keyboard are in it.
 * @param {Burst} burst
 * @param {boolean} stays
 */
function settle({ field, before, caret, text }, stays) {
  const after = stays ? text : before;
  if (!field || field.value === after) return;
  field.value = after;
  if (!stays && caret !== null && "setSelectionRange" in field) {
    field.setSelectionRange(caret, caret);
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (field.tagName === "SELECT") field.dispatchEvent(new Event("change", { bubbles: true }));
}
