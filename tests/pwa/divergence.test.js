/** Scope checks: a replica that differs from the server is noticed, loaded anew, and told. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openDB } from "../../pwa/node_modules/idb/build/index.js";
import { divergedOf } from "../../pwa/src/outbox_page.js";
import { recountIfDue } from "../../pwa/src/recount.js";
import { differing, NOTHING, summing } from "../../pwa/src/scope_sum.js";
import { createServer, counter } from "./plant.js";
import { add, freshName, look, metaOf, ready, rows, wake } from "./world.js";

const A = "counter/SZ:A";
const B = "counter/SZ:B";
const HOUR_MS = 3_600_000;
const file = new URL("../vectors/scope_check.json", import.meta.url);

function plant(options) {
  const server = createServer(options);
  server.put(counter("A"));
  server.put(counter("B"));
  return server;
}

/** Changes the replica behind everybody's back. */
async function spoil(device, work) {
  await device.database.write(["replica", "meta"], async (tx) => {
    await work(tx.objectStore("replica"));
    const meta = tx.objectStore("meta");
    await meta.put(((await meta.get("revision")) ?? 0) + 1, "revision");
    await meta.delete("counted_at");
  });
}

async function shown(device) {
  return device.view.read((moment) => divergedOf(moment));
}

/** A clock to be set, and a device that goes by it. */
async function timed(server) {
  const clock = { ms: Date.now() };
  return { clock, device: await ready(server, { now: () => new Date(clock.ms) }) };
}

for (const { name, steps, ...wanted } of JSON.parse(readFileSync(file, "utf8")).cases) {
  test(`a sum is what the vectors say: ${name}`, () => {
    const lies = summing();
    for (const { do: change, key, version } of steps) lies[change](key, version);
    assert.deepEqual(lies.sum(), wanted);
  });
}

test("a scope without documents is nothing, and differs from what lies in one", () => {
  const one = { count: 1, digest: "0".repeat(16) };
  assert.deepEqual(differing({ a: NOTHING, b: one }, {}), ["b"]);
  assert.deepEqual(differing({ a: one }, { a: { ...one, digest: "0".repeat(15) + "1" } }), ["a"]);
  assert.deepEqual(differing({ a: one }, { a: one, b: one }), []);
});

test("whatever comes and goes, the sums are those of the server", async () => {
  const server = plant({ pageLimit: 2 });
  const device = await ready(server);
  for (const deed of [
    () => add(device, A, 1),
    () => server.put(counter("C")),
    () => server.elsewhere(B, 4),
    () => server.remove("counter/SZ:C"),
    () => server.put(counter("C", 9)),
    () => server.scopes.delete("SZ.base"),
    () => server.scopes.add("SZ.base"),
    () => server.snapshot()(),
  ]) {
    await deed();
    await device.sync.run();
    const kept = await metaOf(device, "sums");
    await device.database.write(["meta"], (tx) => tx.objectStore("meta").delete("counted_at"));
    await recountIfDue(device.database, new Date());
    assert.deepEqual(await metaOf(device, "sums"), kept);
  }
  assert.deepEqual(server.told, []);
  assert.deepEqual(await metaOf(device, "divergence"), undefined);
});

for (const [what, work] of [
  ["was lost", (replica) => replica.delete(A)],
  ["is an older one", async (replica) => {
    const row = await replica.get(A);
    await replica.put({ ...row, scopes: { "SZ.floor": 0 }, body: { ...row.body, n: -7 } });
  }],
  ["should be gone", async (replica) => {
    const row = await replica.get(A);
    await replica.put({ ...row, key: "counter/SZ:ghost", body: { ...row.body, key: "ghost" } });
  }],
]) {
  test(`a document that ${what} is noticed, and its scope is loaded anew`, async () => {
    const server = plant({ pageLimit: 1 });
    const device = await ready(server);
    await spoil(device, work);
    await device.sync.run();
    assert.deepEqual((await rows(device, "replica")).map((row) => row.key), [A, B, "tally/SZ:all"]);
    assert.equal((await look(device, A)).n, 0);
    assert.equal(server.told.length, 1);
    assert.deepEqual(Object.keys(server.told[0]), ["SZ.floor"]);
    const [{ scope, healed }] = await shown(device);
    assert.deepEqual([scope, healed], ["SZ.floor", true]);
    await device.sync.run();
    assert.equal(server.told.length, 1, "told once");
  });
}

test("while a scope is loaded anew what waits is untouched, and nothing flickers", async () => {
  const server = plant({ pageLimit: 1 });
  for (const name of ["C", "D", "E"]) server.put(counter(name));
  const device = await ready(server);
  await spoil(device, (replica) => replica.delete(B));
  const seen = new Set();
  const eyes = wake(server, { name: device.name });
  let own;
  server.fault = async (path, stage) => {
    if (path !== "/sync/pull" || stage !== "before") return;
    own ??= await add(eyes, A, 5);
    seen.add(`${(await look(eyes, A)).n} ${(await rows(eyes, "outbox")).length}`);
  };
  await device.sync.run();
  assert.deepEqual([...seen], ["5 1"]);
  assert.equal((await look(device, B)).n, 0);
  server.fault = () => undefined;
  await device.sync.run();
  assert.deepEqual(server.journal, [own]);
  assert.equal((await look(device, A)).n, 5);
});

test("killed while a scope is loaded anew, the next worker goes on", async () => {
  const server = plant({ pageLimit: 1 });
  const device = await ready(server);
  await spoil(device, (replica) => replica.delete(B));
  let pulls = 0;
  server.fault = (path, stage) => {
    if (path === "/sync/pull" && stage === "before" && ++pulls > 2) throw new TypeError("network");
  };
  await device.sync.run();
  assert.equal(await look(device, B), null, "not yet");
  server.fault = () => undefined;
  const heir = wake(server, { name: device.name });
  await heir.sync.run();
  assert.equal((await look(heir, B)).n, 0);
  assert.deepEqual(await rows(heir, "staged"), []);
});

test("a scope that differs again once loaded is left for a while, then longer", async () => {
  const server = plant();
  const wrong = { count: 99, digest: "f".repeat(16) };
  server.lie = (checks) => ({ ...checks, "SZ.floor": wrong });
  const { clock, device } = await timed(server);
  let pulls = server.pulls;
  assert.equal(pulls, 2, "the first load, and once anew");
  const run = async (later_ms) => {
    clock.ms += later_ms;
    pulls = server.pulls;
    await device.sync.run();
    return server.pulls - pulls;
  };
  for (let n = 0; n < 5; n += 1) assert.equal(await run(1_000), 1, "only what is new is asked for");
  assert.equal(await run(HOUR_MS / 4), 2);
  assert.equal(await run(HOUR_MS / 4), 1, "twice as long now");
  assert.equal(await run(HOUR_MS / 4), 2);
  assert.equal((await look(device, A)).n, 0, "it is used all the same");
  assert.equal((await shown(device))[0].healed, false);
  server.lie = (checks) => checks;
  await run(1_000);
  assert.equal((await shown(device))[0].healed, true);
  assert.equal(server.told.length, 3);
});

test("a clock that was set back does not keep a wrong scope from being loaded", async () => {
  const server = plant();
  const { clock, device } = await timed(server);
  await spoil(device, (replica) => replica.delete(A));
  await device.sync.run();
  clock.ms -= 400 * 24 * HOUR_MS;
  await spoil(device, (replica) => replica.delete(A));
  await device.sync.run();
  assert.equal((await look(device, A)).n, 0);
});

test("all rows are counted once an hour at most, whoever starts", async () => {
  const server = plant();
  const { clock, device } = await timed(server);
  const at = await metaOf(device, "counted_at");
  clock.ms += HOUR_MS - 1;
  await wake(server, { name: device.name, now: () => new Date(clock.ms) }).sync.run();
  assert.equal(await metaOf(device, "counted_at"), at);
  clock.ms += 1;
  await device.sync.run();
  assert.notEqual(await metaOf(device, "counted_at"), at);
});

test("what was told of a scope is forgotten after a week", async () => {
  const server = plant();
  const { clock, device } = await timed(server);
  await spoil(device, (replica) => replica.delete(A));
  await device.sync.run();
  assert.equal((await shown(device)).length, 1);
  clock.ms += 7 * 24 * HOUR_MS;
  await device.sync.run();
  assert.deepEqual(await shown(device), []);
});

test("a server that says nothing of its scopes is believed", async () => {
  const server = plant();
  server.lie = () => undefined;
  const device = await ready(server);
  await spoil(device, (replica) => replica.delete(A));
  await device.sync.run();
  assert.equal(await metaOf(device, "divergence"), undefined);
});

test("a replica without versions is loaded anew, and reads meanwhile", async () => {
  const server = plant();
  const name = freshName();
  await old(name, await ready(server));
  const device = wake(server, { name });
  assert.equal((await look(device, A)).n, 41);
  const { ready: isReady, rejected } = await device.net.state();
  assert.deepEqual([isReady, rejected], [true, 1], "what was refused before is told too");
  await device.sync.run();
  assert.equal((await look(device, A)).n, 0);
  assert.deepEqual(server.told, []);
  assert.equal((await metaOf(device, "sums"))["SZ.floor"].count, 2);
});

/** A database of the first schema, with a counter that the server knows otherwise by now. */
async function old(name, device) {
  const stores = { signin: 0, device: 0, feed: 0 };
  for (const key of Object.keys(stores)) stores[key] = await metaOf(device, key);
  const db = await openDB(name, 1, {
    upgrade(made) {
      made.createObjectStore("replica", { keyPath: "key" }).createIndex("terms", "terms", {
        multiEntry: true,
      });
      made.createObjectStore("staged", { autoIncrement: true });
      for (const one of ["outbox", "ledger"]) {
        made.createObjectStore(one, { keyPath: "place" }).createIndex("id", "id", { unique: true });
      }
      made.createObjectStore("blobs", { keyPath: "sha256" }).createIndex("state", "state");
      made.createObjectStore("meta");
    },
  });
  const body = counter("A", 41);
  const row = { key: A, scopes: ["SZ.floor"], version: 1, body, terms: ["counter"] };
  await db.put("replica", row);
  const refused = { place: 1, id: "refused", actor: stores.signin.login, on: A, bytes: "{}" };
  await db.put("ledger", { ...refused, verdict: { status: "rejected" } });
  await db.put("ledger", { ...refused, place: 2, id: "taken", verdict: { status: "applied" } });
  for (const [key, value] of Object.entries(stores)) await db.put("meta", value, key);
  db.close();
}
