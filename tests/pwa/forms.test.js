/** From a filled-in form to an entry, or to what is wrong with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { afterForm } from "../../pwa/src/addresses.js";
import { bodyOf, fieldsOf, jsonOf } from "../../pwa/src/fields.js";
import { takeForm } from "../../pwa/src/forms.js";
import { sessionOf } from "../../pwa/src/signin.js";
import { createServer, counter } from "./plant.js";
import { newId, ready, rows, SHARED } from "./world.js";

const A = "counter/SZ:A";
const INDEX = { ...SHARED.index, counter: ["site", "code"], lot: ["code", "scan"], item: ["code"] };

async function desk() {
  const server = createServer();
  server.put(counter("A", 0, { version: 4 }));
  server.put({ key: "counter/SZ:B", version: 1, n: 0 });
  const device = await ready(server, { shared: { index: INDEX } });
  const lot = (site, code, item = "M-1") => ({
    key: `lot/${site}:${item}:${code}`,
    version: 1,
    code,
    gtin: "04006381333931",
  });
  await device.database.write(["replica"], async (tx) => {
    for (const body of [
      lot("SZ", "L1"),
      lot("SZ", "L2"),
      lot("SZ", "L2", "M-2"),
      { key: "item/SZ:M-1", version: 1, code: "M-1" },
    ]) {
      const type = body.key.split("/")[0];
      const terms = [type, `${type}.code=${body.code}`, `lot.scan=${body.gtin}/${body.code}`];
      await tx
        .objectStore("replica")
        .put({ key: body.key, scopes: ["SZ.floor"], version: 1, body, terms });
    }
  });
  return { server, device };
}

async function post(device, kind, pairs) {
  const data = new FormData();
  for (const [name, value] of pairs) {
    if (typeof value === "string") data.append(name, value);
    else data.append(name, value.blob, value.name);
  }
  const { signin } = await device.database.read(["meta"], sessionOf);
  return takeForm(device, { kind, data, shared: await device.shared(), signin });
}

const entryOf = async (device) => JSON.parse((await rows(device, "outbox")).at(-1).bytes);

test("a form becomes an entry, and the person goes on with it named", async () => {
  const { device } = await desk();
  const pairs = [
    ["on", A],
    ["base", "3"],
    ["then", "/counters/{id}?x=1"],
    ["body.amount", " 2 "],
    ["body.note", ""],
  ];
  const taken = await post(device, "counter.added", pairs);
  const entry = await entryOf(device);
  assert.deepEqual([entry.on, entry.base, entry.body], [A, 3, { amount: "2" }]);
  assert.equal(taken.to, `/counters/SZ:A?x=1&done=${entry.id}`);
});

test("without a base the entry names the version that the server gave", async () => {
  const { device } = await desk();
  await post(device, "counter.added", [
    ["on", A],
    ["body.amount", "1"],
  ]);
  await post(device, "counter.added", [
    ["on", A],
    ["body.amount", "1"],
  ]);
  assert.equal((await entryOf(device)).base, 4, "not the foreseen one");
});

test("what the twin refuses is shown with what was typed, and is not recorded", async () => {
  const { device } = await desk();
  const wrong = await post(device, "counter.added", [
    ["on", A],
    ["body.amount", "0"],
  ]);
  assert.deepEqual(wrong.problems, [{ code: "nothing_added", params: {}, field: "amount" }]);
  assert.equal(wrong.values["body.amount"], "0");
  const request = await post(device, "counter.asked", [
    ["on", A],
    ["body.amount", "101"],
  ]);
  assert.equal(request.problems[0].code, "too_much");
  assert.deepEqual(await rows(device, "outbox"), []);
});

test("a fact about a document that has not come here is recorded, a request is not", async () => {
  const { device } = await desk();
  const on = "counter/SZ:brand-new";
  assert.ok(
    "to" in
      (await post(device, "counter.added", [
        ["on", on],
        ["body.amount", "1"],
      ])),
  );
  const request = await post(device, "counter.asked", [
    ["on", on],
    ["body.amount", "1"],
  ]);
  assert.equal(request.problems[0].code, "unknown_document");
});

test("nobody records what their roles do not allow", async () => {
  const { device } = await desk();
  const wrong = await post(device, "counter.added", [
    ["on", "counter/HD:A"],
    ["body.amount", "1"],
  ]);
  assert.deepEqual(wrong.problems[0].code, "no_right");
  assert.equal((await post(device, "counter.gone", [["on", A]])).problems[0].code, "unknown_kind");
});

test("a form sent again is the same deed; filled in anew it is another", async () => {
  const { device } = await desk();
  const entry = ["entry", newId()];
  const pairs = [["on", A], ["body.amount", "2"], entry];
  const [one, two] = [
    await post(device, "counter.added", pairs),
    await post(device, "counter.added", pairs),
  ];
  assert.equal(one.to, two.to);
  await post(device, "counter.added", [["on", A], ["body.amount", "3"], entry]);
  assert.deepEqual(
    (await rows(device, "outbox")).map((row) => JSON.parse(row.bytes).body.amount),
    ["2", "3"],
  );
});

test("what is new is named once, also when it is sent twice", async () => {
  const { device } = await desk();
  const pairs = [
    ["on", "counter/{site}:{new}"],
    ["on.site", "SZ"],
    ["entry", newId()],
    ["body.x", "1"],
  ];
  await post(device, "counter.noted", pairs);
  await post(device, "counter.noted", pairs);
  const [row, ...others] = await rows(device, "outbox");
  assert.match(row.on, /^counter\/SZ:[0-9a-f-]{36}$/);
  assert.deepEqual(others, []);
});

test("scanned and typed texts become keys", async () => {
  const { device } = await desk();
  const noted = async (name, text) => {
    const taken = await post(device, "counter.noted", [
      ["on", A],
      [name, text],
      ["body.x", "1"],
    ]);
    return taken.problems?.[0] ?? (await entryOf(device));
  };
  const lots = {
    L1: "lot/SZ:M-1:L1",
    l1: "lot/SZ:M-1:L1",
    "lot/SZ:M-1:L1": "lot/SZ:M-1:L1",
    "SZ:M-1:L9": "lot/SZ:M-1:L9",
    "https://traveler.example/lots/SZ:M-1:L7": "lot/SZ:M-1:L7",
    "https://id.gs1.org/01/04006381333931/10/L1": "lot/SZ:M-1:L1",
  };
  for (const [text, key] of Object.entries(lots)) {
    assert.equal((await noted("body.part@lot", text)).body.part, key, text);
  }
  assert.equal((await noted("body.of@item", "m-1")).body.of, "item/SZ:M-1");
  const twice = await noted("body.parts.0.lot@lot", "L2");
  assert.deepEqual([twice.code, twice.field], ["ambiguous_lot", "body.parts.0.lot@lot"]);
  assert.equal((await noted("body.part@lot", "nothing")).code, "unknown_lot");
  assert.equal((await noted("body.of@item", "nothing")).code, "unknown_item");
});

test("the lot that was scanned is what the entry is about", async () => {
  const { device } = await desk();
  const taken = await post(device, "counter.noted", [
    ["on@lot", "L1"],
    ["body.x", "1"],
    ["then", "/lots/{id}"],
  ]);
  assert.match(taken.to, /^\/lots\/SZ:M-1:L1\?done=/);
  const wrong = await post(device, "counter.noted", [
    ["on@lot", "?"],
    ["body.x", "1"],
  ]);
  assert.deepEqual([wrong.problems[0].code, wrong.problems[0].field], ["unknown_lot", "on@lot"]);
});

test("a photo is stored with its entry and named by its content", async () => {
  const { device } = await desk();
  const photo = { blob: new Blob(["jpeg"], { type: "image/jpeg" }), name: "a.jpg" };
  const none = { blob: new Blob([]), name: "" };
  const pairs = [
    ["on", A],
    ["body.answers.photo", photo],
    ["body.answers.other", none],
  ];
  await post(device, "counter.noted", pairs);
  const [blob] = await rows(device, "blobs");
  const entry = await entryOf(device);
  assert.deepEqual(entry.body, { answers: { photo: blob.sha256 } });
  assert.deepEqual(entry.blobs, [
    { sha256: blob.sha256, size: 4, type: "image/jpeg", name: "a.jpg" },
  ]);
  assert.equal(new TextDecoder().decode(blob.bytes), "jpeg");
});

test("rows close up: empty ones go, what was scanned into one does not", () => {
  const body = (...pairs) => bodyOf(fieldsOf(pairs));
  assert.deepEqual(
    body(
      ["body.lines.0.item", "a"],
      ["body.lines.0.quantity", ""],
      ["body.lines.10.item", "c"],
      ["body.lines.10.quantity", "3"],
      ["body.lines.2.item", "b"],
      ["body.lines.2.quantity", "2"],
    ),
    {
      lines: [
        { item: "b", quantity: "2" },
        { item: "c", quantity: "3" },
      ],
    },
  );
  assert.throws(() => body(["body.parts.0.lot@lot", "L1"], ["body.parts.0.quantity", ""]), {
    code: "quantity_missing",
    field: "parts.0.quantity",
  });
});

test("names of a form cannot reach what every object has", () => {
  const body = bodyOf(
    fieldsOf([
      ["body.__proto__.polluted", "1"],
      ["body.constructor", "2"],
    ]),
  );
  assert.equal({}.polluted, undefined);
  assert.equal(JSON.stringify(body), '{"__proto__":{"polluted":"1"},"constructor":"2"}');
  assert.throws(() => jsonOf({ name: "shown", value: "{" }), { code: "form_malformed" });
});

test("a form leads nowhere but to this app", () => {
  const what = { on: "lot/SZ:M 1:L/1", done: "id" };
  for (const target of ["https://evil.example/", "//evil.example", "javascript:alert(1)"]) {
    assert.ok(afterForm(target, what).startsWith("/"), target);
    assert.equal(new URL(afterForm(target, what), "http://localhost").origin, "http://localhost");
  }
  assert.equal(afterForm("/lots/{id}#x", what), "/lots/SZ:M%201:L%2F1?done=id#x");
});
