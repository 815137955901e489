/**
 * What keeps this device from working as it should, each with a sentence that says what to do. The
 * words stand in the notices' `data-text`; a `{date}` or `{age}` in them is filled here.
 */
import { ageOf, show } from "./status.js";

/** @typedef {import("../net.js").NetState} NetState */

/** Clocks of a plant's devices differ by seconds; by more, times on cards would mislead. */
const SKEW_MAX_MS = 5 * 60_000;

/** @param {NetState} state */
export function paintHindrances({ online, certificate_ends, skew_ms }) {
  const ends_ms = Date.parse(certificate_ends);
  say("[data-certificate]", !online && ends_ms < Date.now(), {
    date: certificate_ends.slice(0, 10),
  });
  const isOff = Math.abs(skew_ms) > SKEW_MAX_MS;
  say("[data-clock]", isOff, { age: ageOf(Math.abs(skew_ms)) });
}

/**
 * @param {string} selector
 * @param {boolean} isSo
 * @param {Record<string, string>} values
 */
function say(selector, isSo, values) {
  show(selector, isSo);
  const words = document.querySelector(`${selector} [data-text]`);
  if (!isSo || !(words instanceof HTMLElement)) return;
  const text = words.dataset["text"] ?? "";
  words.textContent = text.replaceAll(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}
