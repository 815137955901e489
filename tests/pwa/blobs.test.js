/** Photos and signatures: they arrive whole, from where they stopped, and are never given up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PART_BYTES, SENT_KEPT } from "../../pwa/src/blobs.js";
import { markRead, outboxOf } from "../../pwa/src/outbox_page.js";
import { createServer, counter, json } from "./plant.js";
import { add, blobOf, ready, rows, wake } from "./world.js";

const A = "counter/SZ:A";

async function desk(size = PART_BYTES * 3 + 17) {
  const server = createServer();
  server.put(counter("A"));
  const device = await ready(server);
  const blob = await blobOf("x".repeat(size));
  await add(device, A, 1, { blobs: [blob] });
  return { server, device, blob };
}

const patches = (server, calls = []) => {
  server.fault = (path, stage) => {
    if (path.startsWith("/blobs/") && stage === "before") calls.push(path);
  };
  return calls;
};

test("a blob goes in parts and is whole at the end", async () => {
  const { server, device, blob } = await desk();
  const calls = patches(server);
  await device.sync.blobs();
  assert.equal(server.blobs.get(blob.sha256).bytes.length, blob.size);
  assert.equal(calls.length, 5, "one question and four parts");
  assert.equal((await rows(device, "blobs"))[0].state, "sent");
});

test("it goes on where it stopped, also when an answer was lost", async () => {
  const { server, device, blob } = await desk();
  let calls = 0;
  server.fault = (path, stage) => {
    if (stage === "after" && ++calls === 3) throw new TypeError("network");
  };
  await device.sync.blobs();
  assert.equal(server.blobs.get(blob.sha256).bytes.length, PART_BYTES * 2);
  assert.equal((await rows(device, "blobs"))[0].state, "waiting");
  const after = patches(server);
  await device.sync.blobs();
  assert.equal(after.length, 3, "one question and the two parts that were missing");
  assert.equal(server.blobs.get(blob.sha256).bytes.length, blob.size);
});

test("after the browser was ended it goes on where it stopped, and says how far", async () => {
  const { server, device, blob } = await desk();
  let calls = 0;
  server.fault = (path, stage) => {
    const isAsked = path.startsWith("/blobs/") && stage === "before";
    if (isAsked && ++calls > 2) throw new TypeError("gone");
  };
  await device.sync.blobs();
  assert.equal((await rows(device, "blobs"))[0].offset, PART_BYTES);
  server.fault = () => undefined;
  const again = wake(server, { name: device.name });
  await again.sync.blobs();
  assert.equal(server.blobs.get(blob.sha256).bytes.length, blob.size);
  const steps = again.messages.filter(({ type }) => type === "upload").map(({ offset }) => offset);
  assert.deepEqual(steps, [1, 2, 3].map((n) => PART_BYTES * n).concat(blob.size));
});

test("one that arrived broken is sent again from the start", async () => {
  const { server, device, blob } = await desk();
  server.blobs.set(blob.sha256, { bytes: Buffer.from("broken"), length: blob.size });
  await device.sync.blobs();
  assert.equal(server.blobs.get(blob.sha256).bytes.length, blob.size);
});

test("one that is refused is kept, told, and tried again when a person asks", async () => {
  const { server, device, blob } = await desk(10);
  server.fault = (path, stage) =>
    path.startsWith("/blobs/") && stage === "after" ? json({ code: "blob_type" }, 415) : undefined;
  await device.sync.blobs();
  const [row] = await rows(device, "blobs");
  assert.deepEqual([row.state, row.code, row.bytes.byteLength], ["refused", "blob_type", 10]);
  server.fault = () => undefined;
  server.blobs.clear();
  await device.sync.blobs();
  assert.equal(server.blobs.has(blob.sha256), false);
  await device.sync.blobs({ again: true });
  assert.equal(server.blobs.get(blob.sha256).bytes.length, blob.size);
});

test("what the server lacks is counted, and stays in the outbox after it was read", async () => {
  const { server, device, blob } = await desk(10);
  const counted = async () => {
    const { photos, refused } = await device.net.state();
    return [photos, refused];
  };
  await device.sync.run();
  assert.deepEqual(await counted(), [1, 0], "its entry is there, it is not");
  server.fault = (path, stage) =>
    path.startsWith("/blobs/") && stage === "after" ? json({ code: "blob_type" }, 415) : undefined;
  await device.sync.blobs();
  assert.deepEqual(await counted(), [0, 1]);
  for (const { id } of await rows(device, "ledger")) await markRead(device.database, id);
  const [entry] = await device.view.read(outboxOf);
  assert.deepEqual([entry.blobs[0].sha256, entry.blobs[0].code], [blob.sha256, "blob_type"]);
  server.fault = () => undefined;
  await device.sync.blobs({ again: true });
  assert.deepEqual(await counted(), [0, 0]);
  assert.deepEqual(await device.view.read(outboxOf), []);
});

test("a stranger's answer is not taken for the server's", async () => {
  const { server, device } = await desk(10);
  server.fault = (path) =>
    path.startsWith("/blobs/") ? new Response("<html>", { status: 200 }) : undefined;
  await device.sync.blobs();
  assert.equal((await rows(device, "blobs"))[0].state, "waiting");
  server.fault = (path) =>
    path.startsWith("/blobs/") ? new Response("<html>", { status: 404 }) : undefined;
  await device.sync.blobs();
  assert.equal((await rows(device, "blobs"))[0].state, "waiting");
});

test("an entry never waits for its photo", async () => {
  const { server, device } = await desk();
  server.fault = (path) => {
    if (path.startsWith("/blobs/")) throw new TypeError("network");
  };
  await device.sync.run();
  await device.sync.blobs();
  assert.equal(server.journal.length, 1);
  assert.deepEqual(await rows(device, "outbox"), []);
});

test("a copy is kept for a while after the server has it, and not for ever", async () => {
  const { device } = await desk(3);
  for (let n = 0; n < SENT_KEPT + 5; n += 1) {
    await add(device, A, 1, { blobs: [await blobOf(`photo ${n}`)] });
  }
  await device.sync.run();
  await device.sync.blobs();
  const kept = await rows(device, "blobs");
  assert.equal(kept.length, SENT_KEPT);
  assert.ok(kept.every((row) => row.state === "sent"));
});
