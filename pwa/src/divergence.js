/**
 * Divergence: scopes in which this replica differs from the server though all was taken as told.
 *
 * Each is loaded anew, staged and switched (feed.js). If it differs again soon, the next time comes
 * later: a fault that loading does not mend must not keep devices loading.
 *
 * Here: comparing, and what is remembered of it. Not here: making the sums (replica.js keeps them
 * with every change, recount.js makes them anew), loading (feed.js).
 */
import { differing, NOTHING } from "./scope_sum.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").Divergence} Divergence */
/** @typedef {import("./scope_sum.js").Sums} Sums */
/** @typedef {Record<string, Divergence>} Divergences by scope */

const FIRST_REST_MS = 900_000;
const LONGEST_REST_MS = 86_400_000;
const SHOWN_MS = 7 * 86_400_000;

/**
 * @param {any} tx with meta
 * @returns {Promise<Divergences>}
 */
export async function divergencesOf(tx) {
  return (await tx.objectStore("meta").get("divergence")) ?? {};
}

/**
 * Compares, and remembers what differs.
 * @param {any} tx with meta
 * @param {Sums} checks what the server says, at the cursors that this replica has now
 * @param {Date} now
 * @returns {Promise<string[]>} scopes to be loaded anew
 */
export async function compare(tx, checks, now) {
  const meta = tx.objectStore("meta");
  /** @type {Sums} */
  const sums = (await meta.get("sums")) ?? {};
  const before = await divergencesOf(tx);
  const wrong = differing(checks, sums);
  const anew = wrong.filter((scope) => !isResting(before[scope], now));
  /** @type {Divergences} */
  const after = {};
  for (const [scope, one] of Object.entries(before)) {
    if (isPast(one, now, SHOWN_MS)) continue;
    after[scope] = healed(one, scope in checks && !wrong.includes(scope), now);
  }
  for (const scope of anew) {
    const one = before[scope];
    const times = one && !isPast(one, now, LONGEST_REST_MS) ? one.times + 1 : 1;
    const had = sums[scope] ?? NOTHING;
    after[scope] = { at: now.toISOString(), times, had, is_told: false, healed_at: null };
  }
  if (JSON.stringify(after) !== JSON.stringify(before)) await meta.put(after, "divergence");
  return anew;
}

/**
 * @param {Divergence} one
 * @param {boolean} isRight
 * @param {Date} now
 * @returns {Divergence}
 */
function healed(one, isRight, now) {
  return isRight && !one.healed_at ? { ...one, healed_at: now.toISOString() } : one;
}

/**
 * @param {Divergence | undefined} one
 * @param {Date} now
 */
function isResting(one, now) {
  if (!one) return false;
  const rest_ms = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (one.times - 1));
  return !isPast(one, now, rest_ms);
}

/**
 * Also where the clock was set back: then nothing can be said of the time that went by.
 * @param {Divergence} one
 * @param {Date} now
 * @param {number} span_ms
 */
function isPast({ at }, now, span_ms) {
  const elapsed_ms = now.getTime() - Date.parse(at);
  return elapsed_ms < 0 || elapsed_ms >= span_ms;
}

/**
 * @param {Divergences} divergences
 * @returns {Sums} what the server has not been told: what this replica had where it differed
 */
export function untold(divergences) {
  const news = Object.entries(divergences).filter(([, one]) => !one.is_told);
  return Object.fromEntries(news.map(([scope, { had }]) => [scope, had]));
}

/**
 * @param {Database} database
 * @param {Sums} told
 */
export async function markTold(database, told) {
  if (Object.keys(told).length === 0) return;
  await database.write(["meta"], async (tx) => {
    const all = await divergencesOf(tx);
    for (const [scope, had] of Object.entries(told)) {
      const one = all[scope];
      if (one?.had.digest === had.digest) all[scope] = { ...one, is_told: true };
    }
    await tx.objectStore("meta").put(all, "divergence");
  });
}
