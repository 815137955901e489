/** A copied device, one that is out of use, a person who left: what is cleared, told and kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { take } from "../../pwa/src/messages.js";
import { answerForm } from "../../pwa/src/form_route.js";
import { answerPage } from "../../pwa/src/route.js";
import { forgetSignin } from "../../pwa/src/signin.js";
import { createServer, counter, INDEX } from "./plant.js";
import { add, blobOf, look, metaOf, ready, record, rows, wake } from "./world.js";

const A = "counter/SZ:A";
globalThis.location = { origin: "http://localhost" };
const PAGES = [
  { name: "counter", path: "/counters/{id}", template: "show", title: "t", doc: "counter/{id}" },
  { name: "outbox", path: "/outbox", template: "outbox", title: "t" },
];
const TEMPLATES = {
  "layout/page": "{{ main | rendered_main }}",
  "layout/fragment": "{{ main | rendered_main }}",
  show: "{{ doc.n }}",
  outbox: "{% for one in outbox %}{{ one.kind }}:{{ one.status }} {% endfor %}",
  "error/revoked": "out of use, {{ net.waiting }} and {{ net.photos }} wait",
};
const SHARED = { pages: PAGES, index: INDEX };

function plant() {
  const server = createServer();
  server.put(counter("A"));
  return server;
}

function request(path, more = {}) {
  const url = `http://localhost${path}`;
  return { url, method: "GET", mode: "navigate", headers: new Headers(), referrer: "", ...more };
}

const shown = async (device, path) => (await answerPage(device, request(path))).text();

function cut(server, isCut) {
  server.fault = (path, stage) => {
    if (isCut && stage === "before") throw new TypeError(`no network for ${path}`);
  };
}

test("a copied device is set up as a new one, and what waits goes up", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  await device.sync.run();
  const { public: key } = await metaOf(device, "key");
  server.copied.add("dev-1");
  const old = await add(device, A, 2);
  await device.sync.run();
  assert.equal((await metaOf(device, "device")).id, "dev-2");
  const fresh = await metaOf(device, "key");
  assert.notEqual(fresh.public, key);
  assert.equal(server.devices.get("dev-2").key, fresh.public);
  assert.equal((await device.net.state()).anew, true);
  const id = await add(device, A, 3);
  const [row] = (await rows(device, "outbox")).filter((one) => one.id === id);
  assert.deepEqual([row.device, row.seq], ["dev-2", 1]);
  await device.sync.run();
  assert.deepEqual(await rows(device, "outbox"), []);
  assert.ok(server.journal.includes(old));
  await take(device, { type: "anew_read" }, () => undefined);
  assert.equal((await device.net.state()).anew, false);
});

test("what waits is signed with the old key before that goes", async () => {
  const server = plant();
  const device = await ready(server);
  server.copied.add("dev-1");
  const wait = { text: "长".repeat(20_000) };
  for (let n = 0; n < 12; n += 1) await record(device, "counter.noted", A, wait);
  const ids = (await rows(device, "outbox")).map((row) => row.id);
  await device.sync.run();
  assert.equal((await metaOf(device, "device")).id, "dev-2");
  for (const id of ids) assert.match(server.sigs.get(id)[0], /^[\w-]{86}$/);
  assert.equal(server.journal.length, 12);
});

test("a server that always asks for a new device is not followed for ever", async () => {
  const server = plant();
  let time = Date.now();
  const device = await ready(server, { now: () => new Date(time) });
  for (let n = 1; n <= 20; n += 1) server.copied.add(`dev-${n}`);
  for (let n = 0; n < 6; n += 1) {
    await add(device, A, 1);
    await device.sync.run();
    time += 60_000;
  }
  assert.equal(server.devices.size, 2, "once within the hour");
  assert.equal(server.journal.length, 6, "all was delivered");
  assert.ok(server.enrols <= 3);
});

test("without a sign-in the copied device keeps what waits, and asks for one", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  server.copied.add("dev-1");
  await forgetSignin(device.database, { isTold: true });
  server.signedIn = null;
  await device.sync.run();
  assert.equal(await metaOf(device, "device"), undefined);
  assert.equal((await rows(device, "outbox")).length, 1, "answered, and not yet seen");
  server.signedIn = "wang.fang";
  await device.enrol();
  await device.sync.run();
  assert.deepEqual(await rows(device, "outbox"), []);
});

test("a revoked device clears what it was given, and delivers what was recorded", async () => {
  const server = plant();
  const device = await ready(server, { shared: SHARED, templates: TEMPLATES });
  assert.equal(await shown(device, "/counters/SZ:A"), "0");
  cut(server, true);
  await record(device, "counter.added", A, { amount: 2 }, { blobs: [await blobOf("p")] });
  server.revoked.add("dev-1");
  server.fault = (path, stage) => {
    if (path === "/sync/push" && stage === "before") throw new TypeError("network");
  };
  await device.sync.run();
  assert.equal(await shown(device, "/counters/SZ:A"), "2", "nobody has told it yet");
  server.fault = (path, stage) => {
    if (path.startsWith("/blobs") && stage === "before") throw new TypeError("network");
  };
  await device.sync.run();
  for (const store of ["replica", "staged"]) assert.deepEqual(await rows(device, store), []);
  const { cursors, complete } = await metaOf(device, "feed");
  assert.deepEqual([cursors, complete], [{}, false]);
  assert.equal((await device.view.read((moment) => moment.find(["counter"]))).length, 0);
  assert.equal(await look(device, A), null);
  assert.equal(await shown(device, "/counters/SZ:A"), "out of use, 0 and 1 wait");
  assert.equal(await shown(device, "/outbox"), "counter.added:parked ");
  assert.equal(server.journal.length, 1);
  cut(server, false);
  await device.sync.blobs();
  assert.equal(await shown(device, "/counters/SZ:A"), "out of use, 0 and 0 wait");
});

test("a revoked device goes on delivering, and records nothing new", async () => {
  const server = plant();
  const device = await ready(server, { shared: SHARED, templates: TEMPLATES });
  await add(device, A, 1);
  server.revoked.add("dev-1");
  server.fault = (path, stage) => {
    if (path === "/sync/push" && stage === "before") return new Response("", { status: 502 });
  };
  await device.sync.run();
  server.fault = () => undefined;
  await device.enrol().catch(() => undefined);
  assert.equal(await shown(device, "/counters/SZ:A"), "out of use, 1 and 0 wait");
  const data = new FormData();
  const form = request("/do/counter.added", { method: "POST", formData: async () => data });
  const answer = await answerForm(device, form, () => undefined);
  assert.deepEqual([answer.status, await answer.text()], [403, "out of use, 1 and 0 wait"]);
  await device.sync.run();
  assert.equal(server.journal.length, 1);
  assert.equal((await device.net.state()).waiting, 0);
});

test("a revoked device asks once at each chance, and does not loop", async () => {
  const server = plant();
  const device = await ready(server);
  server.revoked.add("dev-1");
  const [pulls, enrols] = [server.pulls, server.enrols];
  for (let n = 0; n < 3; n += 1) await device.sync.run();
  assert.deepEqual([server.pulls - pulls, server.enrols - enrols], [3, 0]);
  const { revoked, signed_out } = await device.net.state();
  assert.deepEqual([revoked, signed_out], [true, false]);
});

test("who signs in on a revoked device is told, and it clears itself then too", async () => {
  const server = plant();
  const device = await ready(server, { shared: SHARED, templates: TEMPLATES });
  server.revoked.add("dev-1");
  await take(device, { type: "enrol" }, () => undefined);
  assert.deepEqual(await rows(device, "replica"), []);
  assert.equal(await shown(device, "/counters/SZ:A"), "out of use, 0 and 0 wait");
});

test("a device that is in use again loads everything at the next sign-in", async () => {
  const server = plant();
  const device = await ready(server, { shared: SHARED, templates: TEMPLATES });
  server.revoked.add("dev-1");
  await device.sync.run();
  server.revoked.clear();
  await device.enrol();
  await device.sync.run();
  assert.equal(await shown(device, "/counters/SZ:A"), "0");
  assert.equal((await device.net.state()).revoked, false);
});

test("a page that was asked for before the end is not taken after it", async () => {
  const server = plant();
  const device = await ready(server);
  const other = wake(server, { name: device.name });
  server.put(counter("B"));
  let isFirst = true;
  server.fault = async (path, stage) => {
    if (path !== "/sync/pull" || stage !== "after" || !isFirst) return;
    isFirst = false;
    server.revoked.add("dev-1");
    await other.enrol().catch(() => undefined);
  };
  await device.sync.run();
  assert.deepEqual(await rows(device, "replica"), []);
});

test("of a person who left nothing stays but what they recorded", async () => {
  const server = plant();
  const device = await ready(server);
  cut(server, true);
  await add(device, A, 1);
  cut(server, false);
  server.left.add("wang.fang");
  await device.sync.run();
  assert.deepEqual(await rows(device, "replica"), []);
  assert.equal(await metaOf(device, "signin"), null);
  assert.equal(server.journal.length, 1, "delivered");
  assert.equal((await device.net.state()).left, true);
  await device.sync.run();
  assert.equal((await device.net.state()).left, true, "until somebody else signs in");
  server.signedIn = "li.na";
  await device.enrol();
  await device.sync.run();
  assert.equal((await look(device, A)).n, 1);
  assert.equal((await device.net.state()).left, false);
});

test("who loses every scope keeps no document of them", async () => {
  const server = plant();
  const device = await ready(server);
  await add(device, A, 1);
  server.scopes.clear();
  await device.sync.run();
  assert.deepEqual(await rows(device, "replica"), []);
  assert.deepEqual(await metaOf(device, "sums"), {});
  assert.equal(server.journal.length, 1);
});

test("on a shared tablet what waits stays its author's while another is signed in", async () => {
  const server = plant();
  const device = await ready(server);
  cut(server, true);
  const theirs = await add(device, A, 1);
  cut(server, false);
  server.signedIn = "li.na";
  server.session = "s2";
  await device.enrol();
  const own = await add(device, A, 2);
  const sent = (await rows(device, "outbox")).map(({ bytes }) => JSON.parse(bytes));
  assert.deepEqual(
    sent.map(({ id, actor, session, after }) => [id, actor, session, after]),
    [
      [theirs, "wang.fang", "s1", null],
      [own, "li.na", "s2", theirs],
    ],
  );
  await device.sync.run();
  assert.deepEqual(server.journal, [theirs, own]);
  for (const id of [theirs, own]) assert.match(server.sigs.get(id)[0], /^[\w-]{86}$/);
});
