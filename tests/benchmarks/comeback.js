/**
 * A tablet that comes back: the real device code records without a network, then gets one.
 *
 * `node comeback.js '{"server", "login", "entries", "photos", "photo_px"}'` prints one line of JSON
 * when nothing waits any more: the milliseconds until the outbox was empty and until the photos
 * were there, and what waited.
 */
import { createBrowser } from "../harness/browser.js";
import { diceOf } from "../harness/dice.js";
import { byAppend, newId } from "../harness/hands.js";
import { createNetwork, direct, pause } from "../harness/network.js";
import { photo } from "../harness/photo.js";
import { standingOf } from "../harness/stocktaking.js";
import { createTablet } from "../harness/tablet.js";

const LOOK_MS = 50;
const given = JSON.parse(process.argv[2]);
const dice = diceOf("comeback");

async function main() {
  const shared = await (await direct(`${given.server}/assets/shared.json`)).json();
  const quiet = () => undefined;
  const network = createNetwork({ servers: [given.server], dice, trace: quiet, ask: quiet });
  network.calm();
  const browser = createBrowser({ name: "comeback", network, shared, clock_ms: 0, trace: quiet });
  const place = { site: "", people: [given.login] };
  const tablet = createTablet({ browser, place, trace: quiet });
  await tablet.signIn();
  network.offline(true);
  const photo_bytes = await record(tablet);
  const entry_bytes = await waitingBytes(tablet.eyes);
  network.offline(false);
  const took = await comeBack(tablet);
  process.stdout.write(`${JSON.stringify({ ...took, photo_bytes, entry_bytes })}\n`);
}

/** A day without a network: movements and notes, some notes with a photo. */
async function record({ inTab, eyes }) {
  const rows = await eyes.read(["replica"], (tx) => tx.objectStore("replica").getAll());
  const lots = rows.map((row) => row.body).filter((body) => body?.key.startsWith("lot/"));
  let bytes = 0;
  for (let n = 0; n < given.entries; n += 1) {
    const files = new Map();
    if (n < given.photos) files.set("", photo(diceOf(`photo ${n}`), given.photo_px));
    for (const file of files.values()) bytes += file.size;
    const lot = dice.pick(lots);
    const { kind, body } = files.size > 0 ? note(n) : dice.pick([note, issue, putAway])(n);
    const wish = { kind, on: lot.key, base: lot.version, body, files };
    const id = await inTab((device) => byAppend(device, wish, { id: newId() }));
    if (!id) throw new Error("nothing was recorded");
  }
  return bytes;
}

const note = (n) => ({ kind: "note.added", body: { text: `看过 ✓ ${n}` } });
const issue = () => ({ kind: "material.issued", body: { quantity: "0.01", target: "line 3" } });
const putAway = () => ({ kind: "material.put_away", body: { quantity: "0.01", target: "B-02" } });

const waitingBytes = (eyes) =>
  eyes.read(["outbox"], async (tx) => {
    const rows = await tx.objectStore("outbox").getAll();
    return rows.reduce((sum, row) => sum + Buffer.byteLength(row.bytes), 0);
  });

/** Entries, then photos, as the app sends them, and again; looked at from outside meanwhile. */
async function comeBack({ inTab, eyes }) {
  const began = performance.now();
  const send = () =>
    inTab(async (device) => {
      await device.sync.run();
      await device.sync.blobs();
    });
  let [outbox_ms, rounds, sending] = [null, 1, send()];
  for (;;) {
    const { waits, blobs } = await standingOf(eyes);
    const now = Math.round(performance.now() - began);
    if (waits === 0) outbox_ms ??= now;
    if (waits === 0 && blobs === 0) return { outbox_ms, photos_ms: now, rounds };
    if (await isDone(sending)) [rounds, sending] = [rounds + 1, send()];
  }
}

const isDone = (work) => Promise.race([work.then(() => true), pause(LOOK_MS)]);

await main();
process.exit(0);
