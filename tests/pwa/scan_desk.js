/** A desk for tests: a page, a field and a keyboard that a person or a scanner uses. */
import { listenWedge } from "../../pwa/src/scan/wedge.js";

/** A text field as far as the scanner meets one. */
export class FakeField extends EventTarget {
  tagName = "INPUT";
  type = "text";
  value = "";
  selectionStart = 0;
  /** @type {Record<string, string>} */
  dataset = {};
  /** @type {string[]} what stood in it at each input event that no key made */
  repaired = [];

  constructor() {
    super();
    this.addEventListener("input", () => this.repaired.push(this.value));
  }

  /** @param {number} caret */
  setSelectionRange(caret) {
    this.selectionStart = caret;
  }
}

/** A keyboard before a page with one listener; keys do what a browser would do with them. */
export function desk({ field = null } = {}) {
  const page = new EventTarget();
  const reads = [];
  let now_ms = 5000;
  const heard = { target: page, clock: () => now_ms };
  const stop = listenWedge((text, where) => reads.push({ text, where }), heard);

  function press(key, { after_ms = 10, ...more } = {}) {
    now_ms += after_ms;
    const event = new Event("keydown", { cancelable: true });
    const rest = { isComposing: false, keyCode: 0, repeat: false, getModifierState: () => false };
    Object.assign(event, { key, ctrlKey: false, altKey: false, metaKey: false, ...rest, ...more });
    Object.defineProperty(event, "target", { value: field ?? page });
    page.dispatchEvent(event);
    if (field && !event.defaultPrevented && key.length === 1 && !event.ctrlKey) {
      field.value += key;
      field.selectionStart = field.value.length;
    }
    return event;
  }

  function type(text, options) {
    for (const key of text) press(key, options);
  }

  return { reads, press, type, stop };
}
