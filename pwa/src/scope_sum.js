/**
 * Scope sums: how many documents of a scope are here and in which versions, in a few bytes. The
 * twin of `sync/scope_sum.py`; a server's sum that differs at the same cursor says that this
 * replica is wrong.
 *
 * SHA-256 here is not the browser's: that would have to be awaited, which ends a transaction.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** @typedef {import("./types").ScopeSum} ScopeSum */
/** @typedef {Record<string, ScopeSum>} Sums by scope */

const DIGEST_BITS = 64;
const DIGEST_DIGITS = 16;

/** @type {Readonly<ScopeSum>} */
export const NOTHING = Object.freeze({ count: 0, digest: "0".repeat(DIGEST_DIGITS) });

/**
 * @param {string} key
 * @param {number} version of the scope's feed in which the document came
 * @returns {bigint} the first 8 bytes, big endian, of the SHA-256 of `key version`
 */
function termOf(key, version) {
  const digest = sha256(utf8ToBytes(`${key} ${version}`));
  return new DataView(digest.buffer, digest.byteOffset).getBigUint64(0);
}

/**
 * A sum that documents come to and leave, in any order.
 * @param {Readonly<ScopeSum>} [start]
 */
export function summing({ count, digest } = NOTHING) {
  let total = BigInt(`0x${digest}`);
  return {
    /** @param {string} key @param {number} version */
    add(key, version) {
      count += 1;
      total = BigInt.asUintN(DIGEST_BITS, total + termOf(key, version));
    },
    /** @param {string} key @param {number} version */
    remove(key, version) {
      count -= 1;
      total = BigInt.asUintN(DIGEST_BITS, total - termOf(key, version));
    },
    /** @returns {ScopeSum} */
    sum: () => ({ count, digest: total.toString(16).padStart(DIGEST_DIGITS, "0") }),
  };
}

/**
 * The sums of all scopes, of which only those are made that something comes to or leaves.
 * @param {Sums} before
 */
export function summingAll(before) {
  /** @type {Map<string, ReturnType<typeof summing>>} */
  const open = new Map();
  const at = (/** @type {string} */ scope) => {
    const one = open.get(scope) ?? summing(before[scope]);
    open.set(scope, one);
    return one;
  };
  return {
    /** @param {string} scope @param {string} key @param {number} version */
    add: (scope, key, version) => at(scope).add(key, version),
    /** @param {string} scope @param {string} key @param {number} version */
    remove: (scope, key, version) => at(scope).remove(key, version),
    /** @returns {Sums} */
    sums() {
      const made = [...open].map(([scope, one]) => [scope, one.sum()]);
      return { ...before, ...Object.fromEntries(made) };
    },
  };
}

/**
 * @param {Sums} checks what the server says of its scopes
 * @param {Sums} sums what is here
 * @returns {string[]} scopes in which this replica differs
 */
export function differing(checks, sums) {
  return Object.keys(checks).filter((scope) => {
    const [there, here] = [checks[scope], sums[scope] ?? NOTHING];
    return there?.count !== here.count || there.digest !== here.digest;
  });
}
