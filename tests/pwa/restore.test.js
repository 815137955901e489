/** A server that was restored: what the device sends again, and what it says of what it lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { heardOf } from "../../pwa/src/ledger.js";
import { followServer } from "../../pwa/src/server_epoch.js";
import { forgetSignin } from "../../pwa/src/signin.js";
import { importOutbox } from "../../pwa/src/transfer.js";
import { createServer, counter } from "./plant.js";
import { add, blobOf, Killed, look, metaOf, ready, record, rows, wake } from "./world.js";

const A = "counter/SZ:A";

function plant() {
  const server = createServer();
  server.put(counter("A"));
  return server;
}

function cutOff() {
  throw new TypeError("network");
}

function ledger(device, work) {
  return device.database.write(["ledger"], (tx) => work(tx.objectStore("ledger")));
}

test("photos that a restored server lost are sent again, with nothing else to send", async () => {
  const server = plant();
  const device = await ready(server);
  const restore = server.snapshot();
  const photo = await blobOf("a photo");
  await record(device, "counter.added", A, { amount: 1 }, { blobs: [photo] });
  await device.sync.run();
  await device.sync.blobs();
  assert.equal((await rows(device, "blobs"))[0].state, "sent");
  server.blobs.clear();
  restore();
  await device.sync.run();
  await device.sync.blobs();
  assert.equal(server.blobs.get(photo.sha256).bytes.length, photo.size);
  assert.equal((await rows(device, "blobs"))[0].state, "sent");
});

test("a photo that the restored server still has is only asked about", async () => {
  const server = plant();
  const device = await ready(server);
  const photo = await blobOf("another photo");
  await record(device, "counter.added", A, { amount: 1 }, { blobs: [photo] });
  await device.sync.run();
  await device.sync.blobs();
  server.snapshot()();
  const calls = [];
  server.fault = (path, stage) => void (stage === "before" && calls.push(path));
  await device.sync.run();
  await device.sync.blobs();
  assert.equal(calls.filter((path) => path.startsWith("/blobs/")).length, 1);
  assert.equal((await rows(device, "blobs"))[0].state, "sent");
});

test("a restored server that says no new epoch is noticed, and all is loaded anew", async () => {
  const server = plant();
  const device = await ready(server);
  const restore = server.snapshot();
  await add(device, A, 3);
  await device.sync.run();
  const { epoch } = server;
  restore();
  server.epoch = epoch;
  server.versions.clear();
  server.feed.clear();
  for (const doc of server.documents.values()) server.put(doc);
  server.put(counter("new", 7));
  await device.sync.run();
  assert.equal(server.documents.get(A).n, 3);
  assert.equal((await look(device, A)).n, 3);
  assert.equal((await look(device, "counter/SZ:new")).n, 7);
  assert.deepEqual(await rows(device, "outbox"), []);
});

test("an answer that was overtaken by a later one is no restore", async () => {
  const device = await ready(plant());
  const { epoch } = await metaOf(device, "feed");
  const asked = await device.database.read(["meta"], heardOf);
  const hear = (last_seq, before) => followServer(device.database, { epoch, last_seq }, before);
  assert.equal(await hear(2, asked), "as_before");
  assert.equal(await hear(1, asked), "as_before");
  const now = await device.database.read(["meta"], heardOf);
  assert.equal(now.seq, 2);
  assert.equal(await hear(1, now), "changed");
});

test("what another device recorded and this one brought in is sent again too", async () => {
  const server = plant();
  const other = await ready(server);
  await add(other, A, 5);
  const [row] = await rows(other, "outbox");
  const device = await ready(server);
  const restore = server.snapshot();
  const file = { format: "traveler-outbox-1", entries: [row.bytes], blobs: [] };
  await importOutbox(device.database, JSON.stringify(file), new Date());
  await add(device, A, 1);
  await device.sync.run();
  assert.equal(server.journal.includes(row.id), true);
  assert.equal((await metaOf(device, "answered")).device, (await metaOf(device, "device")).id);
  restore();
  assert.equal(server.journal.length, 0);
  await device.sync.run();
  assert.equal(new Set(server.journal).size, 2);
  assert.equal(server.journal.includes(row.id), true);
});

test("entries that the ledger holds no longer are named, and the others go up", async () => {
  const server = plant();
  const device = await ready(server);
  const restore = server.snapshot();
  for (let n = 1; n <= 4; n += 1) await add(device, A, n);
  await device.sync.run();
  restore();
  const [first, second] = await rows(device, "ledger");
  await ledger(device, async (store) => {
    await store.delete(first.place);
    await store.delete(second.place);
  });
  const told = [];
  server.hole = (oldest) => void told.push(oldest);
  await add(device, A, 10);
  await device.sync.run();
  assert.deepEqual(await rows(device, "outbox"), []);
  assert.equal(server.journal.length, 3);
  assert.deepEqual(told, [3]);
});

test("a device killed anywhere in a restore still brings everything back once", async () => {
  let steps = 0;
  for (let dieAt = 1; dieAt === 1 || steps >= dieAt - 1; dieAt += 1) {
    const server = plant();
    const device = await ready(server);
    const restore = server.snapshot();
    await add(device, A, 1);
    await add(device, A, 2);
    await device.sync.run();
    restore();
    steps = 0;
    const step = (what) => {
      steps += 1;
      if (steps >= dieAt) throw new Killed(what);
    };
    await wake(server, { name: device.name, step }).sync.run();
    const next = wake(server, { name: device.name });
    assert.equal((await look(next, A)).n, 3, `shown after ${dieAt} steps`);
    await next.sync.run();
    assert.equal(server.documents.get(A).n, 3, `killed at step ${dieAt}`);
    assert.equal(server.journal.length, 2);
    assert.deepEqual(await rows(next, "outbox"), []);
    assert.equal((await look(next, A)).n, 3);
    if (steps < dieAt) assert.ok(dieAt > 10);
  }
});

test("who is signed out hears of a restore too, and brings everything back", async () => {
  const server = plant();
  const device = await ready(server);
  const restore = server.snapshot();
  await add(device, A, 3);
  await device.sync.run();
  await forgetSignin(device.database, { isTold: true });
  assert.deepEqual(await rows(device, "outbox"), []);
  restore();
  server.signedIn = null;
  await device.sync.run();
  assert.equal(server.documents.get(A).n, 3);
});

test("a device that is out of use hears of a restore too", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 3);
  server.revoked.add("dev-1");
  const restore = server.snapshot();
  await device.sync.run();
  assert.equal(server.journal.length, 1);
  restore();
  await device.sync.run();
  assert.equal(server.journal.length, 1);
});

test("where two devices went by one name, numbers tell nothing after a restore", async () => {
  const server = plant();
  const device = await ready(server);
  const restore = server.snapshot();
  const mine = await add(device, A, 3);
  await device.sync.run();
  restore();
  Object.assign(server.devices.get("dev-1"), { last: 1, hash: "of its twin's entry" });
  server.forks = true;
  await device.sync.run();
  assert.ok(server.journal.includes(mine), "it is sent again, and kept");
});

test("an entry that was refused is judged anew, and shown as what waits", async () => {
  const server = plant();
  const device = await ready(server);
  const restore = server.snapshot();
  server.elsewhere(A, 99);
  await record(device, "counter.asked", A, { amount: 5 });
  await device.sync.run();
  assert.equal((await rows(device, "ledger"))[0].verdict.status, "rejected");
  restore();
  server.fault = (path) => void (path === "/sync/push" && cutOff());
  await device.sync.run();
  const [{ verdict, is_shown }] = await rows(device, "outbox");
  assert.deepEqual([verdict, is_shown], [null, false], "it waits, and nothing shows it yet");
  server.fault = () => undefined;
  await device.sync.run();
  assert.deepEqual([(await rows(device, "outbox")).length, (await look(device, A)).n], [0, 5]);
});

test("what travels tells whose it is and its number, for bytes that get damaged", async () => {
  const server = plant();
  const device = await ready(server);
  const id = await add(device, A, 3);
  await device.sync.run();
  assert.deepEqual(server.places.get(id), ["dev-1", 1]);
});
