/** Photos and signatures: what of them needs no browser. The rest is in tests/browser. */
import assert from "node:assert/strict";
import test from "node:test";
import { within } from "../../pwa/src/evidence/photo.js";
import { ratioOf, scaled } from "../../pwa/src/evidence/ink.js";

test("a photo is made to fit its long side, upright or not", () => {
  assert.deepEqual(within({ width: 4000, height: 3000 }, 1600), { width: 1600, height: 1200 });
  assert.deepEqual(within({ width: 3000, height: 4000 }, 1600), { width: 1200, height: 1600 });
});

test("a small photo is not blown up", () => {
  assert.deepEqual(within({ width: 640, height: 480 }, 1600), { width: 640, height: 480 });
});

test("a very long photo keeps at least a pixel", () => {
  assert.deepEqual(within({ width: 10_000, height: 1 }, 1600), { width: 1600, height: 1 });
});

test("ink shrinks by the side that lost more", () => {
  assert.equal(ratioOf({ width: 300, height: 150 }, { width: 600, height: 200 }), 0.5);
  assert.equal(ratioOf({ width: 300, height: 150 }, { width: 0, height: 0 }), 1);
});

test("scaled ink is new ink; the old stays as it was", () => {
  const strokes = [{ penColor: "black", points: [{ x: 10, y: 20, pressure: 0.5, time: 1 }] }];
  assert.deepEqual(scaled(strokes, 0.5)[0].points[0], { x: 5, y: 10, pressure: 0.5, time: 1 });
  assert.equal(strokes[0].points[0].x, 10);
});
