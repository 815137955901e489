/** The protocol's examples: this device hashes and signs as the server checks. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { sha256 } from "../../pwa/src/digest.js";

const file = new URL("../vectors/protocol.json", import.meta.url);
const { key, entries, wrong, unreadable } = JSON.parse(readFileSync(file, "utf8"));
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", hash: "SHA-256" };

/** @param {string} text base64url */
function bytes(text) {
  return Buffer.from(text, "base64url");
}

async function isValid(/** @type {{raw: string, sig: string}} */ { raw, sig }) {
  const point = await crypto.subtle.importKey("raw", bytes(key.public), CURVE, true, ["verify"]);
  return crypto.subtle.verify(ECDSA, point, bytes(sig), new TextEncoder().encode(raw));
}

for (const [place, entry] of entries.entries()) {
  test(`entry ${place + 1} has the hash and the signature that the server expects`, async () => {
    assert.equal(await sha256(entry.raw), entry.sha256);
    assert.equal(await isValid(entry), true);
    const { prev } = JSON.parse(entry.raw);
    assert.equal(prev, place ? entries[place - 1].sha256 : "0".repeat(64));
  });
}

for (const [name, one] of Object.entries(wrong)) {
  test(`${name}: no signature`, async () => assert.equal(await isValid(one), false));
}

test("bytes that nobody can read get an id of their hash", async () => {
  assert.equal(`raw-${(await sha256(unreadable.raw)).slice(0, 32)}`, unreadable.id);
});
