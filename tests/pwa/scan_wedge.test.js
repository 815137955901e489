/** Hand-held scanners that type: a burst is a read, typing is left alone. */
import assert from "node:assert/strict";
import test from "node:test";
import { listenWedge } from "../../pwa/src/scan/wedge.js";
import { FakeField, desk } from "./scan_desk.js";

test("a burst ended by Enter is a read, anywhere on the page", () => {
  const { reads, press, type } = desk();
  type("SZ:M-1001:L1");
  const end = press("Enter");
  assert.deepEqual(reads, [{ text: "SZ:M-1001:L1", where: null }]);
  assert.ok(end.defaultPrevented, "Enter presses no button");
});

test("Tab ends a burst too and moves no focus", () => {
  const { reads, press, type } = desk();
  type("L2611-03");
  assert.ok(press("Tab").defaultPrevented);
  assert.equal(reads[0].text, "L2611-03");
});

test("a person's typing is left alone", () => {
  const field = new FakeField();
  const { reads, press, type } = desk({ field });
  type("L2611-03", { after_ms: 90 });
  const end = press("Enter", { after_ms: 120 });
  assert.deepEqual(reads, []);
  assert.equal(field.value, "L2611-03");
  assert.ok(!end.defaultPrevented, "Enter still sends the form");
});

test("a key that comes late over Bluetooth doesn't cut the read in two", () => {
  const { reads, press, type } = desk();
  type("SZ:M-10");
  press("0", { after_ms: 120 });
  type("1:L1");
  press("Enter");
  assert.deepEqual(
    reads.map(({ text }) => text),
    ["SZ:M-1001:L1"],
  );
});

test("35 ms between keys is a person, 34 a scanner", () => {
  const slow = desk();
  slow.type("ABCD", { after_ms: 35 });
  slow.press("Enter", { after_ms: 35 });
  assert.equal(slow.reads.length, 0);
  const fast = desk();
  fast.type("ABCD", { after_ms: 34 });
  fast.press("Enter", { after_ms: 34 });
  assert.equal(fast.reads.length, 1);
});

test("a burst without an end key is no read", () => {
  const { reads, press, type } = desk();
  type("L2611-03");
  press("Enter", { after_ms: 400 });
  assert.deepEqual(reads, []);
});

test("three characters are too few", () => {
  const { reads, press, type } = desk();
  type("ABC");
  assert.ok(!press("Enter").defaultPrevented);
  assert.deepEqual(reads, []);
});

test("a burst is taken out of the field it fell into", () => {
  const field = new FakeField();
  field.value = "looks ";
  field.selectionStart = 6;
  const { reads, press, type } = desk({ field });
  type("fine", { after_ms: 120 });
  press("L", { after_ms: 400 });
  type("2611-03", { after_ms: 8 });
  press("Enter", { after_ms: 8 });
  assert.equal(reads[0].text, "L2611-03");
  assert.equal(field.value, "looks fine");
  assert.deepEqual(field.repaired, ["looks fine"], "the page hears of it");
  assert.equal(field.selectionStart, 10);
});

test("a field for codes keeps the read and holds nothing else", () => {
  const field = new FakeField();
  field.dataset.wedge = "field";
  field.value = "L-OLD";
  const { reads, press, type } = desk({ field });
  type("L2611-03");
  assert.ok(press("Enter").defaultPrevented);
  assert.equal(field.value, "L2611-03");
  assert.deepEqual(reads, [{ text: "L2611-03", where: field }]);
});

test("typing into a field for codes sends it as ever", () => {
  const field = new FakeField();
  field.dataset.wedge = "field";
  const { reads, press, type } = desk({ field });
  type("L2611-03", { after_ms: 80 });
  assert.ok(!press("Enter", { after_ms: 80 }).defaultPrevented);
  assert.deepEqual(reads, []);
});

test("an input method's keys are never touched", () => {
  const field = new FakeField();
  const { reads, press, type } = desk({ field });
  type("picixinxi", { isComposing: true });
  assert.ok(!press("Enter", { isComposing: true }).defaultPrevented);
  type("picixinxi", { keyCode: 229 });
  assert.ok(!press("Enter", { keyCode: 229 }).defaultPrevented);
  assert.deepEqual(reads, []);
});

test("a composition in the middle ends a burst", () => {
  const { reads, press, type } = desk();
  type("L261");
  press("Process", { keyCode: 229 });
  type("1-0");
  press("Enter");
  assert.deepEqual(reads, []);
});

test("a key held down is no burst", () => {
  const { reads, press, type } = desk();
  press("a");
  type("aaaaaa", { after_ms: 30, repeat: true });
  press("Enter", { after_ms: 30 });
  assert.deepEqual(reads, []);
});

test("shortcuts are no characters", () => {
  const { reads, press, type } = desk();
  type("save", { ctrlKey: true });
  press("Enter");
  assert.deepEqual(reads, []);
});

test("Shift between two characters belongs to the burst", () => {
  const { reads, press, type } = desk();
  press("Shift");
  press("L", { after_ms: 20 });
  press("Shift", { after_ms: 20 });
  press("M", { after_ms: 10 });
  type("01");
  press("Enter");
  assert.equal(reads[0].text, "LM01");
});

test("Ctrl+] is GS1's group separator, and stays in a field for codes", () => {
  const field = new FakeField();
  field.dataset.wedge = "field";
  const { reads, press, type } = desk({ field });
  type("10L1");
  press("Control");
  press("]", { ctrlKey: true });
  type("21S1");
  press("Enter");
  assert.equal(reads[0].text, "10L1\u001d21S1");
  assert.equal(field.value, "10L1\u001d21S1");
});

test("two reads after each other are two", () => {
  const { reads, press, type } = desk();
  type("L2611-03");
  press("Enter");
  type("L2611-04", { after_ms: 12 });
  press("Enter");
  assert.deepEqual(
    reads.map(({ text }) => text),
    ["L2611-03", "L2611-04"],
  );
});

test("outside of fields a burst scrolls and searches nothing", () => {
  const { press } = desk();
  press("L");
  assert.ok(press(" ").defaultPrevented);
  assert.ok(press("/").defaultPrevented);
});

test("the keys of a list are undone and the list says so", () => {
  const field = new FakeField();
  Object.assign(field, { tagName: "SELECT", type: "select-one", value: "pass" });
  const changes = [];
  field.addEventListener("change", () => changes.push(field.value));
  const { press, type } = desk({ field });
  type("fail");
  press("Enter");
  assert.equal(field.value, "pass");
  assert.deepEqual(changes, ["pass"]);
});

test("after the end of listening nothing is heard", () => {
  const { reads, press, type, stop } = desk();
  stop();
  type("L2611-03");
  press("Enter");
  assert.deepEqual(reads, []);
});

test("without a given clock the time of the key press counts, not of its arrival", () => {
  const page = new EventTarget();
  const reads = [];
  listenWedge((text) => reads.push(text), { target: page });
  [..."person"].concat("Enter").forEach((key, i) => {
    const event = new Event("keydown", { cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: 1000 + i * 90 });
    page.dispatchEvent(Object.assign(event, { key, getModifierState: () => false }));
  });
  assert.deepEqual(reads, []);
});
