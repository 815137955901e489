/** What is shown: the replica, and over it what waits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { termsOf } from "../../pwa/src/terms.js";
import { createServer, counter } from "./plant.js";
import { add, look, ready, record, wake } from "./world.js";

const A = "counter/SZ:A";
const B = "counter/SZ:B";

async function desk() {
  const server = createServer();
  server.put(counter("A", 0, { version: 5 }));
  server.put(counter("B", 1));
  return { server, device: await ready(server) };
}

const find = async (device, ...terms) =>
  (await device.view.read((moment) => moment.find(terms))).map((doc) => doc.key);

test("waiting entries show in the order of recording, also after a restart", async () => {
  const { server, device } = await desk();
  await add(device, A, 2);
  await add(device, A, 3);
  assert.deepEqual([(await look(device, A)).n, (await look(device, A)).version], [5, 7]);
  assert.equal((await look(wake(server, { name: device.name }), A)).n, 5);
});

test("pages carry the version that the server gave, not the foreseen one", async () => {
  const { device } = await desk();
  await add(device, A, 2);
  const doc = await device.view.read(async (moment) => moment.seen(await moment.get(A)));
  assert.deepEqual([doc.n, doc.version], [2, 5]);
});

test("lists follow what waits: documents leave and enter by their foreseen fields", async () => {
  const { device } = await desk();
  assert.deepEqual(await find(device, "counter.parity=even"), [A]);
  await add(device, A, 1);
  await add(device, B, 1);
  assert.deepEqual(await find(device, "counter.parity=even"), [B]);
  assert.deepEqual(await find(device, "counter.parity=odd", "counter.parity=even"), [A, B]);
});

test("a twin that fails changes nothing, and its entry still waits on its document", async () => {
  const { device } = await desk();
  await record(device, "counter.added", "counter/SZ:unknown", { amount: 1 });
  await record(device, "counter.noted", B, {});
  await add(device, A, 1);
  const { touched, waiting } = await device.view.read(async (moment) => moment);
  assert.equal(waiting.length, 3);
  assert.deepEqual(touched.sort(), [A, B, "counter/SZ:unknown", "tally/SZ:all"]);
  assert.equal((await look(device, A)).n, 1);
  assert.equal((await look(device, "tally/SZ:all")).n, 1, "the failed one left no half");
});

test("a request that would be rejected by now is not shown as done", async () => {
  const { server, device } = await desk();
  await record(device, "counter.asked", A, { amount: 60 });
  server.elsewhere(A, 50);
  server.fault = (path) => {
    if (path === "/sync/push")
      return new Response("{}", { status: 400, headers: { "Content-Type": "application/json" } });
  };
  await device.sync.run(); // refused as a whole: nothing was taken in, but news may come
  assert.equal((await look(device, A)).n, 50);
  assert.equal((await device.net.state()).failure, "400");
});

test("terms are what the server makes of the same document", () => {
  const index = { lot: ["site", "status", "tags", "open", "scan"] };
  const lot = { key: "lot/SZ:M-1:L1", version: 1, status: "passed", tags: ["a", "b", null, ""] };
  const terms = termsOf({ ...lot, open: false, gtin: "04006381333931", code: "L1" }, index);
  assert.deepEqual(terms.sort(), [
    "lot",
    "lot.open=false",
    "lot.scan=04006381333931/L1",
    "lot.site=SZ",
    "lot.status=passed",
    "lot.tags=a",
    "lot.tags=b",
  ]);
  assert.deepEqual(termsOf({ ...lot, status: null, tags: [], gtin: null }, index), [
    "lot",
    "lot.site=SZ",
  ]);
});
