/** Labels drawn on the device: mark for mark those of the server, vector by vector. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { labelParts } from "../../pwa/label_parts.mjs";
import { labelOf } from "../../pwa/src/labels/content.js";
import { createMatrix } from "../../pwa/src/labels/data_matrix.js";
import { drawingsOf } from "../../pwa/src/labels/draw.js";
import { LabelError } from "../../pwa/src/labels/error.js";
import { faceOf } from "../../pwa/src/labels/font.js";
import { layoutOf } from "../../pwa/src/labels/layout.js";

const root = new URL("../../", import.meta.url).pathname;
const vectors = JSON.parse(readFileSync(`${root}tests/vectors/labels.json`, "utf8"));
const wasm = `${root}pwa/node_modules/zxing-wasm/dist/writer/zxing_writer.wasm`;
const parts = await labelParts(root);
const faces = { regular: faceOf(parts.faces.regular), bold: faceOf(parts.faces.bold) };
const matrix = createMatrix(async () => readFileSync(wasm));
/** Of a dot: what may lie between two ways of adding the same lengths. */
const TOLERANCE = 0.002;

test("there are vectors of every layout", () => {
  const names = new Set(vectors.map(({ layout }) => layout));
  assert.deepEqual([...names].sort(), Object.keys(parts.layouts).sort());
});

for (const { name, layout, given, base_url, dpi, drawings, error } of vectors) {
  test(name, async () => {
    const made = draw(layout, given, { base_url, dpi });
    if (error) return assert.rejects(made, (refusal) => assertTold(refusal, error));
    const sides = await made;
    assert.equal(sides.length, drawings.length);
    sides.forEach(({ width, height, width_mm, height_mm, marks }, n) => {
      assert.deepEqual([width, height, width_mm, height_mm], drawings[n].size);
      assert.equal(marks.length, drawings[n].marks.length);
      marks.forEach((mark, place) => assertSame(written(mark), drawings[n].marks[place]));
    });
  });
}

async function draw(layout, given, { base_url, dpi }) {
  const label = labelOf(layoutOf(parts.layouts[layout]), given, base_url);
  return drawingsOf(label, dpi, { faces, matrix });
}

function assertTold(refusal, { code, about, field }) {
  assert.ok(refusal instanceof LabelError, refusal.stack);
  assert.deepEqual([refusal.code, refusal.about, refusal.field], [code, about, field]);
  return true;
}

function assertSame(made, meant) {
  const isNear = (one, other) =>
    typeof other === "number" ? Math.abs(one - other) <= TOLERANCE : one === other;
  const pairs = meant.flat().map((value, place) => [made.flat()[place], value]);
  const isSame = made.flat().length === meant.flat().length && pairs.every((p) => isNear(...p));
  if (!isSame) assert.deepEqual(made, meant);
}

function written(mark) {
  switch (mark.kind) {
    case "code": {
      const { x, y, module, height, symbol } = mark;
      return ["code", x, y, module, height, symbol.kind, symbol.text, symbol.rows.join(" ")];
    }
    case "box":
      return ["box", mark.x, mark.y, mark.width, mark.height, inkOf(mark.ink)];
    case "picture":
      return ["picture", ...mark.shapes.map(shapeOf)];
    case "text": {
      const { x, baseline, content, size, weight, width, ink, align } = mark;
      return ["text", x, baseline, content, size, weight, width, inkOf(ink), align];
    }
  }
}

function shapeOf({ points, ink }) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const middle = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const reach = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return [points.length, middle(xs), middle(ys), ...reach, inkOf(ink)];
}

function inkOf({ hex, black }) {
  return hex + (black ? "!" : "");
}
