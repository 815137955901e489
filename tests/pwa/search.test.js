/** Search on the device: the texts are the server's, what waits is found, what went is not. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import "../../pwa/node_modules/fake-indexeddb/auto/index.mjs";
import { openDatabase } from "../../pwa/src/database.js";
import { createFinder, forgetFinds, noting } from "../../pwa/src/finds.js";
import { rank, readings, searchText, wordsOf } from "../../pwa/src/search_text.js";

const INDEX = { counter: ["parity"], "counter?": ["name"] };
const vectors = JSON.parse(
  readFileSync(new URL("../vectors/search.json", import.meta.url), "utf8"),
);

for (const { name, parts, text } of vectors.texts) {
  test(`search text of ${name}`, () => assert.equal(searchText(parts), text));
}

for (const [text, all] of Object.entries(vectors.readings)) {
  test(`readings of ${text}`, () => assert.deepEqual(readings(text), all));
}

for (const { query, found } of vectors.queries) {
  test(`what is found by “${query.slice(0, 20)}”`, () => {
    const words = wordsOf(query);
    const hits = vectors.texts
      .filter(({ text }) => words.length > 0 && words.every((word) => text.includes(word)))
      .map(({ name, text }) => [name, rank(text, query)]);
    assert.deepEqual(Object.fromEntries(hits), found);
  });
}

let databases = 0;
const opened = () => openDatabase(`search ${++databases}`);
const STORES = ["finds", "meta"];

async function written(database, work) {
  await database.write(STORES, async (tx) => {
    const finds = await noting(tx, INDEX);
    await work(finds);
    await finds.done();
  });
}

const one = (id, name) => ({ key: `counter/SZ:${id}`, version: 1, name });
const finding = (database, search) => (query, over = new Map()) =>
  database.read(STORES, (tx) => search(tx, { type: "counter", query, over }));

test("a running worker finds what came and loses what went; a fresh one too", async () => {
  const database = opened();
  const find = finding(database, createFinder());
  await written(database, (finds) => finds.put(one("A", "阀体毛坯")));
  assert.deepEqual(await find("ftmp"), ["counter/SZ:A"]);
  await written(database, (finds) => finds.put(one("B", "阀盖")));
  await written(database, (finds) => finds.put(one("A", "轴承")));
  assert.deepEqual([await find("f"), await find("zc")], [["counter/SZ:B"], ["counter/SZ:A"]]);
  await written(database, (finds) => finds.drop("counter/SZ:B"));
  const fresh = finding(database, createFinder());
  assert.deepEqual([await find("f"), await fresh("f")], [[], []]);
  assert.deepEqual(await fresh("轴承"), ["counter/SZ:A"]);
});

test("after a replica was given up nothing of it is found", async () => {
  const database = opened();
  const find = finding(database, createFinder());
  await written(database, (finds) => finds.put(one("A", "阀体")));
  assert.equal((await find("阀")).length, 1);
  await database.write(STORES, forgetFinds);
  assert.deepEqual(await find("阀"), []);
  await written(database, (finds) => finds.put(one("B", "阀体")));
  assert.deepEqual(await find("阀"), ["counter/SZ:B"]);
});

test("what a waiting entry changed is found as it will be, the nearest first", async () => {
  const database = opened();
  const find = finding(database, createFinder());
  await written(database, async (finds) => {
    await finds.put(one("A", "x-10"));
    await finds.put(one("B", "x-1"));
    await finds.put(one("C", "y x-1"));
  });
  assert.deepEqual(await find("x-1"), ["counter/SZ:B", "counter/SZ:A", "counter/SZ:C"]);
  const over = new Map([["counter/SZ:B", "z"]]);
  assert.deepEqual(await find("x-1", over), ["counter/SZ:A", "counter/SZ:C"]);
});

test("searches of one page read the texts once", async () => {
  const database = opened();
  await written(database, (finds) => finds.put(one("A", "阀体毛坯")));
  const search = createFinder();
  let reads = 0;
  const counted = (store) => new Proxy(store, { get: (_, name) => method(store, name) });
  const method = (store, name) => {
    if (name === "getAll") reads += 1;
    return typeof store[name] === "function" ? store[name].bind(store) : store[name];
  };
  const found = await database.read(STORES, (tx) => {
    const seen = { objectStore: (name) => counted(tx.objectStore(name)) };
    const of = (type) => search(seen, { type, query: "ftmp", over: new Map() });
    return Promise.all([of("counter"), of("lot"), of("counter")]);
  });
  assert.deepEqual(found, [["counter/SZ:A"], [], ["counter/SZ:A"]]);
  assert.equal(reads, 1);
});
