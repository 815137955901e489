/** What a code means: the device gives the same answers as the server, vector by vector. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { read } from "../../pwa/src/scan/code.js";
import { CodeError, requireValue } from "../../pwa/src/scan/gs1_value.js";

const vectors = vectorsOf("codes");
const values = vectorsOf("gs1");

test("there are vectors", () => assert.ok(vectors.length > 50));

for (const { name, text, reading } of vectors) {
  test(name, () => assert.deepEqual(read(text), reading));
}

test("there are values of every identifier", () => assert.ok(values.length > 800));

test("every identifier takes the values that the server's table lets it take", () => {
  for (const { name, value, reason } of values) {
    assert.equal(reasonOf(name, value), reason, `(${name}) ${value}`);
  }
});

/** @param {string} name */
function vectorsOf(name) {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}

/** @param {string} name @param {string} value */
function reasonOf(name, value) {
  try {
    requireValue(name, value);
    return null;
  } catch (error) {
    if (error instanceof CodeError) return error.code;
    throw error;
  }
}
