/**
 * The device page's own facts, which only the browser knows: whether it keeps the data, how much
 * room there is, and what the link is like.
 */
import { ask } from "./channel.js";

const MEGABYTE = 1_000_000;

/** @param {HTMLElement} place where it is said whether the browser promised to keep the data */
export async function sayStorage(place) {
  const isKept = (await navigator.storage?.persisted?.()) ?? false;
  place.textContent = place.dataset[isKept ? "textKept" : "textLoose"] ?? "";
}

/** @param {HTMLElement} place `data-text` with {used} and {free}, with units; `data-text-untold` */
export async function sayRoom(place) {
  const room = await roomLeft();
  if (!room) {
    place.textContent = place.dataset["textUntold"] ?? "";
    return;
  }
  const words = place.dataset["text"] ?? "";
  place.textContent = words
    .replace("{used}", sized(room.used))
    .replace("{free}", sized(room.free));
}

/** @param {number} bytes @returns {string} */
function sized(bytes) {
  const megabytes = Math.round(bytes / MEGABYTE);
  return megabytes < 1000 ? `${megabytes} MB` : `${(megabytes / 1000).toFixed(1)} GB`;
}

/** @param {HTMLElement} place `data-text` with {ms}, `data-text-none` */
export async function sayLink(place) {
  const started_ms = performance.now();
  const answer = await fetch("/health", { cache: "no-store" }).catch(() => null);
  const took_ms = Math.round(performance.now() - started_ms);
  const words = place.dataset[answer?.ok ? "text" : "textNone"] ?? "";
  place.textContent = words.replace("{ms}", String(took_ms));
}

/** @returns {Promise<{used: number, free: number} | null>} bytes; null: the browser doesn't say */
export async function roomLeft() {
  const { usage, quota } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  if (usage === undefined || !quota) return null;
  return { used: usage, free: Math.max(0, quota - usage) };
}

/** Loads now what is new, and asks the browser once more to keep it. */
export async function prepare() {
  await navigator.storage?.persist?.().catch(() => false);
  await ask({ type: "sync", force: true });
}
