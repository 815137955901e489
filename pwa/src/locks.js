/**
 * One at a time by name, over all workers of the app where the browser has Web Locks.
 * Nothing relies on it for being right, only for not doing the same twice.
 */

/** @type {Map<string, Promise<unknown>>} within this worker, where there are no Web Locks */
const tails = new Map();

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(name, work) {
  const locks = globalThis.navigator?.locks;
  if (locks) return locks.request(`traveler.${name}`, work);
  const turn = (tails.get(name) ?? Promise.resolve()).then(work, work);
  tails.set(name, turn);
  return turn;
}
