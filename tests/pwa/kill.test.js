/** Killed between any two steps, a device loses nothing, doubles nothing and never flickers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createServer, counter } from "./plant.js";
import { blobOf, freshName, Killed, newId, ready, record, rows, wake } from "./world.js";

const A = "counter/SZ:A";
const B = "counter/SZ:B";
const TALLY = "tally/SZ:all";

/** What one worker does in its life: entries, and syncs between them; one is refused. */
const DEEDS = [
  { kind: "counter.added", on: A, amount: 2 },
  "sync",
  { kind: "counter.added", on: A, amount: 3, photo: "a photo" },
  { kind: "counter.added", on: B, amount: 4 },
  "sync",
  { kind: "counter.asked", on: B, amount: 500 },
  "sync",
  { kind: "counter.added", on: B, amount: 5 },
  "sync",
];

async function life(device, amounts, confirmed) {
  for (const deed of DEEDS) {
    if (deed === "sync") {
      await device.sync.run();
      await device.sync.blobs();
      continue;
    }
    const { kind, on, amount, photo } = deed;
    const id = newId();
    amounts.set(id, kind === "counter.asked" ? 0 : amount);
    const blobs = photo ? [await blobOf(photo)] : [];
    await record(device, kind, on, { amount }, { id, blobs });
    confirmed.push(id);
  }
}

/** The sum of what is recorded, as another worker on the same database sees it. */
async function observed(eyes) {
  return eyes.view.read(async (moment) => {
    const [a, b, tally] = [await moment.get(A), await moment.get(B), await moment.get(TALLY)];
    const ids = [...moment.rows, ...(await moment.tx.objectStore("ledger").getAll())];
    return { sum: a.n + b.n, tally: tally.n, ids: ids.map((row) => row.id) };
  });
}

/** Dies at one of its steps, and does nothing any more. */
function mortal(dieAt, watch) {
  const fate = { steps: 0, isDead: false, step };
  async function step(what) {
    if (fate.isDead) throw new Killed(what);
    const mine = (fate.steps += 1);
    await watch(what);
    if (mine !== dieAt) return;
    fate.isDead = true;
    throw new Killed(what);
  }
  return fate;
}

/** What is wrong at this moment, if anything: lost, seen by halves, or flickering. */
async function wrongs({ eyes, amounts, confirmed }, what) {
  const { sum, tally, ids } = await observed(eyes);
  const own = ids.reduce((total, id) => total + amounts.get(id), 0);
  return [
    ...confirmed.filter((id) => !ids.includes(id)).map((id) => `${id} is lost, ${what}`),
    ...(sum === tally ? [] : [`an entry shows in one of its documents only, ${what}`]),
    ...(sum === own ? [] : [`${own} recorded, ${sum} shown, ${what}`]),
    ...(await lacking(eyes)).map((id) => `${id} lacks its photo, ${what}`),
  ];
}

/** Entries that are recorded here without what they name. */
async function lacking(eyes) {
  const there = new Set((await rows(eyes, "blobs")).map((blob) => blob.sha256));
  const waiting = (await rows(eyes, "outbox")).filter((row) => row.verdict === null);
  const isLacking = ({ bytes }) => JSON.parse(bytes).blobs.some((one) => !there.has(one.sha256));
  return waiting.filter(isLacking).map((row) => row.id);
}

async function scenario(dieAt, pageLimit) {
  const server = createServer({ pageLimit });
  for (const name of ["A", "B", "C", "D"]) server.put(counter(name));
  const name = freshName();
  const eyes = await ready(server, { name });

  const [amounts, confirmed, found] = [new Map(), [], []];
  const watch = async (what) => {
    found.push(...(await wrongs({ eyes, amounts, confirmed }, what)));
  };
  const fate = mortal(dieAt, watch);
  await life(wake(server, { name, step: fate.step }), amounts, confirmed).catch((error) => {
    if (!fate.isDead) throw error;
  });

  const heir = wake(server, { name, step: watch });
  await heir.sync.run();
  await heir.sync.blobs();
  assert.deepEqual(found, []);
  assert.deepEqual(await rows(heir, "outbox"), [], "everything was seen in the feed");
  const journal = [...server.journal].sort();
  assert.deepEqual(journal, [...new Set(journal)], "nothing twice");
  assert.deepEqual(
    confirmed.filter((id) => !journal.includes(id)),
    [],
    "all in the journal",
  );
  for (const blob of await rows(heir, "blobs")) {
    assert.equal(server.blobs.get(blob.sha256)?.bytes.length, blob.size, "the photo arrived");
  }
  await Promise.all([heir, eyes].map((device) => device.database.close()));
  return fate.isDead;
}

for (const [pageLimit, stride] of [
  [500, 2],
  [1, 9],
]) {
  test(`killed at any step, with pages of at most ${pageLimit} documents`, async () => {
    let kills = 0;
    for (let dieAt = 1; await scenario(dieAt, pageLimit); dieAt += stride) kills += 1;
    assert.ok(kills > 20, `only ${kills} steps were tried`);
  });
}
