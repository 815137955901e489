/**
 * Dice: chance that comes from a seed. Each purpose throws its own, so that what happens in one
 * does not shift the others.
 */

const UNIT = 2 ** 32;

/** @param {string} seed */
export function diceOf(seed) {
  let state = hashed(seed);

  /** @returns {number} from 0 to 1 (mulberry32) */
  function roll() {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / UNIT;
  }

  const below = (n) => Math.floor(roll() * n);
  return {
    roll,
    below,
    chance: (p) => roll() < p,
    between: (low, high) => low + roll() * (high - low),
    pick: (list) => list[below(list.length)],
    /** One of the names, as often as its weight says. */
    weighted: (weights) => weighted(roll(), weights),
    bytes: (size) => Uint8Array.from({ length: size }, () => below(256)),
  };
}

function weighted(share, weights) {
  const all = Object.entries(weights);
  let left = share * all.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of all) {
    left -= weight;
    if (left < 0) return name;
  }
  return all[0][0];
}

/** FNV-1a */
function hashed(text) {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193);
  return hash >>> 0;
}
