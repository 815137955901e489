/** Who draws a lot's label: the server, or this device where it can't be asked or knows better. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerLabel } from "../../pwa/src/label_route.js";
import { LabelError } from "../../pwa/src/labels/error.js";
import { createServer } from "./plant.js";
import { ready, record } from "./world.js";

const HOME = "http://localhost";
globalThis.location = { origin: HOME };

const LOT = { key: "lot/SZ:M-1:L1", version: 3, code: "L1", item_name: { zh: "端盖", en: "Cap" } };
const SHARED = { public_url: "https://plant.example" };
const TEMPLATES = {
  "layout/page": "{{ main | rendered_main }}",
  "error/problem": "{{ problem.code }}",
};
const FROM_SERVER = () => new Response("the server's");

async function desk() {
  const server = createServer();
  server.put(LOT);
  return ready(server, { shared: SHARED, templates: TEMPLATES });
}

/** The network as the worker's fetch finds it. */
function network(answer) {
  globalThis.fetch = async () => {
    if (!answer) throw new TypeError("no network");
    return answer();
  };
}

/** Answers with what it was asked to draw. */
async function labels({ key, doc }, how) {
  const told = { key, code: doc?.code ?? null, ...how };
  return new Blob([JSON.stringify(told)], { type: "image/svg+xml" });
}

async function ask(device, path, draw = labels) {
  const request = { url: HOME + path, method: "GET", mode: "no-cors", headers: new Headers() };
  const response = await answerLabel(device, request, draw);
  return { response, status: response.status, text: await response.text() };
}

test("where the server answers, its picture is shown", async () => {
  const device = await desk();
  network(FROM_SERVER);
  assert.equal((await ask(device, "/lots/SZ:M-1:L1/label.png")).text, "the server's");
});

test("without a network the device draws what the address asks for", async () => {
  const device = await desk();
  network(null);
  const query = "layout=package&p=K7Q2M4XW-2&serial=0001";
  const { response, text } = await ask(device, `/lots/SZ%3AM-1%3AL1/label.svg?${query}`);
  const how = { layout: "package", base_url: "https://plant.example", format: "svg" };
  const label = { number: "K7Q2M4XW-2", serial: "0001", facts: {}, side: 0, site: "SZ" };
  assert.deepEqual(JSON.parse(text), { key: "lot/SZ:M-1:L1", code: "L1", ...how, ...label });
  assert.equal(response.headers.get("Content-Type"), "image/svg+xml");
  assert.match(response.headers.get("Content-Disposition"), /^inline; filename="[\w.-]+\.svg"$/);
  assert.match(response.headers.get("Content-Security-Policy"), /sandbox/);
});

test("what has no document has its label too, with what is being written on it", async () => {
  const device = await desk();
  network(null);
  const facts = encodeURIComponent('{"limit":"500 kg","zone_zh":7,"colour":"red"}');
  const path = `/labels/SZ:~location:A-01/label.svg?facts=${facts}&side=0`;
  const { key, code, layout, facts: told, site } = JSON.parse((await ask(device, path)).text);
  assert.deepEqual([key, code, layout, site], ["location/SZ:A-01", null, "location", "SZ"]);
  assert.deepEqual(told, { limit: "500 kg" });
  for (const query of ["facts=%7B", "facts=null", "facts=7"]) {
    const { text } = await ask(device, `/labels/SZ:~location:A-01/label.svg?${query}`);
    assert.deepEqual(JSON.parse(text).facts, {}, query);
  }
});

test("a page that a card has not is not found", async () => {
  const device = await desk();
  network(null);
  const none = async () => null;
  assert.equal((await ask(device, "/lots/SZ:M-1:L1/label.svg?side=3", none)).status, 404);
});

test("what no label of a lot is, is not drawn", async () => {
  const device = await desk();
  network(null);
  for (const query of ["layout=badge", "layout=constructor", "serial=A"]) {
    const { status, text } = await ask(device, `/lots/SZ:M-1:L1/label.png?${query}`);
    assert.deepEqual([status, text], [404, "not_found"], query);
  }
  const { text } = await ask(device, "/lots/SZ:M-1:L1/label.png?p=x");
  assert.equal(JSON.parse(text).number, "");
});

test("what waits here is on the label, although the server does not know it yet", async () => {
  const device = await desk();
  await record(device, "counter.noted", LOT.key, {});
  network(FROM_SERVER);
  assert.match((await ask(device, "/lots/SZ:M-1:L1/label.svg")).text, /"code":"L1"/);
});

test("a server in trouble is no reason to have no label", async () => {
  const device = await desk();
  network(() => new Response("", { status: 503 }));
  assert.match((await ask(device, "/lots/SZ:M-1:L1/label.svg")).text, /"code":"L1"/);
});

test("a lot that is not here is the server's to draw or to refuse", async () => {
  const device = await desk();
  network(() => new Response("unknown", { status: 404 }));
  assert.equal((await ask(device, "/lots/SZ:M-1:L9/label.png")).status, 404);
  network(null);
  assert.equal((await ask(device, "/lots/SZ:M-1:L9/label.png")).status, 503);
});

test("where drawing fails, the server is asked, and else it is said", async () => {
  const device = await desk();
  const fail = async () => {
    throw new TypeError("/assets/labels.json: 503");
  };
  await device.net.tell({ online: false });
  network(FROM_SERVER);
  assert.equal((await ask(device, "/lots/SZ:M-1:L1/label.png", fail)).text, "the server's");
  network(null);
  assert.equal((await ask(device, "/lots/SZ:M-1:L1/label.png", fail)).status, 503);
  assert.equal((await ask(device, "/lots/%FF/label.png")).status, 503);
});

test("a locked device shows nobody's lots", async () => {
  const device = await desk();
  await device.database.write(["meta"], (tx) =>
    tx.objectStore("meta").put({ login: "wang.fang" }, "locked"),
  );
  network(null);
  assert.equal((await ask(device, "/lots/SZ:M-1:L1/label.png")).status, 503);
});

test("what does not fit is told with the field, and nothing is drawn", async () => {
  const device = await desk();
  network(null);
  const refuse = async () => {
    throw new LabelError("text_too_long", "端盖");
  };
  const { status, text } = await ask(device, "/lots/SZ:M-1:L1/label.png", refuse);
  assert.deepEqual([status, text], [422, "label_text_too_long"]);
});
