/** SHA-256 as 64 hex characters, as entries and blobs are named and chained by it. */

/**
 * @param {string | ArrayBuffer} content text is taken as UTF-8
 * @returns {Promise<string>}
 */
export async function sha256(content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
