/** What the feed brings, when it is shown, and what a lost scope takes along. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { feedOf, takePage } from "../../pwa/src/feed.js";
import { settle } from "../../pwa/src/ledger.js";
import { createServer, counter, INDEX } from "./plant.js";
import { add, look, metaOf, ready, rows, wake } from "./world.js";

const A = "counter/SZ:A";

function plant(options) {
  const server = createServer(options);
  server.put(counter("A"));
  return server;
}

async function take(device, page) {
  const asked = await device.database.read(["meta"], feedOf);
  const empty = { changes: [], scopes_added: [], scopes_dropped: [], cursors: {}, complete: true };
  const answer = { epoch: "epoch-1", last_seq: 0, ...empty, ...page };
  const circumstances = { asked, login: "wang.fang", index: INDEX, now: new Date() };
  return takePage(device.database, answer, circumstances);
}

test("an entry stays until the feed has passed each of its effects", async () => {
  const device = await ready(plant());
  const id = await add(device, A, 5);
  const effects = [
    { scope: "SZ.floor", version: 50 },
    { scope: "SZ.base", version: 60 },
  ];
  const verdict = { id, status: "applied", code: null, params: {}, case: null, effects };
  await settle(device.database, [verdict], new Date());
  const passed = async (cursors, changes = []) => {
    await take(device, { cursors, changes });
    return (await rows(device, "outbox")).length === 0;
  };
  assert.equal(await passed({ "SZ.floor": 49, "SZ.base": 59 }), false);
  assert.equal(await passed({ "SZ.floor": 50, "SZ.base": 59 }), false);
  assert.equal((await look(device, A)).n, 5, "the overlay holds it");
  const body = { ...counter("A", 5), version: 2 };
  const changes = [{ scope: "SZ.floor", version: 50, key: A, type: "counter", body }];
  assert.equal(await passed({ "SZ.floor": 50, "SZ.base": 60 }, changes), true);
  assert.equal((await look(device, A)).n, 5, "the replica holds it");
});

test("an effect in a scope that is not this device's does not hold an entry back", async () => {
  const device = await ready(plant());
  const id = await add(device, A, 5);
  const effects = [{ scope: "SZ.cases", version: 3 }];
  const verdict = { id, status: "conflict", code: "x", params: {}, case: "case/SZ:1", effects };
  await settle(device.database, [verdict], new Date());
  assert.equal((await rows(device, "outbox")).length, 1, "it may have been granted just now");
  await take(device, {});
  assert.equal((await rows(device, "outbox")).length, 0);
});

test("of two words on one entry the first stays", async () => {
  const device = await ready(plant());
  const id = await add(device, A, 5);
  const effects = [{ scope: "SZ.floor", version: 50 }];
  const said = { id, code: null, params: {}, case: null, effects };
  await settle(device.database, [{ ...said, status: "applied" }], new Date());
  await settle(device.database, [{ ...said, status: "rejected" }], new Date());
  assert.equal((await rows(device, "outbox"))[0].verdict.status, "applied");
});

test("the first sync is shown when it is complete, and not before", async () => {
  const server = plant({ pageLimit: 1 });
  for (const name of ["B", "C", "D"]) server.put(counter(name));
  const device = wake(server);
  await device.enrol();
  let pulls = 0;
  server.fault = (path, stage) => {
    if (path === "/sync/pull" && stage === "before" && ++pulls === 3)
      throw new TypeError("network");
  };
  await device.sync.run();
  assert.equal((await device.net.state()).ready, false);
  assert.equal((await device.net.state()).loaded, 2);
  assert.deepEqual(await rows(device, "replica"), []);
  server.fault = () => undefined;
  await device.sync.run();
  assert.equal((await device.net.state()).ready, true);
  assert.equal((await rows(device, "replica")).length, 5);
  assert.deepEqual(await rows(device, "staged"), []);
});

test("a lost scope takes its documents along, and never the outbox", async () => {
  const server = plant();
  const device = await ready(server);
  server.scopes.delete("SZ.floor");
  await add(device, A, 5);
  server.fault = (path, stage) => {
    if (path === "/sync/push" && stage === "before") throw new TypeError("network");
  };
  await take(device, { scopes_dropped: ["SZ.floor"] });
  assert.equal(await look(device, A), null);
  assert.equal((await rows(device, "outbox")).length, 1);
  server.fault = () => undefined;
  await device.sync.run();
  assert.equal(server.journal.length, 1, "delivered all the same");
  assert.equal("SZ.floor" in (await metaOf(device, "feed")).cursors, false);
});

test("what was staged of a scope that is lost meanwhile is never shown", async () => {
  const server = plant({ pageLimit: 1 });
  const device = await ready(server);
  const secret = counter("secret");
  const change = { scope: "SZ.floor", version: 9, key: secret.key, type: "counter", body: secret };
  await take(device, { changes: [change], cursors: { "SZ.floor": 9 }, complete: false });
  await take(device, { scopes_dropped: ["SZ.floor"] });
  assert.equal(await look(device, secret.key), null);
});

test("a tombstone removes the document, and one that another scope holds stays", async () => {
  const server = plant();
  const device = await ready(server);
  const change = { key: A, type: "counter", version: 90 };
  await take(device, { changes: [{ ...change, scope: "SZ.base", body: counter("A", 1) }] });
  await take(device, { changes: [{ ...change, scope: "SZ.floor", body: null }] });
  assert.equal((await look(device, A)).n, 1);
  await take(device, { changes: [{ ...change, scope: "SZ.base", body: null }] });
  assert.equal(await look(device, A), null);
});

test("a page that was asked for before another was taken is not taken", async () => {
  const device = await ready(plant());
  const asked = await device.database.read(["meta"], feedOf);
  await take(device, { cursors: { "SZ.floor": 7 } });
  const stale = {
    epoch: "epoch-1",
    changes: [],
    scopes_added: [],
    scopes_dropped: [],
    last_seq: 0,
  };
  const page = { ...stale, cursors: { "SZ.floor": 5 }, complete: true };
  const circumstances = { asked, login: "wang.fang", index: INDEX, now: new Date() };
  assert.equal((await takePage(device.database, page, circumstances)).isTaken, false);
  assert.equal((await metaOf(device, "feed")).cursors["SZ.floor"], 7);
});

test("another person sees nothing before their own pull was complete", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  server.signedIn = "li.na";
  await device.enrol();
  assert.equal((await device.net.state()).ready, false);
  server.scopes.delete("SZ.floor");
  await device.sync.run();
  assert.equal((await device.net.state()).ready, true);
  assert.equal(await look(device, A), null);
  assert.equal(server.journal.length, 1, "the first one's entry went up");
});

test("a new build's index fields find the documents of the old one", async () => {
  const server = plant();
  const device = await ready(server);
  const find = (one, term) => one.view.read((moment) => moment.find([term]));
  assert.equal((await find(device, "counter.n=0")).length, 0);
  const index = { ...INDEX, counter: ["n"] };
  const next = wake(server, { name: device.name, shared: { index } });
  assert.equal((await find(next, "counter.n=0")).length, 1);
  assert.equal((await find(next, "counter.parity=even")).length, 0);
});
