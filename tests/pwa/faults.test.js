/** A full disk, a connection that dies, a clock that jumps: nothing recorded is lost by any. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { LEDGER_MAX, settle } from "../../pwa/src/ledger.js";
import { createServer, counter } from "./plant.js";
import { add, blobOf, freshName, look, metaOf, ready, record, rows, wake } from "./world.js";

const A = "counter/SZ:A";
const B = "counter/SZ:B";
const DAY_MS = 86_400_000;

function plant(options) {
  const server = createServer(options);
  server.put(counter("A"));
  server.put(counter("B"));
  return server;
}

/** From now on writes that add to one of these stores fail, as on a full disk. */
function fill(device, stores) {
  const full = new DOMException("no room", "QuotaExceededError");
  const add = IDBObjectStore.prototype.add;
  const put = IDBObjectStore.prototype.put;
  const tight = (method) =>
    function (...args) {
      const isHere = this.transaction.db.name === device.name;
      if (isHere && stores.includes(this.name)) throw full;
      return method.apply(this, args);
    };
  IDBObjectStore.prototype.add = tight(add);
  IDBObjectStore.prototype.put = tight(put);
  return () => Object.assign(IDBObjectStore.prototype, { add, put });
}

test("a disk that is full when news come loses none of what waits, and says so", async () => {
  const server = plant({ pageLimit: 1 });
  const device = await ready(server);
  await add(device, A, 3);
  for (const name of ["C", "D", "E"]) server.put(counter(name));
  const free = fill(device, ["staged", "replica"]);
  await device.sync.run();
  assert.equal(server.documents.get(A).n, 3, "sent");
  const state = await device.net.state();
  assert.deepEqual([state.failure, state.online, state.waiting], ["device_full", true, 0]);
  assert.equal((await look(device, A)).n, 3);
  const own = await add(device, B, 4);
  await device.sync.run();
  assert.ok(server.journal.includes(own), "recording and sending go on");
  free();
  await device.sync.run();
  assert.equal((await device.net.state()).failure, "");
  assert.deepEqual(await rows(device, "outbox"), []);
  assert.deepEqual([(await look(device, A)).n, (await look(device, B)).n], [3, 4]);
});

test("pages that wait give way when the disk is full, and are asked for again", async () => {
  const server = plant({ pageLimit: 1 });
  const device = wake(server);
  await device.enrol();
  let free = () => undefined;
  let pulls = 0;
  server.fault = (path, stage) => {
    if (path === "/sync/pull" && stage === "before" && ++pulls === 3) {
      free = fill(device, ["staged"]);
    }
  };
  await device.sync.run();
  assert.deepEqual(await rows(device, "staged"), []);
  assert.equal((await metaOf(device, "feed")).staged, null);
  free();
  await device.sync.run();
  assert.equal((await device.net.state()).ready, true);
});

test("recording makes room for itself from what can be had again", async () => {
  const server = plant({ pageLimit: 1 });
  const device = await ready(server);
  const photo = await blobOf("sent long ago");
  await record(device, "counter.added", A, { amount: 1 }, { blobs: [photo] });
  await device.sync.run();
  await device.sync.blobs();
  const waiting = await blobOf("waits");
  await record(device, "counter.added", A, { amount: 1 }, { blobs: [waiting] });
  let isFull = true;
  const database = {
    ...device.database,
    write: (stores, work, options) =>
      device.database.write(
        stores,
        async (tx) => {
          const result = await work(tx);
          if (!stores.includes("outbox")) isFull = false;
          else if (isFull) throw new DOMException("no room", "QuotaExceededError");
          return result;
        },
        options,
      ),
  };
  await add({ ...device, database }, A, 7);
  assert.equal((await rows(device, "outbox")).length, 2);
  assert.deepEqual((await rows(device, "blobs")).map((blob) => blob.sha256), [waiting.sha256]);
});

test("on a disk so full that nothing can be noted what waits is sent and signed", async () => {
  const server = plant();
  const device = await ready(server);
  const id = await add(device, A, 2);
  const free = fill(device, ["outbox", "meta", "ledger"]);
  await device.sync.run();
  assert.deepEqual(server.journal, [id]);
  assert.match(server.sigs.get(id)[0], /^[\w-]{86}$/);
  free();
  assert.equal((await rows(device, "outbox"))[0].verdict, null);
  await device.sync.run();
  assert.equal(server.documents.get(A).n, 2, "once");
  assert.deepEqual(await rows(device, "outbox"), []);
});

test("a connection that dies in any transaction is opened anew, nothing doubled", async () => {
  for (let dieAt = 1, transactions = dieAt; dieAt <= transactions; dieAt += 1) {
    const server = plant();
    const device = await ready(server, { name: freshName() });
    transactions = 0;
    const begin = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...args) {
      if (this.name !== device.name) return begin.apply(this, args);
      transactions += 1;
      if (transactions !== dieAt) return begin.apply(this, args);
      this.close();
      throw new DOMException("Connection to Indexed Database server lost", "InvalidStateError");
    };
    try {
      await add(device, A, 1);
      await add(device, B, 2);
      await device.sync.run();
      assert.deepEqual([server.documents.get(A).n, server.documents.get(B).n], [1, 2]);
      assert.equal(server.journal.length, 2, `died in transaction ${dieAt}`);
      assert.deepEqual(await rows(device, "outbox"), []);
    } finally {
      IDBDatabase.prototype.transaction = begin;
    }
    if (dieAt === 1) assert.ok(transactions > 15, `only ${transactions} transactions were tried`);
  }
});

test("a connection that dies while it commits records once", async () => {
  const server = plant();
  const device = await ready(server);
  let isFirst = true;
  const write = device.database.write;
  const database = {
    ...device.database,
    write: async (stores, work, options) => {
      const result = await write(stores, work, options);
      if (!isFirst) return result;
      isFirst = false; // committed, and the browser reports a dead connection all the same
      return write(stores, work, options);
    },
  };
  await add({ ...device, database }, A, 5);
  assert.equal((await rows(device, "outbox")).length, 1);
});

test("a clock that jumps by days changes neither order nor chain", async () => {
  const server = plant();
  let time = Date.now();
  const device = await ready(server, { now: () => new Date(time) });
  const skews = [];
  for (const jump_ms of [0, 400 * DAY_MS, -800 * DAY_MS, 400 * DAY_MS]) {
    time += jump_ms;
    await add(device, A, 1);
    await device.sync.run();
    skews.push(Math.round((await metaOf(device, "skew_ms")) / DAY_MS));
  }
  assert.deepEqual(skews, [0, -400, 400, 0]);
  const ledger = (await rows(device, "ledger")).map((row) => row.bytes);
  assert.deepEqual(ledger.map((bytes) => JSON.parse(bytes).seq), [1, 2, 3, 4]);
  const hash = createHash("sha256").update(ledger[2]).digest("hex");
  assert.equal(JSON.parse(ledger[3]).prev, hash);
  assert.equal(server.documents.get(A).n, 4);
  assert.equal((await look(device, A)).n, 4);
});

test("a clock that is set back does not keep the timer from trying", async () => {
  const server = plant();
  let time = Date.now();
  const device = await ready(server, { now: () => new Date(time) });
  await add(device, A, 1);
  server.fault = () => {
    throw new TypeError("network");
  };
  await device.sync.run();
  server.fault = () => undefined;
  time -= 30 * DAY_MS;
  await device.sync.run({ force: false });
  assert.equal(server.documents.get(A).n, 1);
});

test("the ledger lets its oldest go, and nothing that is unanswered or unread", async () => {
  const server = plant();
  const device = await ready(server);
  const unread = await record(device, "counter.asked", A, { amount: 500 });
  await device.sync.run();
  const waiting = await add(device, A, 1);
  const [row] = await rows(device, "outbox");
  await device.database.write(["ledger", "outbox", "meta"], async (tx) => {
    const verdict = { id: "", status: "applied", code: null, params: {}, case: null, effects: [] };
    for (let n = 1; n <= LEDGER_MAX; n += 1) {
      await tx.objectStore("ledger").put({ ...row, id: `l${n}`, place: 100 + n, verdict });
    }
    const late = { ...row, id: "late", place: 5000, verdict: null };
    await tx.objectStore("outbox").put(late);
  });
  const said = { status: "applied", code: null, params: {}, case: null, effects: [] };
  await settle(device.database, [{ ...said, id: "late" }], new Date());
  const kept = (await rows(device, "ledger")).map((one) => one.id);
  assert.ok(kept.includes(unread) && kept.includes("late") && !kept.includes("l1"));
  assert.deepEqual((await rows(device, "outbox")).map((one) => one.id), [waiting]);
});

test("an entry names as the one before it only one of this device as it is now", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  await device.database.write(["meta"], (tx) =>
    tx.objectStore("meta").put({ id: "dev-9", token: "t" }, "device"),
  );
  const first = await add(device, A, 2);
  await add(device, A, 3);
  const after = (await rows(device, "outbox")).map((row) => JSON.parse(row.bytes).after);
  assert.deepEqual(after, [null, null, first]);
});
