/** The device's key and its signatures: made once, kept inside, over the bytes that are sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionOf } from "../../pwa/src/signin.js";
import { keyOf } from "../../pwa/src/signature.js";
import { exportOutbox, importOutbox } from "../../pwa/src/transfer.js";
import { createServer, counter } from "./plant.js";
import { add, freshName, metaOf, ready, rows, wake, withoutLocks } from "./world.js";

const A = "counter/SZ:A";

function plant() {
  const server = createServer();
  server.put(counter("A"));
  return server;
}

const bytesOf = (text) => Buffer.from(text, "base64url");

async function isSigned(publicKey, entry, sig) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("raw", bytesOf(publicKey), algorithm, true, ["verify"]);
  const how = { name: "ECDSA", hash: "SHA-256" };
  return crypto.subtle.verify(how, key, bytesOf(sig), Buffer.from(entry));
}

function forget(device, name) {
  return device.database.write(["meta"], (tx) => tx.objectStore("meta").delete(name));
}

test("the key is made at enrolment, told to the server, and cannot leave the device", async () => {
  const server = plant();
  const device = await ready(server);
  const key = await metaOf(device, "key");
  assert.equal(key.private.extractable, false);
  assert.deepEqual(key.private.usages, ["sign"]);
  await assert.rejects(crypto.subtle.exportKey("pkcs8", key.private));
  assert.equal(server.devices.get("dev-1").key, key.public);
  assert.match(key.public, /^[\w-]{87}$/);
  assert.deepEqual([bytesOf(key.public).length, bytesOf(key.public)[0]], [65, 4]);
});

test("the key is on the disk before the server hears of it", async () => {
  const server = plant();
  const name = freshName();
  let atEnrolment;
  const device = wake(server, {
    name,
    step: async (what) => {
      if (what === "before /sync/enrol") atEnrolment = await metaOf(wake(server, { name }), "key");
    },
  });
  await device.enrol();
  assert.equal(atEnrolment.public, server.devices.get("dev-1").key);
});

test("two workers that enrol at once are one device with one key", async () => {
  const server = plant();
  const name = freshName();
  const [one, two] = [wake(server, { name }), wake(server, { name })];
  await withoutLocks(() => Promise.all([one.enrol(), two.enrol()]));
  const key = await metaOf(one, "key");
  const { device } = await one.database.read(["meta"], sessionOf);
  assert.equal(server.devices.get(device.id).key, key.public);
  const keys = await withoutLocks(() => Promise.all([keyOf(one.database), keyOf(two.database)]));
  assert.deepEqual(new Set(keys.map((one) => one.public)), new Set([key.public]));
});

test("what is enrolled again keeps its key", async () => {
  const server = plant();
  const device = await ready(server);
  const before = await metaOf(device, "key");
  await device.enrol();
  assert.equal((await metaOf(device, "key")).public, before.public);
  assert.equal(server.devices.size, 1);
});

test("each entry goes up with a signature over its exact bytes", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  const id = await add(device, A, 2);
  const waiting = await rows(device, "outbox");
  await device.sync.run();
  const { public: key } = await metaOf(device, "key");
  for (const row of waiting) {
    const [sig] = server.sigs.get(row.id);
    assert.match(sig, /^[\w-]{86}$/);
    assert.ok(await isSigned(key, row.bytes, sig));
  }
  const [sig] = server.sigs.get(id);
  assert.equal(await isSigned(key, waiting[0].bytes, sig), false, "it is this entry's only");
});

test("what is sent again has the same signature", async () => {
  const server = plant();
  const device = await ready(server);
  const id = await add(device, A, 1);
  server.fault = (path, stage) => {
    if (path !== "/sync/push" || stage !== "after") return;
    server.fault = () => undefined;
    throw new TypeError("network");
  };
  await device.sync.run();
  await device.sync.run();
  const [first, second] = server.sigs.get(id);
  assert.equal(first, second);
});

test("two workers that drain at once send one signature per entry", async () => {
  const server = plant();
  const name = freshName();
  const one = await ready(server, { name });
  for (let n = 0; n < 5; n += 1) await add(one, A, 1);
  const two = wake(server, { name });
  await withoutLocks(() => Promise.all([one.sync.run(), two.sync.run()]));
  for (const sent of server.sigs.values()) assert.equal(new Set(sent).size, 1);
  assert.equal(server.sigs.size, 5);
});

test("recording waits for no signature", async () => {
  const device = await ready(plant());
  const { sign } = crypto.subtle;
  crypto.subtle.sign = () => new Promise(() => undefined);
  try {
    await add(device, A, 1);
  } finally {
    crypto.subtle.sign = sign;
  }
  assert.equal((await rows(device, "outbox"))[0].sig, null);
});

test("the key outlives the worker", async () => {
  const server = plant();
  const name = freshName();
  const before = await ready(server, { name });
  await add(before, A, 1);
  const [row] = await rows(before, "outbox");
  const { public: key } = await metaOf(before, "key");
  await before.database.close();
  await wake(server, { name }).sync.run();
  assert.ok(await isSigned(key, row.bytes, server.sigs.get(row.id)[0]));
});

test("a device from before there were keys gets one at its next enrolment", async () => {
  const server = plant();
  const device = await ready(server);
  await forget(device, "key");
  server.devices.get("dev-1").key = null;
  server.fault = (path, stage) => {
    if (path === "/sync/push" && stage === "before") throw new TypeError("network");
  };
  const id = await add(device, A, 1);
  await device.sync.run();
  assert.equal((await rows(device, "outbox"))[0].sig, null);
  server.fault = () => undefined;
  await device.enrol();
  await device.sync.run();
  const key = await metaOf(device, "key");
  assert.equal(server.devices.get("dev-1").key, key.public);
  assert.match(server.sigs.get(id)[0], /^[\w-]{86}$/);
});

test("a browser that cannot make a key delivers without", async () => {
  const server = plant();
  const { generateKey } = crypto.subtle;
  crypto.subtle.generateKey = () => Promise.reject(new DOMException("no", "NotSupportedError"));
  try {
    const device = await ready(server);
    const id = await add(device, A, 1);
    await device.sync.run();
    assert.deepEqual(server.sigs.get(id), [null]);
    assert.equal(server.devices.get("dev-1").key, null);
    assert.deepEqual(await rows(device, "outbox"), []);
  } finally {
    crypto.subtle.generateKey = generateKey;
  }
});

test("if the server takes it for another device the chain begins anew", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  server.devices.get("dev-1").key = "somebody else's";
  await device.enrol();
  assert.equal((await metaOf(device, "device")).id, "dev-2");
  await add(device, A, 2);
  const [old, first] = (await rows(device, "outbox")).map((row) => JSON.parse(row.bytes));
  assert.deepEqual([old.device, old.seq, first.device, first.seq], ["dev-1", 1, "dev-2", 1]);
  assert.equal(first.prev, "0".repeat(64));
  await device.sync.run();
  assert.deepEqual(server.sigs.get(old.id), [null], "it was recorded under another key");
  assert.ok(server.sigs.get(first.id)[0]);
});

test("a file carries the signatures of who recorded, and the carrier adds none", async () => {
  const server = plant();
  const other = await ready(server);
  const id = await add(other, A, 5);
  const text = await exportOutbox(other.database);
  const [{ entry, sig }] = JSON.parse(text).entries;
  assert.ok(await isSigned((await metaOf(other, "key")).public, entry, sig));
  const carrier = await ready(server);
  assert.equal(await importOutbox(carrier.database, text, new Date()), 1);
  await carrier.sync.run();
  assert.deepEqual(server.sigs.get(id), [sig]);
  const again = JSON.parse(await exportOutbox(carrier.database));
  assert.deepEqual(again.entries, [], "delivered");
});

test("a file from before there were signatures is still taken", async () => {
  const server = plant();
  const other = await ready(server);
  await add(other, A, 5);
  const [row] = await rows(other, "outbox");
  const carrier = await ready(server);
  const file = { format: "traveler-outbox-1", entries: [row.bytes], blobs: [] };
  await importOutbox(carrier.database, JSON.stringify(file), new Date());
  await carrier.sync.run();
  assert.deepEqual(server.sigs.get(row.id), [null]);
  await assert.rejects(importOutbox(carrier.database, '{"format": "else"}', new Date()), TypeError);
});

test("what is recorded while others are being signed is not sent unsigned", async () => {
  const server = plant();
  const name = freshName();
  const other = await ready(server, { name });
  await add(other, A, 1);
  const { sign } = crypto.subtle;
  let isLate = false;
  crypto.subtle.sign = async (...asked) => {
    if (!isLate) {
      isLate = true;
      await add(other, A, 1);
    }
    return sign.apply(crypto.subtle, asked);
  };
  try {
    await wake(server, { name }).sync.run();
  } finally {
    crypto.subtle.sign = sign;
  }
  assert.equal(server.sigs.size, 2);
  for (const sent of server.sigs.values()) assert.equal(typeof sent[0], "string");
});
