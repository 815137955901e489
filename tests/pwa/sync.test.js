/** Exchanging with a server that answers late, twice, not at all, or has forgotten. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { markRead } from "../../pwa/src/outbox_page.js";
import { createServer, counter, json } from "./plant.js";
import { add, freshName, look, metaOf, ready, record, rows, wake, withoutLocks } from "./world.js";

const A = "counter/SZ:A";
const B = "counter/SZ:B";

function plant(options) {
  const server = createServer(options);
  server.put(counter("A"));
  server.put(counter("B"));
  return server;
}

/** Fails the next call to a path, before or after the server has done it. */
function failOnce(
  server,
  path,
  stage,
  answer = () => {
    throw new TypeError("network");
  },
) {
  server.fault = (at, when) => {
    if (at !== path || when !== stage) return undefined;
    server.fault = () => undefined;
    return answer();
  };
}

test("a lost answer is asked for again, and the entry counts once", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 3);
  failOnce(server, "/sync/push", "after");
  await device.sync.run();
  assert.equal(server.documents.get(A).n, 3);
  assert.equal((await look(device, A)).n, 3, "not 6: nothing was pulled after the lost answer");
  assert.equal((await device.net.state()).online, false);
  await device.sync.run();
  assert.equal((await look(device, A)).n, 3);
  assert.deepEqual(await rows(device, "outbox"), []);
  assert.equal(server.documents.get(A).n, 3);
});

for (const [what, answer] of [
  ["a gateway's error page", () => new Response("<h1>502</h1>", { status: 502 })],
  [
    "a hotel's sign-in page",
    () => new Response("<html>", { headers: { "Content-Type": "text/html" } }),
  ],
  ["half an answer", () => new Response("{", { headers: { "Content-Type": "application/json" } })],
  ["a server that fell over", () => json({ code: "internal" }, 500)],
]) {
  test(`${what} is no answer`, async () => {
    const server = plant();
    const device = await ready(server);
    await add(device, A, 3);
    failOnce(server, "/sync/push", "after", answer);
    await device.sync.run();
    assert.equal((await look(device, A)).n, 3);
    assert.equal((await rows(device, "outbox"))[0].verdict, null);
    await device.sync.run();
    assert.deepEqual(await rows(device, "outbox"), []);
    assert.equal((await look(device, A)).n, 3);
  });
}

test("two workers that drain at once deliver each entry once", async () => {
  const server = plant();
  const name = freshName();
  const one = await ready(server, { name });
  for (let n = 0; n < 5; n += 1) await add(one, A, 1);
  const two = wake(server, { name });
  await withoutLocks(() => Promise.all([one.sync.run(), two.sync.run()]));
  await one.sync.run();
  assert.equal(server.documents.get(A).n, 5);
  assert.equal(new Set(server.journal).size, 5);
  assert.deepEqual(await rows(one, "outbox"), []);
  assert.equal((await look(one, A)).n, 5);
});

test("a rejected request goes to the ledger with its reason, its effect goes away", async () => {
  const server = plant();
  const device = await ready(server);
  server.elsewhere(A, 90); // unseen by this device
  const id = await record(device, "counter.asked", A, { amount: 50 });
  assert.equal((await look(device, A)).n, 50);
  await device.sync.run();
  assert.deepEqual(await rows(device, "outbox"), []);
  const [row] = await rows(device, "ledger");
  assert.deepEqual([row.id, row.verdict.status, row.verdict.code], [id, "rejected", "too_much"]);
  assert.equal((await look(device, A)).n, 90);
  assert.equal((await device.net.state()).rejected, 1, "it is told until it was read");
  await markRead(device.database, id);
  assert.equal((await device.net.state()).rejected, 0);
});

test("an entry that the server cannot understand waits for nobody", async () => {
  const server = plant();
  const device = await ready(server);
  await record(device, "counter.noted", A, {});
  await add(device, A, 1);
  await device.sync.run();
  assert.deepEqual(
    (await rows(device, "ledger")).map((row) => row.verdict.status),
    ["parked", "applied"],
  );
});

test("an entry that the server cannot even name is answered all the same", async () => {
  const server = plant();
  const device = await ready(server);
  const id = await add(device, A, 1);
  failOnce(server, "/sync/push", "after", async () => {
    const { createHash } = await import("node:crypto");
    const [row] = await rows(device, "outbox");
    const name = `raw-${createHash("sha256").update(row.bytes).digest("hex").slice(0, 32)}`;
    const verdict = { id: name, status: "parked", code: "entry_malformed", params: {}, case: null };
    const verdicts = [{ ...verdict, effects: [] }];
    return json({ epoch: server.epoch, now: "", last_seq: 1, verdicts, need: null });
  });
  await device.sync.run();
  const [row] = await rows(device, "ledger");
  assert.deepEqual([row.id, row.verdict.code], [id, "entry_malformed"]);
});

test("without a sign-in the pull pauses, deliveries go on; a new sign-in heals it", async () => {
  const server = plant();
  const device = await ready(server);
  server.signedIn = null;
  await add(device, A, 2);
  await device.sync.run();
  assert.equal(server.documents.get(A).n, 2, "the device may deliver");
  assert.equal((await device.net.state()).signed_out, true);
  assert.equal((await look(device, A)).n, 2, "still seen: the feed has not shown it");
  assert.equal((await rows(device, "outbox")).length, 1);
  server.signedIn = "wang.fang";
  await device.sync.run();
  assert.equal((await device.net.state()).signed_out, false);
  assert.deepEqual(await rows(device, "outbox"), []);
});

test("a device that the server does not know waits for a sign-in, and drops nothing", async () => {
  const server = plant();
  const device = await ready(server);
  server.devices.clear();
  server.signedIn = null;
  await add(device, A, 2);
  await device.sync.run();
  assert.equal((await device.net.state()).signed_out, true);
  assert.equal((await rows(device, "outbox")).length, 1);
  server.signedIn = "wang.fang";
  await device.sync.run();
  assert.equal(server.documents.get(A).n, 2);
});

test("a restored server gets again what it forgot, and nothing flickers meanwhile", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  await device.sync.run();
  const restore = server.snapshot();
  await add(device, A, 2);
  await record(device, "counter.asked", B, { amount: 500 });
  await add(device, A, 4);
  await device.sync.run();
  assert.equal((await look(device, A)).n, 7);
  restore();
  server.put(counter("C", 9));
  await add(device, B, 8);
  const seen = new Set();
  const eyes = wake(server, { name: device.name });
  server.fault = async () => void seen.add(`${(await look(eyes, A)).n} ${(await look(eyes, B)).n}`);
  await device.sync.run();
  await device.sync.run();
  assert.deepEqual([...seen], ["7 8"]);
  assert.equal(server.documents.get(A).n, 7);
  assert.equal(server.documents.get(B).n, 8);
  assert.equal((await look(device, "counter/SZ:C")).n, 9);
  assert.deepEqual(await rows(device, "outbox"), []);
  assert.equal(new Set(server.journal).size, 5);
});

test("large and many entries go in several pushes, in order", async () => {
  const server = plant();
  const device = await ready(server);
  const before = server.pushes;
  for (let n = 0; n < 12; n += 1)
    await record(device, "counter.noted", A, { text: "长".repeat(20_000) });
  for (let n = 0; n < 201; n += 1) await add(device, A, 1);
  const ids = (await rows(device, "outbox")).map((row) => row.id);
  await device.sync.run();
  assert.deepEqual(server.journal, ids);
  assert.ok(server.pushes - before >= 3);
});

test("after a failure the timer waits, and what a person does does not", async () => {
  const server = plant();
  let time = Date.now();
  const device = await ready(server, { now: () => new Date(time) });
  await add(device, A, 1);
  failOnce(server, "/sync/push", "before");
  await device.sync.run();
  const before = server.pushes;
  await device.sync.run({ force: false });
  assert.equal(server.pushes, before, "too early");
  time += 2_000;
  await device.sync.run({ force: false });
  assert.equal(server.pushes, before + 1);
  failOnce(server, "/sync/pull", "before");
  await device.sync.run();
  await add(device, A, 1);
  await device.sync.run();
  assert.deepEqual(await rows(device, "outbox"), []);
});

test("the device knows how wrong its clock is", async () => {
  const server = plant();
  const now = () => new Date(Date.now() - 3_600_000);
  const device = await ready(server, { now });
  assert.ok(Math.abs((await metaOf(device, "skew_ms")) - 3_600_000) < 5_000);
});

test("pages are told what changed and how it stands", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  device.messages.length = 0;
  await device.sync.run();
  const keys = device.messages.filter((one) => one.type === "changed").flatMap((one) => one.keys);
  assert.ok(keys.includes(A));
  const last = device.messages.filter((one) => one.type === "net").at(-1);
  const { online, waiting, syncing, oldest } = last;
  assert.deepEqual(
    { online, waiting, syncing, oldest },
    { online: true, waiting: 0, syncing: false, oldest: "" },
  );
});

test("a verdict belongs to the entry that it names, wherever it stands in the answer", async () => {
  const server = createServer();
  server.put(counter("A"));
  server.isReversed = true;
  const device = await ready(server);
  const added = await add(device, "counter/SZ:A", 1);
  const asked = await record(device, "counter.asked", "counter/SZ:A", { amount: 500 });
  await device.sync.run();
  const told = (await rows(device, "ledger")).map(({ id, verdict }) => [id, verdict.status]);
  assert.deepEqual(Object.fromEntries(told), { [added]: "applied", [asked]: "rejected" });
});
