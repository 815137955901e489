/** Pages that were made before are answered again while nothing that they hang on has changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerPage } from "../../pwa/src/route.js";
import { answerLanguage, answerSignOut } from "../../pwa/src/session_routes.js";
import { A, desk, network, request, SHARED, TEMPLATES } from "./route_desk.js";
import { add, wake } from "./world.js";

test("a page that was made before is not made again until something in it changed", async () => {
  const { device } = await desk();
  network(null);
  const path = "/counters/SZ:A";
  const text = async () => (await answerPage(device, request(path))).text();
  const first = await text();
  // Nothing writes past the revision; here it shows that nothing was rendered.
  await device.database.write(["replica"], async (tx) => {
    const row = await tx.objectStore("replica").get(A);
    await tx.objectStore("replica").put({ ...row, body: { ...row.body, n: 99 } });
  });
  assert.equal(await text(), first);
  await add(device, A, 5);
  const second = await text();
  assert.notEqual(second, first);
  await answerLanguage(device, request("/lang/zh_CN?next=/"));
  const third = await text();
  assert.notEqual(third, second);
  assert.equal(await text(), third);
});

test("a page outlives its worker, and is dropped with the sign-in that saw it", async () => {
  const { server, device } = await desk();
  network(null);
  const path = "/counters/SZ:A";
  const text = async (of) => (await answerPage(of, request(path))).text();
  const kept = (of) => of.database.read(["made"], (tx) => tx.objectStore("made").getAll());
  const first = await text(device);
  await device.database.write(["replica"], (tx) => tx.objectStore("replica").clear());
  const next = wake(server, { name: device.name, shared: SHARED, templates: TEMPLATES });
  assert.equal(await text(next), first, "nothing was read anew");
  assert.equal((await kept(next)).length, 1);
  await answerSignOut(next, request("/sign-out", { method: "POST" }));
  assert.deepEqual(await kept(next), []);
  assert.notEqual(await text(next), first);
});

test("pages of before a change do not stay, nor those of a search", async () => {
  const { device } = await desk();
  network(null);
  const kept = () => device.database.read(["made"], (tx) => tx.objectStore("made").count());
  await (await answerPage(device, request("/counters/SZ:A"))).text();
  await (await answerPage(device, request("/counters/SZ:A?at=1"))).text();
  assert.equal(await kept(), 1, "an address with a question is one of many");
  await add(device, A, 5);
  const headers = { "HX-Request": "true" };
  await (await answerPage(device, request("/counters/SZ:A", { headers }))).text();
  assert.equal(await kept(), 1, "the whole page of before the change is gone");
});
