/** Approvals: the digest of exactly what is shown; twin of `approval.py`. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** @typedef {{field: string, value: string, label?: Record<string, string> | null}} Shown */

/**
 * Reckoned at once, not with WebCrypto: a twin does not wait.
 * @param {Shown[]} material
 * @returns {string} SHA-256 over the fields as compact JSON pairs, 64 hex characters
 */
export function digestOf(material) {
  const pairs = material.map(({ field, value }) => [field, value]);
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(pairs))));
}

/**
 * @param {Shown[]} seen
 * @param {Shown[]} now
 * @returns {{field: string, seen: string, now: string}[]} what was shown beside what is asked
 */
export function differences(seen, now) {
  const before = new Map(seen.map(({ field, value }) => [field, value]));
  const after = new Map(now.map(({ field, value }) => [field, value]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((field) => before.get(field) !== after.get(field))
    .map((field) => ({ field, seen: before.get(field) ?? "—", now: after.get(field) ?? "—" }));
}
