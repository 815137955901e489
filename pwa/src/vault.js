/**
 * A person's private key, locked up with their PIN: PBKDF2 makes a key of the PIN, AES-GCM wraps
 * the P-256 key with it. A wrong PIN shows by itself: what it unwraps is not whole.
 *
 * Only WebCrypto here; who has a PIN on this device, and how often it may be tried, is pins.js's.
 */
import { sha256 } from "./digest.js";
import { base64url, fromBase64url } from "./signature.js";

/** @typedef {import("./types").Vault} Vault */

const SIGNING = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };
const ITERATIONS = 600_000;
const SALT_BYTES = 16;
const IV_BYTES = 12;
const NAME_CHARS = 32;

/**
 * A new key under this PIN. Its private half is in clear only inside this function.
 * @param {string} pin
 * @returns {Promise<Vault>}
 */
export async function lockUp(pin) {
  const pair = await crypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
  const point = base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const wrapping = await wrappingKey(pin, salt, ITERATIONS);
  const how = { name: "AES-GCM", iv };
  const wrapped = await crypto.subtle.wrapKey("pkcs8", pair.privateKey, wrapping, how);
  return {
    public: point,
    signer: (await sha256(point)).slice(0, NAME_CHARS),
    salt: base64url(salt),
    iv: base64url(iv),
    wrapped: base64url(wrapped),
    iterations: ITERATIONS,
  };
}

/**
 * @param {Vault} vault
 * @param {string} pin
 * @returns {Promise<CryptoKey | null>} for signing, not to be taken out again; null: a wrong PIN
 */
export async function unlock({ salt, iv, wrapped, iterations }, pin) {
  const wrapping = await wrappingKey(pin, fromBase64url(salt), iterations);
  const how = { name: "AES-GCM", iv: fromBase64url(iv) };
  const bytes = fromBase64url(wrapped);
  return crypto.subtle
    .unwrapKey("pkcs8", bytes, wrapping, how, SIGNING, false, ["sign"])
    .catch(() => null);
}

/**
 * @param {CryptoKey} key
 * @param {string} text
 * @returns {Promise<string>} the signature over its UTF-8 bytes, as it travels
 */
export async function sign(key, text) {
  return base64url(await crypto.subtle.sign(SIGNATURE, key, new TextEncoder().encode(text)));
}

/**
 * @param {string} pin
 * @param {Uint8Array<ArrayBuffer>} salt
 * @param {number} iterations
 */
async function wrappingKey(pin, salt, iterations) {
  const raw = new TextEncoder().encode(pin);
  const secret = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  const shape = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(how, secret, shape, false, ["wrapKey", "unwrapKey"]);
}
