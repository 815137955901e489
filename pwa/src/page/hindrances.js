/**
 * What keeps this device from working as it should, each with a sentence that says what to do. The
 * words stand in the notices' `data-text`; a `{date}` or `{age}` in them is filled here.
 */
import { roomLeft } from "./device.js";
import { ageOf, show } from "./status.js";

/** @typedef {import("../net.js").NetState} NetState */

/** Clocks of a plant's devices differ by seconds; by more, times on cards would mislead. */
const SKEW_MAX_MS = 5 * 60_000;

const HOUR_MS = 3_600_000;
const MEGABYTE = 1_000_000;
/** Some twenty photos, and the pages that a sync may bring. */
const ROOM_LOW_BYTES = 50 * MEGABYTE;

/** @param {NetState} state */
export async function paintHindrances(state) {
  const { online, certificate_ends, skew_ms, waiting, oldest, late_hours, lost } = state;
  const ends_ms = Date.parse(certificate_ends);
  say("[data-certificate]", !online && ends_ms < Date.now(), {
    date: certificate_ends.slice(0, 10),
  });
  const isOff = Math.abs(skew_ms) > SKEW_MAX_MS;
  say("[data-clock]", isOff, { age: ageOf(Math.abs(skew_ms)) });
  const age_ms = Date.now() - Date.parse(oldest);
  const isOld = age_ms > late_hours * HOUR_MS;
  say("[data-old]", isOld, { age: ageOf(age_ms), count: String(waiting) });
  say("[data-lost]", lost !== "", { date: lost.slice(0, 10) });
  const { free } = (await roomLeft()) ?? { free: ROOM_LOW_BYTES };
  say("[data-low]", free < ROOM_LOW_BYTES, { free: String(Math.floor(free / MEGABYTE)) });
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
