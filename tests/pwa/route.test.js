/** What the worker answers itself, what it leaves to the network, and what it says without one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { take } from "../../pwa/src/messages.js";
import { answerForm } from "../../pwa/src/form_route.js";
import { answerPage, wayOf } from "../../pwa/src/route.js";
import { answerLanguage, answerSignIn, answerSignOut } from "../../pwa/src/session_routes.js";
import { createServer, counter } from "./plant.js";
import { A, desk, HOME, network, request, SHARED, TEMPLATES } from "./route_desk.js";
import { add, freshName, look, metaOf, ready, record, rows, wake } from "./world.js";

const kept = [];
const keep = (work) => void kept.push(work);
const form = (body, more = {}) => request("/do/counter.added", { method: "POST", body, ...more });

test("each request goes its way", () => {
  const way = (path, options) => wayOf(request(path, options), HOME);
  const post = { method: "POST" };
  const quiet = { mode: "cors" };
  assert.equal(way("/lots/SZ:M-1:L1?form=x"), "page");
  assert.equal(way("/lots", { ...quiet, headers: { "HX-Request": "true" } }), "page");
  assert.equal(way("/lots", quiet), null);
  assert.equal(way("/do/step.recorded", post), "form");
  assert.equal(way("/assets/page.js", quiet), "asset");
  assert.equal(way("/manifest.webmanifest", quiet), "asset");
  assert.deepEqual([way("/assets/SZ:AS-1"), way("/assets/SZ%3AAS-1")], ["page", "page"]);
  assert.equal(way(`/blobs/${"a".repeat(64)}`, quiet), "blob");
  assert.equal(way(`/blobs/${"a".repeat(64)}`, { method: "PATCH" }), null);
  for (const path of ["/sign-in", "/labels.pdf?lot=x"]) {
    assert.equal(way(path), "network", path);
  }
  for (const path of ["/lots/SZ:a:b/label.png", "/lots/SZ%3Aa%3Ab/label.svg?layout=status"]) {
    const ways = [way(path), way(path, quiet), way(path, post)];
    assert.deepEqual(ways, ["label", "label", null], path);
  }
  assert.deepEqual([way("/sign-in", post), way("/sign-out", post)], ["sign_in", "sign_out"]);
  assert.deepEqual([way("/language", post), way("/lang/en")], ["language", "language"]);
  for (const path of ["/sync/push", "/sync/events", "/schema/openapi.json", "/health", "/sw.js"]) {
    assert.equal(way(path), null, path);
    assert.equal(way(path, post), null, path);
  }
  assert.equal(wayOf({ ...request("/"), url: "https://other.example/" }, HOME), null);
});

test("a page comes out of the replica, with what waits, and without a network", async () => {
  const { device } = await desk();
  await add(device, A, 2);
  const asked = network(null);
  const response = await answerPage(device, request("/counters/SZ:A"));
  assert.equal(await response.text(), "<html>5 v7 en waiting 1wang.fang</html>");
  assert.equal(response.status, 200);
  assert.match(response.headers.get("Content-Security-Policy"), /default-src 'none'/);
  assert.deepEqual(asked, []);
  const part = { headers: { "HX-Request": "true" } };
  assert.equal(
    await (await answerPage(device, request("/counters/SZ:A", part))).text(),
    "part:5 v7 en waiting 1",
  );
});

test("what this device does not know is asked of the server, and then told", async () => {
  const { device } = await desk();
  network(() => new Response("from the server"));
  assert.equal(
    await (await answerPage(device, request("/counters/SZ:no"))).text(),
    "from the server",
  );
  network(null);
  const missing = await answerPage(device, request("/counters/SZ:no"));
  assert.deepEqual(
    [missing.status, await missing.text()],
    [404, "<html>problem unknown_documentwang.fang</html>"],
  );
  const elsewhere = await answerPage(device, request("/reports"));
  assert.deepEqual(
    [elsewhere.status, await elsewhere.text()],
    [503, "<html>no networkwang.fang</html>"],
  );
});

test("a device that is not ready leaves everything to the server", async () => {
  const device = wake(createServer(), { shared: SHARED, templates: TEMPLATES });
  network(() => new Response("from the server"));
  assert.equal(
    await (await answerPage(device, request("/counters/SZ:A"))).text(),
    "from the server",
  );
  assert.equal(await (await answerForm(device, form([["on", A]]), keep)).text(), "from the server");
  network(null);
  const lost = await answerForm(device, form([["on", A]]), keep);
  assert.equal(lost.status, 503);
  assert.match(await lost.text(), /没有记录[^]*NOT recorded/);
});

test("a form is recorded and leads on; the page then says what became of it", async () => {
  const { server, device } = await desk();
  const pairs = [
    ["on", A],
    ["body.amount", "2"],
    ["then", "/counters/{id}"],
  ];
  const response = await answerForm(device, form(pairs), keep);
  assert.equal(response.status, 303);
  const there = new URL(response.headers.get("Location"));
  assert.equal(there.pathname, "/counters/SZ:A");
  await Promise.all(kept);
  assert.equal(server.documents.get(A).n, 5);
  const page = await answerPage(device, request(there.pathname + there.search));
  assert.equal(await page.text(), "<html>5 v8 en waiting 0appliedwang.fang</html>");
});

test("a form that cannot stand comes back with its page, and has no address", async () => {
  const { device } = await desk();
  const pairs = [
    ["on", A],
    ["body.amount", "0"],
    ["then_error", "/counters/SZ:A?done=old"],
  ];
  const response = await answerForm(device, form(pairs), keep);
  assert.equal(response.status, 422);
  assert.equal(response.headers.get("HX-Push-Url"), "false");
  assert.equal(await response.text(), "<html>3 v7 en waiting 0[nothing_added]wang.fang</html>");
  assert.deepEqual(await rows(device, "outbox"), []);
});

test("a scanned code leads to its page, also as a link that a phone follows", async () => {
  const { device } = await desk();
  await device.database.write(["replica"], (tx) => {
    const body = { key: "lot/SZ:M-1:L1", version: 1, code: "L1" };
    const terms = ["lot", "lot.code=L1", "lot.scan=04006381333931/L1"];
    return tx.objectStore("replica").put({ key: body.key, scopes: ["x"], version: 1, body, terms });
  });
  for (const path of ["/scan?code=L1", "/01/04006381333931/10/L1"]) {
    const response = await answerPage(device, request(path));
    assert.equal(response.headers.get("Location"), `${HOME}/lots/SZ:M-1:L1`, path);
  }
  const unknown = await answerPage(device, request("/scan?code=what"));
  assert.equal(unknown.status, 422);
  assert.equal(await unknown.text(), "<html>scan what[unknown_code]wang.fang</html>");
  assert.equal((await answerPage(device, request("/scan"))).status, 200);
});

test("the outbox page keeps what was refused until somebody has read it", async () => {
  const { server, device } = await desk();
  server.elsewhere(A, 90);
  const id = await record(device, "counter.asked", A, { amount: 50 });
  await device.sync.run();
  await add(device, A, 1);
  const text = async () => (await answerPage(device, request("/outbox"))).text();
  assert.match(await text(), /AA::0 AA:rejected:0 /);
  await take(device, { type: "read", id }, () => undefined);
  assert.doesNotMatch(await text(), /rejected/);
});

test("who signs in is known at once, and another person's replica is not shown", async () => {
  const { server, device } = await desk();
  server.signedIn = "li.na";
  network(() => new Response(null, { status: 303 }));
  const response = { type: "opaqueredirect" };
  globalThis.fetch = async () => response;
  const held = [];
  assert.equal(
    await answerSignIn(device, request("/sign-in", { method: "POST" }), (w) => held.push(w)),
    response,
  );
  assert.equal((await metaOf(device, "signin")).login, "li.na");
  await Promise.all(held);
  assert.equal((await device.net.state()).ready, true);
});

test("if it cannot be known who signed in, nobody's pages are shown", async () => {
  const { server, device } = await desk();
  globalThis.fetch = async () => ({ type: "opaqueredirect" });
  server.fault = () => {
    throw new TypeError("network");
  };
  await answerSignIn(device, request("/sign-in", { method: "POST" }), keep);
  assert.equal((await device.net.state()).ready, false);
  server.fault = () => undefined;
  server.signedIn = null;
  const again = await ready(createServer(), { shared: SHARED, templates: TEMPLATES });
  network(() => new Response("wrong password", { status: 422 }));
  await answerSignIn(again, request("/sign-in", { method: "POST" }), keep);
  assert.equal((await again.net.state()).ready, true, "a wrong password changes nothing");
});

test("a sign-out without a network is told to the server before anything else", async () => {
  const { server, device } = await desk();
  const calls = [];
  server.fault = (path, stage) => void (stage === "before" && calls.push(path));
  await add(device, A, 1);
  const response = await answerSignOut(device, request("/sign-out", { method: "POST" }));
  assert.equal(response.headers.get("Location"), `${HOME}/sign-in`);
  assert.equal((await device.net.state()).ready, false);
  await device.sync.run();
  assert.deepEqual(calls, ["/sign-out", "/sync/push"]);
  assert.equal(server.journal.length, 1);
});

test("the language is chosen here, with or without a network", async () => {
  const { device } = await desk();
  const body = [
    ["lang", "zh_CN"],
    ["then", "/counters/SZ:A"],
  ];
  const response = await answerLanguage(device, request("/language", { method: "POST", body }));
  assert.equal(response.headers.get("Location"), `${HOME}/counters/SZ:A`);
  assert.match(await (await answerPage(device, request("/counters/SZ:A"))).text(), /zh_CN/);
  await answerLanguage(device, request("/lang/en"));
  await answerLanguage(device, request("/lang/xx"));
  assert.match(await (await answerPage(device, request("/counters/SZ:A"))).text(), / en /);
});

test("the outbox goes into a file and out of it on another device, word for word", async () => {
  const { server, device } = await desk();
  const { blobOf } = await import("./world.js");
  await add(device, A, 1, { blobs: [await blobOf("photo")] });
  const answers = [];
  await take(device, { type: "export" }, (answer) => answers.push(answer));
  const other = await ready(server, { name: freshName(), shared: SHARED, templates: TEMPLATES });
  await add(other, A, 1);
  const bring = { type: "import", text: answers[0].text };
  server.fault = () => {
    throw new TypeError("network");
  };
  await take(other, bring, (answer) => answers.push(answer));
  await take(other, bring, (answer) => answers.push(answer));
  await take(other, { type: "import", text: "{}" }, (answer) => answers.push(answer));
  assert.deepEqual(
    answers.slice(1).map((answer) => answer.count),
    [1, 0, -1],
  );
  const [here, there] = [await rows(device, "outbox"), await rows(other, "outbox")];
  assert.equal(there[1].bytes, here[0].bytes);
  const [blob] = await rows(other, "blobs");
  assert.equal(new TextDecoder().decode(blob.bytes), "photo");
  await add(other, A, 1);
  assert.deepEqual(
    (await rows(other, "outbox")).map((row) => row.seq),
    [1, 1, 2],
  );
  assert.equal((await look(device, A)).n, 4, "nothing left the first device");
});
