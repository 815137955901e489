/** Reads of the camera: a label that stays in sight is one read. */
import assert from "node:assert/strict";
import test from "node:test";
import { QUIET_MS, repeats } from "../../pwa/src/scan/repeats.js";

/** @returns {{isRepeat: (text: string) => boolean, wait: (ms: number) => void}} */
function scene() {
  let now_ms = 10_000;
  return {
    isRepeat: repeats(() => now_ms),
    wait: (ms) => {
      now_ms += ms;
    },
  };
}

test("the first sight of a label is a read", () => {
  assert.equal(scene().isRepeat("L1"), false);
});

test("a label that stays in sight is read once, however long it stays", () => {
  const { isRepeat, wait } = scene();
  isRepeat("L1");
  for (let frame = 0; frame < 100; frame += 1) {
    wait(66);
    assert.equal(isRepeat("L1"), true);
  }
});

test("a label that comes back after a second and a half is read again", () => {
  const { isRepeat, wait } = scene();
  isRepeat("L1");
  wait(QUIET_MS);
  assert.equal(isRepeat("L1"), false);
});

test("a label that was lost for a few frames is not read again", () => {
  const { isRepeat, wait } = scene();
  isRepeat("L1");
  wait(QUIET_MS - 1);
  assert.equal(isRepeat("L1"), true);
});

test("two labels in one picture don't take turns", () => {
  const { isRepeat, wait } = scene();
  assert.equal(isRepeat("L1"), false);
  wait(66);
  assert.equal(isRepeat("L2"), false);
  wait(66);
  assert.equal(isRepeat("L1"), true);
  wait(66);
  assert.equal(isRepeat("L2"), true);
});
