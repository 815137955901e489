/** What a device keeps of itself: drafts, holdings, what was cleared, the certificate's end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { draftOf, keepDraft } from "../../pwa/src/drafts.js";
import { holdingsOf } from "../../pwa/src/holdings.js";
import { markLostRead } from "../../pwa/src/identity.js";
import { forgetSignin } from "../../pwa/src/signin.js";
import { createServer, counter } from "./plant.js";
import { add, metaOf, ready, wake } from "./world.js";

const NOW = new Date("2026-11-25T08:00:00Z");
const DAY_MS = 86_400_000;

function plant() {
  const server = createServer();
  server.put(counter("A"));
  return server;
}

function draft(more = {}) {
  const values = [["body.quantity", "2.5"]];
  return { place: "/lots/A", action: "/do/x", values, at: NOW.toISOString(), ...more };
}

test("a draft is kept by page and form, the latest in place of the one before", async () => {
  const device = await ready(plant());
  await keepDraft(device.database, draft(), NOW);
  await keepDraft(device.database, draft({ values: [["body.quantity", "3"]] }), NOW);
  assert.deepEqual((await draftOf(device.database, "/lots/A", NOW)).values, [
    ["body.quantity", "3"],
  ]);
  assert.equal(await draftOf(device.database, "/lots/B", NOW), null);
  await keepDraft(device.database, draft({ values: [] }), NOW);
  assert.equal(await draftOf(device.database, "/lots/A", NOW), null);
});

test("a draft ends with a week and with the sign-in, and is nobody else's", async () => {
  const server = plant();
  const device = await ready(server);
  await keepDraft(device.database, draft(), NOW);
  const later = new Date(NOW.getTime() + 8 * DAY_MS);
  assert.equal(await draftOf(device.database, "/lots/A", later), null);
  server.signedIn = "zhao.lei";
  await device.enrol();
  assert.equal(await draftOf(device.database, "/lots/A", NOW), null);
  await keepDraft(device.database, draft(), NOW);
  await forgetSignin(device.database, { isTold: true });
  const owners = (await metaOf(device, "drafts")).map(({ login }) => login);
  assert.deepEqual(owners, ["wang.fang"]);
});

test("who comes back to a shared tablet finds the draft that was left there", async () => {
  const server = plant();
  const device = await ready(server);
  const mine = [["body.quantity", "2.5"]];
  await keepDraft(device.database, draft({ values: mine }), NOW);
  server.signedIn = "zhao.lei";
  await device.enrol();
  await keepDraft(device.database, draft({ values: [["body.quantity", "7"]] }), NOW);
  server.signedIn = "wang.fang";
  await device.enrol();
  assert.deepEqual((await draftOf(device.database, "/lots/A", NOW)).values, mine);
});

test("nobody's draft is not kept, nor one that is too large", async () => {
  const device = wake(plant());
  await keepDraft(device.database, draft(), NOW);
  assert.equal(await metaOf(device, "drafts"), undefined);
  const other = await ready(plant());
  await keepDraft(other.database, draft({ values: [["body.text", "x".repeat(30_000)]] }), NOW);
  assert.equal(await draftOf(other.database, "/lots/A", NOW), null);
});

test("holdings tell how fresh they are and what waits", async () => {
  const device = await ready(plant(), { now: () => NOW });
  await add(device, "counter/SZ:A", 1);
  const held = await device.view.read((moment) => holdingsOf(moment));
  assert.equal(held.complete, true);
  assert.equal(held.synced_at, NOW.toISOString());
  assert.equal(held.waiting, 1);
  assert.ok(held.total > 0);
});

test("what the browser cleared is told once, and not to one that gave its name up", async () => {
  const server = plant();
  const lost = { device: "dev-1", seen_at: "2026-11-20T08:00:00.000Z" };
  const real = server.fetch;
  server.fetch = async (path, init) => {
    const response = await real(path, init);
    if (path !== "/sync/enrol") return response;
    const body = JSON.stringify({ ...(await response.json()), lost });
    return new Response(body, { headers: { "Content-Type": "application/json" } });
  };
  const device = await ready(server);
  assert.equal((await device.net.state()).lost, lost.seen_at);
  await markLostRead(device.database);
  assert.equal((await device.net.state()).lost, "");
  const anew = wake(server);
  await anew.database.write(["meta"], (tx) => tx.objectStore("meta").put({ at: "" }, "anew"));
  await anew.enrol();
  assert.equal(await metaOf(anew, "lost"), undefined);
});

test("when the server's certificate ends is kept, and forgotten behind a proxy", async () => {
  const server = plant();
  const real = server.fetch;
  let ends = "2027-01-01T00:00:00Z";
  server.fetch = async (path, init) => {
    const response = await real(path, init);
    if (ends) response.headers.set("Traveler-Certificate-Ends", ends);
    return response;
  };
  const device = await ready(server);
  assert.equal((await device.net.state()).certificate_ends, ends);
  ends = "";
  await device.sync.run();
  await device.sync.run();
  assert.equal((await device.net.state()).certificate_ends, "");
});
