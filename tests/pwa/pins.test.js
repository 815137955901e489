/** PINs on a shared device: what they open, how often they may be tried, and what each may see. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { holdersOf, isExpired, noteSeen, open } from "../../pwa/src/pins.js";
import { restingFor, scopesOf, visibleTo } from "../../pwa/src/scopes.js";
import { badgeOf } from "../../pwa/src/pins_page.js";
import { lockUp, sign, unlock } from "../../pwa/src/vault.js";
import { fromBase64url } from "../../pwa/src/signature.js";
import { createServer } from "./plant.js";
import { metaOf, ready } from "./world.js";

const PIN = "271828";
const NOW = new Date("2026-11-22T10:00:00Z");
const POLICY = { offline_hours: 24, lock_minutes: 10 };
const vectors = JSON.parse(
  readFileSync(new URL("../vectors/scopes.json", import.meta.url), "utf8"),
);

async function shared() {
  const device = await ready(createServer());
  const signin = await metaOf(device, "signin");
  const known = await metaOf(device, "device");
  const since = { failures: 0, seen_at: NOW.toISOString(), device: known.id };
  const holder = { ...signin, ...(await lockUp(PIN)), ...since };
  await device.database.write(["meta"], (tx) =>
    tx.objectStore("meta").put({ [signin.login]: holder }, "pins"),
  );
  return { device, login: signin.login, signin };
}

async function tried(device, login, pin) {
  return open(device.database, login, pin).then(
    () => "open",
    ({ code, params }) => [code, params.left],
  );
}

test("a vault opens by its PIN only, and its key signs what the server can check", async () => {
  const vault = await lockUp(PIN);
  assert.equal(await unlock(vault, "271829"), null);
  const key = await unlock(vault, PIN);
  assert.equal(key.extractable, false);
  const how = { name: "ECDSA", namedCurve: "P-256" };
  const raw = fromBase64url(vault.public);
  const known = await crypto.subtle.importKey("raw", raw, how, true, ["verify"]);
  const sig = fromBase64url(await sign(key, "说的话"));
  const text = new TextEncoder().encode("说的话");
  assert.ok(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, known, sig, text));
});

test("nothing of the key stands on the disk in clear", async () => {
  const { device } = await shared();
  const kept = JSON.stringify(await metaOf(device, "pins"));
  assert.ok(!kept.includes(PIN));
  assert.deepEqual(
    Object.keys(JSON.parse(kept)["wang.fang"]).sort(),
    ["device", "failures", "iterations", "iv", "login", "name", "public", "roles", "salt"].concat(
      ["seats", "seen_at", "session", "signer", "sites", "wrapped"],
    ),
  );
});

test("five wrong PINs lock it, also for the right one, until the password was given", async () => {
  const { device, login, signin } = await shared();
  for (const left of [4, 3, 2, 1]) {
    assert.deepEqual(await tried(device, login, "000001"), ["pin_wrong", left]);
  }
  assert.deepEqual(await tried(device, login, "000001"), ["pin_locked", undefined]);
  assert.deepEqual(await tried(device, login, PIN), ["pin_locked", undefined]);
  const seen = (how) => (tx) => noteSeen(tx, signin, NOW, how);
  await device.database.write(["meta"], seen({}));
  assert.deepEqual(await tried(device, login, PIN), ["pin_locked", undefined]);
  await device.database.write(["meta"], seen({ isPassword: true }));
  assert.equal(await tried(device, login, PIN), "open");
});

test("a right PIN takes back the wrong ones before", async () => {
  const { device, login } = await shared();
  await tried(device, login, "000001");
  assert.equal(await tried(device, login, PIN), "open");
  const { [login]: holder } = await device.database.read(["meta"], holdersOf);
  assert.equal(holder.failures, 0);
});

test("tries at once are all counted", async () => {
  const { device, login } = await shared();
  const all = Array.from({ length: 7 }, () => tried(device, login, "000001"));
  const codes = (await Promise.all(all)).map(([code]) => code);
  assert.equal(codes.filter((code) => code === "pin_wrong").length, 4);
});

test("a PIN expires a day after the server saw its person, and when the clock was set back", () => {
  const at = (hours) => ({ seen_at: new Date(NOW.getTime() - hours * 3_600_000).toISOString() });
  assert.equal(isExpired(at(23), POLICY, NOW), false);
  assert.equal(isExpired(at(25), POLICY, NOW), true);
  assert.equal(isExpired(at(-0.5), POLICY, NOW), false);
  assert.equal(isExpired(at(-5), POLICY, NOW), true);
});

test("the scopes of a person are those that the server gives them", () => {
  for (const { seats, scopes } of vectors.people) {
    assert.deepEqual([...scopesOf({ seats }, vectors.areas)].sort(), scopes);
  }
});

test("what rests for others is what this person may not see", () => {
  const me = { seats: ["SZ:operator"] };
  const boss = { seats: ["SZ:supervisor"] };
  const resting = restingFor(me, [me, boss], vectors.areas);
  assert.deepEqual([...resting].sort(), ["SZ.cases", "SZ.field"]);
});

test("a person sees the documents of their scopes, and nobody sees any", () => {
  const map = { areas: vectors.areas, types: { lot: "floor", case: "cases", person: "people" } };
  const operator = visibleTo({ seats: ["SZ:operator"] }, map);
  const keys = ["lot/SZ:x", "lot/HD:x", "case/SZ:x", "person/org:x", "nothing/SZ:x"];
  assert.deepEqual(keys.map(operator), [true, false, false, true, false]);
  assert.deepEqual(keys.map(visibleTo(null, map)), [false, false, false, false, false]);
});

test("a badge leads to its person's PIN, and nothing else does", () => {
  assert.equal(badgeOf("https://plant.example/switch?who=wang.fang"), "/switch?who=wang.fang");
  for (const text of ["", "wang.fang", "https://x/switch?who=a&next=//b", "https://x/lots/SZ:a"]) {
    assert.equal(badgeOf(text), null);
  }
});
