/** What stands on a label, and what its number says: the device gives the server's answers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { labelFields } from "../../pwa/src/labels/fields.js";
import { labelSaid, numbered } from "../../pwa/src/labels/said.js";

const file = new URL("../vectors/label_fields.json", import.meta.url);
const { fields, said } = JSON.parse(readFileSync(file, "utf8"));

test("every field of a thing's label is what the server puts there", () => {
  for (const { thing, doc, asked, fields: wanted } of fields)
    assert.deepEqual(labelFields(thing, doc, asked), wanted);
});

test("every number says what the server says of it", () => {
  for (const { labels, said: wanted } of said) {
    for (const [number, one] of Object.entries(wanted)) {
      const told = labelSaid(labels ? [labels] : [], number);
      assert.deepEqual(told && { ...told, print: told["print"]?.code ?? null }, one);
    }
  }
});

test("the copies of a serial are numbered one after the other", () => {
  const print = { code: "K7Q2M4XW", count: 4, copies: 2, serials: ["7", "8"], voids: [] };
  assert.deepEqual(
    numbered(print).map(({ number, serial }) => `${number} ${serial}`),
    ["K7Q2M4XW-1 7", "K7Q2M4XW-2 7", "K7Q2M4XW-3 8", "K7Q2M4XW-4 8"],
  );
});
