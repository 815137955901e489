/** The twins foresee what the server's handlers do: every vector of tests/vectors, and the gate. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Draft } from "../../pwa/src/domain/draft.js";
import { KINDS } from "../../pwa/src/domain/kinds.js";
import { Problem } from "../../pwa/src/domain/problem.js";
import { gate, gateNeeds } from "../../pwa/src/domain/rights.js";
import { canonical } from "../../pwa/src/domain/values.js";

const NEEDS_ROUNDS_MAX = 4;
const vectorsOf = (name) =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
const rights = vectorsOf("kinds");

/** Only what the twin asked for is there; asking for too little shows. */
function loaded(entry, documents) {
  const all = new Map(documents.map((document) => [document.key, document]));
  const there = new Map();
  const get = (key) => there.get(key) ?? null;
  const wanted = () => [entry.on, ...gateNeeds(entry), ...KINDS[entry.kind].needs(entry, get)];
  for (let round = 0; round < NEEDS_ROUNDS_MAX; round += 1) {
    for (const key of wanted()) if (all.has(key)) there.set(key, all.get(key));
  }
  return there;
}

/** What the overlay and the forms do with an entry, as the engine does it on the server. */
function foresee({ entry, documents, now }) {
  const there = loaded(entry, documents);
  const draft = new Draft((key) => there.get(key));
  const { request } = rights[entry.kind];
  try {
    const refused = gate(entry, rights[entry.kind], draft);
    const outcome = refused ?? KINDS[entry.kind].handler(entry, draft, now);
    const stands = outcome.status !== "rejected" && outcome.status !== "parked";
    return { outcome, after: stands ? Object.fromEntries(draft.changed) : {} };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code } = error;
    const { why, ...place } = error.params;
    const params = code === "body_malformed" ? place : error.params;
    const status = request ? "rejected" : "parked";
    return { outcome: { status, code, params, case: null }, after: {} };
  }
}

for (const kind of Object.keys(KINDS)) {
  describe(kind, () => {
    for (const vector of vectorsOf(kind)) {
      test(vector.name, () => {
        const before = structuredClone(vector.documents);
        const { outcome, after } = foresee(vector);
        assert.deepEqual(outcome, vector.outcome);
        assert.deepEqual(JSON.parse(JSON.stringify(after)), vector.after);
        assert.deepEqual(vector.documents, before, "the documents before are untouched");
      });
    }
  });
}

test("a device without the cases foresees a shortage all the same", () => {
  const vector = vectorsOf("material.issued").find(
    ({ outcome, documents }) =>
      outcome.code === "case_overdrawn" && documents.some(({ key }) => key.startsWith("case/")),
  );
  const documents = vector.documents.filter(({ key }) => !key.startsWith("case/"));
  const { outcome, after } = foresee({ ...vector, documents });
  assert.deepEqual(outcome, vector.outcome);
  assert.deepEqual(Object.keys(after), [vector.entry.on, "item/SZ:M-1"]);
});

test("a body without what its needs are read from is malformed, not an error", () => {
  for (const kind of Object.keys(KINDS)) {
    const vector = vectorsOf(kind)[0];
    const { outcome } = foresee({ ...vector, entry: { ...vector.entry, body: { x: 1 } } });
    assert.ok(["body_malformed", "no_right"].includes(outcome.code), `${kind}: ${outcome.code}`);
  }
});

test("decimals have the server's canonical form", () => {
  const forms = { "12.50": "12.5", "-0": "0", "1e3": "1000", "0.0000001": "0.0000001", 7: "7" };
  for (const [value, form] of Object.entries(forms)) assert.equal(canonical(value), form);
});
