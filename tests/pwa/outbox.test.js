/** Recording: the chain holds, nothing is confirmed that is not on the disk, nothing is doubled. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { openDatabase } from "../../pwa/src/database.js";
import { append } from "../../pwa/src/outbox.js";
import { forgetSignin } from "../../pwa/src/signin.js";
import { createServer, counter } from "./plant.js";
import {
  add,
  blobOf,
  freshName,
  look,
  metaOf,
  newId,
  ready,
  record,
  rows,
  wake,
  withoutLocks,
} from "./world.js";

const A = "counter/SZ:A";
const B = "counter/SZ:B";

function plant() {
  const server = createServer();
  server.put(counter("A"));
  server.put(counter("B"));
  return server;
}

function mustBeChained(outbox) {
  let prev = "0".repeat(64);
  for (const [place, row] of outbox.entries()) {
    const entry = JSON.parse(row.bytes);
    assert.equal(entry.seq, place + 1);
    assert.equal(entry.prev, prev);
    prev = createHash("sha256").update(row.bytes).digest("hex");
  }
}

test("an entry has exactly the fields of the protocol", async () => {
  const device = await ready(plant());
  const id = await add(device, A, 2, { base: 1, blobs: [await blobOf("x")] });
  const [row] = await rows(device, "outbox");
  const { at, prev, blobs, ...rest } = JSON.parse(row.bytes);
  assert.deepEqual(rest, {
    id,
    device: "dev-1",
    seq: 1,
    kind: "counter.added",
    v: 1,
    actor: "wang.fang",
    session: "s1",
    on: A,
    base: 1,
    after: null,
    skew_ms: await metaOf(device, "skew_ms"),
    app: "b1",
    body: { amount: 2 },
  });
  assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
  assert.equal(prev, "0".repeat(64));
  assert.deepEqual(Object.keys(blobs[0]), ["sha256", "size", "type", "name"]);
});

test("twenty entries at once get twenty numbers and one chain", async () => {
  const device = await ready(plant());
  await Promise.all(Array.from({ length: 20 }, (_, n) => add(device, n % 2 ? A : B, 1)));
  mustBeChained(await rows(device, "outbox"));
  assert.equal((await rows(device, "outbox")).length, 20);
});

test("a place that another worker took meanwhile is not taken twice", async () => {
  const server = plant();
  const name = freshName();
  const other = await ready(server, { name });
  let isOpen = true;
  const slow = wake(server, {
    name,
    step: async (what) => {
      if (!isOpen || what !== "before write") return;
      isOpen = false; // between making the bytes and storing them
      await add(other, B, 7);
    },
  });
  await withoutLocks(() => add(slow, A, 1));
  const outbox = await rows(other, "outbox");
  assert.deepEqual(
    outbox.map((row) => row.on),
    [B, A],
  );
  mustBeChained(outbox);
});

test("the same deed recorded twice is one entry", async () => {
  const device = await ready(plant());
  const id = newId();
  await Promise.all([add(device, A, 2, { id }), add(device, A, 2, { id })]);
  await device.sync.run();
  await add(device, A, 2, { id });
  assert.deepEqual(await rows(device, "outbox"), []);
  assert.equal((await look(device, A)).n, 2);
});

test("an entry names the one before it on the same document, while that still waits", async () => {
  const device = await ready(plant());
  const first = await add(device, A, 1);
  await add(device, B, 1);
  const third = await add(device, A, 1);
  const after = (await rows(device, "outbox")).map((row) => JSON.parse(row.bytes).after);
  assert.deepEqual(after, [null, null, first]);
  await device.sync.run();
  await add(device, A, 1);
  const [row] = await rows(device, "outbox");
  assert.equal(JSON.parse(row.bytes).after, null, `${third} waits no more`);
});

test("what is on the disk outlives the worker that was not told so", async () => {
  const server = plant();
  const name = freshName();
  await ready(server, { name });
  let isDead = false;
  const victim = wake(server, {
    name,
    step: (what) => {
      if (isDead || what === "after write") {
        isDead = true;
        throw new Error("killed");
      }
    },
  });
  await assert.rejects(add(victim, A, 3), { code: "device_storage_failed" });
  const heir = wake(server, { name });
  assert.equal((await look(heir, A)).n, 3);
});

test("a device enrolled anew begins a new chain, and what waited before goes along", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  await device.database.write(["meta"], (tx) =>
    tx.objectStore("meta").put({ id: "dev-9", token: "t" }, "device"),
  );
  await add(device, A, 1);
  const entries = (await rows(device, "outbox")).map((row) => JSON.parse(row.bytes));
  assert.deepEqual(
    entries.map(({ device: own, seq }) => [own, seq]),
    [
      ["dev-1", 1],
      ["dev-9", 1],
    ],
  );
  assert.equal(entries[1].prev, "0".repeat(64));
});

test("a full disk is told, and half of an entry is never kept", async () => {
  const device = await ready(plant());
  const full = new DOMException("no room", "QuotaExceededError");
  const database = {
    ...device.database,
    write: (stores, work, options) =>
      device.database.write(
        stores,
        async (tx) => {
          await work(tx);
          throw full;
        },
        options,
      ),
  };
  const blobs = [await blobOf("x")];
  await assert.rejects(add({ ...device, database }, A, 1, { blobs }), { code: "device_full" });
  assert.deepEqual([await rows(device, "outbox"), await rows(device, "blobs")], [[], []]);
  await add(device, A, 1);
  mustBeChained(await rows(device, "outbox"));
});

test("an entry that no server would take is refused at once", async () => {
  const device = await ready(plant());
  const text = "长".repeat(30_000);
  await assert.rejects(record(device, "counter.added", A, { text }), { code: "entry_too_large" });
  const blobs = await Promise.all(Array.from({ length: 21 }, (_, n) => blobOf(`${n}`)));
  await assert.rejects(add(device, A, 1, { blobs }), { code: "too_many_blobs" });
});

test("nobody can record on a device that the server has never seen", async () => {
  const device = wake(plant());
  const deed = { id: newId(), kind: "counter.added", v: 1, on: A, base: null, body: {}, blobs: [] };
  const who = { actor: "a", session: "s" };
  const when = { now: new Date(), app: "" };
  await assert.rejects(append(device.database, { ...deed, ...who }, when), {
    code: "not_enrolled",
  });
});

test("a connection that died is opened again", async () => {
  const name = freshName();
  const database = openDatabase(name);
  await database.write(["meta"], (tx) => tx.objectStore("meta").put(1, "x"));
  let isFirst = true;
  const value = await database.read(["meta"], async (tx) => {
    if (isFirst) {
      isFirst = false;
      tx.db.close();
      throw new DOMException("Connection to Indexed Database server lost", "UnknownError");
    }
    return tx.objectStore("meta").get("x");
  });
  assert.equal(value, 1);
});

test("work that fails leaves nothing behind", async () => {
  const database = openDatabase(freshName());
  const failing = database.write(["meta"], async (tx) => {
    await tx.objectStore("meta").put(1, "x");
    throw new TypeError("half way");
  });
  await assert.rejects(failing, TypeError);
  assert.equal(await database.read(["meta"], (tx) => tx.objectStore("meta").get("x")), undefined);
});

test("who signs out leaves what waits, in their own name", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  await forgetSignin(device.database, { isTold: true });
  server.signedIn = null;
  await device.sync.run();
  assert.equal(server.journal.length, 1, "a device needs nobody to deliver");
  const [row] = await rows(device, "outbox");
  assert.equal(row.actor, "wang.fang");
});
