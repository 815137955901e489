/** Words and page table of another build are never taken, neither first nor later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { precache, sharedLoader } from "../../pwa/src/assets.js";
import { BUILD } from "../../pwa/src/build.js";

const SHARED = "/assets/shared.json";
globalThis.location = { origin: "http://localhost" };

/** Browser and server as far as the files of a build go; `build` is the server's. */
function world(build) {
  const there = { build };
  const stored = new Map();
  const pathOf = (request) => new URL(request.url ?? request, "http://localhost").pathname;
  const answer = () => {
    const response = new Response(JSON.stringify({ build: there.build }));
    return Object.defineProperty(response, "type", { value: "basic" });
  };
  const cache = {
    add: async (request) => void stored.set(pathOf(request), answer()),
    delete: async (request) => stored.delete(pathOf(request)),
    match: async (request) => stored.get(pathOf(request))?.clone(),
    put: async (request, response) => void stored.set(pathOf(request), response),
  };
  globalThis.caches = { open: async () => cache };
  globalThis.fetch = async () => answer();
  globalThis.Request = class {
    constructor(path) {
      this.url = new URL(path, "http://localhost").href;
    }
  };
  return { there, stored };
}

test("a worker whose server was replaced meanwhile is not installed", async () => {
  world("another");
  await assert.rejects(precache(), /shared\.json is of build another/);
});

test("a worker of the server's build is installed and has its words", async () => {
  world(BUILD);
  await precache();
  assert.equal((await sharedLoader()()).build, BUILD);
});

test("where the browser cleared its cache, words of a later build are not taken", async () => {
  const { there, stored } = world(BUILD);
  await precache();
  stored.clear();
  there.build = "the next";
  const shared = sharedLoader();
  await assert.rejects(shared(), /is of build the next/);
  assert.ok(!stored.has(SHARED), "nor kept");
  there.build = BUILD;
  assert.equal((await shared()).build, BUILD);
});
