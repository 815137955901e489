/** The table of pages: whose an address is, what placeholders give, what lists show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { filled, pageAt, values } from "../../pwa/src/addresses.js";
import { listOf } from "../../pwa/src/lists.js";

test("a fixed path goes before one with an id", () => {
  const pages = [
    { name: "show", path: "/things/{id}" },
    { name: "new", path: "/things/new" },
  ];
  assert.equal(pageAt(pages, "/things/new").page.name, "new");
  assert.deepEqual(pageAt(pages, "/things/SZ:a%20b").id, "SZ:a b");
  for (const path of ["/things/", "/things/a/b", "/other", "/things/%E0%A4%A"]) {
    assert.equal(pageAt(pages, path), null, path);
  }
});

test("placeholders give a text per element, and none for nothing", () => {
  const scope = {
    me: { seats: ["SZ:operator", "HD:technician"] },
    doc: { lines: [{ item: "a" }, { item: "b" }, {}] },
  };
  assert.deepEqual(filled("job.waits_for={me.seats}", scope), [
    "job.waits_for=SZ:operator",
    "job.waits_for=HD:technician",
  ]);
  assert.deepEqual(filled("lot.item={doc.lines.item}", scope), ["lot.item=a", "lot.item=b"]);
  assert.deepEqual(filled("{query.q}", { query: { q: "" } }), []);
  assert.deepEqual(filled("lot", scope), ["lot"]);
  assert.deepEqual(values({ a: null }, "a.b.c"), []);
});

test("lists are filtered, searched, sorted and cut as the table says", async () => {
  const docs = [
    { key: "a", n: 10, day: "2026-01-02", name: { zh: "轴" }, state: "open", code: "p" },
    { key: "b", n: 9, day: "", name: { zh: "Welle" }, state: "done", code: "p" },
    { key: "c", n: null, day: "2026-01-01", name: { zh: "welle 2" }, state: "open", code: "q" },
  ];
  const moment = {
    find: async () => docs,
    get: async (key) => docs.find((doc) => doc.key === key) ?? null,
    once: (_, work) => work(),
    search: async (_, query) => (query === "welle" ? ["c", "b"] : []),
  };
  const keys = async (spec, query = {}) => {
    const { items, total } = await listOf(moment, { term: "x", ...spec }, { query });
    return [items.map((doc) => doc.key).join(""), total];
  };
  assert.deepEqual(await keys({ sort: "n" }), ["bac", 3]);
  assert.deepEqual(await keys({ sort: "-n" }), ["abc", 3]);
  assert.deepEqual(await keys({ sort: "day", limit: 2 }), ["ca", 3]);
  assert.deepEqual(await keys({ sort: "n", ahead: { state: "open" } }), ["acb", 3]);
  assert.deepEqual(await keys({ sort: "-n", ahead: { state: "done" } }), ["bac", 3]);
  const mixed = { sort: "code", ahead: { code: "q" } };
  assert.deepEqual(await keys(mixed), ["cab", 3]);
  assert.deepEqual(await keys({ where: { state: "{query.state}" } }, { state: "open" }), ["ac", 2]);
  assert.deepEqual(await keys({ where: { state: "{query.state}" } }, { state: "" }), ["abc", 3]);
  assert.deepEqual(await keys({ match: "{query.q}", sort: "n" }, { q: "welle" }), ["bc", 2]);
  assert.deepEqual(await keys({ match: "{query.q}", sort: "n" }, { q: " " }), ["bac", 3]);
  const few = { match: "{query.q}", nearest: true, limit: 1 };
  assert.deepEqual(await keys(few, { q: "welle" }), ["c", 2]);
  assert.deepEqual(await keys(few, { q: "" }), ["", 0]);
  assert.deepEqual(await keys({ sort: "n", from: "{query.from}" }, { from: "1" }), ["ac", 3]);
  assert.deepEqual(await keys({ sort: "n", from: "{query.from}" }, { from: "x" }), ["bac", 3]);
  assert.deepEqual(await keys({ sort: "-n", latest: "code" }), ["ac", 2]);
  const without = { state: "{query.state}" };
  assert.deepEqual(await keys({ without }, { state: "open" }), ["b", 1]);
  assert.deepEqual(await keys({ without }, { state: "" }), ["abc", 3]);
});

test("the latest of a code is that of each site", async () => {
  const docs = ["p/HD:x.v2", "p/SZ:x.v1", "p/SZ:x.v3"].map((key) => {
    return { key, code: "x", revision: Number(key.slice(-1)) };
  });
  const spec = { term: "p", sort: "-revision", latest: "code" };
  const { items } = await listOf({ find: async () => docs }, spec, {});
  assert.deepEqual(
    items.map(({ key }) => key),
    ["p/HD:x.v2", "p/SZ:x.v3"],
  );
});
