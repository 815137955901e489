/** What a code means: the device gives the same answers as the server, vector by vector. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { read } from "../../pwa/src/scan/code.js";

const vectors = JSON.parse(readFileSync(new URL("../vectors/codes.json", import.meta.url), "utf8"));

test("there are vectors", () => assert.ok(vectors.length > 50));

for (const { name, text, reading } of vectors) {
  test(name, () => assert.deepEqual(read(text), reading));
}
