/**
 * A tablet whose server can't store anything for a while: the real device code records, tries, and
 * says how it stands; after a line on standard input it goes on by itself.
 *
 * `node trouble.js '{"server", "login", "entries"}'` says a line of JSON each time.
 */
import { createInterface } from "node:readline";
import { createBrowser } from "./browser.js";
import { diceOf } from "./dice.js";
import { byAppend, newId } from "./hands.js";
import { createNetwork, direct, pause } from "./network.js";
import { held } from "./stocktaking.js";
import { createTablet } from "./tablet.js";

const LOOK_MS = 100;
const TRIES = 3;
const LOT = "lot/SZ:M-1001:L2611-02";
const given = JSON.parse(process.argv[2]);

async function main() {
  const shared = await (await direct(`${given.server}/assets/shared.json`)).json();
  const quiet = () => undefined;
  const dice = diceOf("trouble");
  const network = createNetwork({ servers: [given.server], dice, trace: quiet, ask: quiet });
  network.calm();
  const browser = createBrowser({ name: "trouble", network, shared, clock_ms: 0, trace: quiet });
  const place = { site: "", people: [given.login] };
  const tablet = createTablet({ browser, place, trace: quiet });
  const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
  await tablet.signIn();
  await say(tablet, []);
  await lines.next();
  const ids = [];
  for (let n = 0; n < given.entries; n += 1) {
    const body = { text: `${n} ${"看过 ".repeat(300)}` };
    const wish = { kind: "note.added", on: LOT, base: null, body, files: new Map() };
    ids.push(await tablet.inTab((device) => byAppend(device, wish, { id: newId() })));
  }
  for (let n = 0; n < TRIES; n += 1) await tablet.inTab((device) => device.sync.run());
  await say(tablet, ids);
  await lines.next();
  while ((await waiting(tablet)) > 0) {
    await tablet.inTab((device) => device.sync.run());
    await pause(LOOK_MS);
  }
  await say(tablet, ids);
}

const waiting = async (tablet) => (await tablet.inTab((device) => device.net.state())).waiting;

async function say(tablet, ids) {
  const net = await tablet.inTab((device) => device.net.state());
  const { ledger } = await held(tablet);
  process.stdout.write(`${JSON.stringify({ ids, net, ledger: ledger.map((one) => one.id) })}\n`);
}

await main();
process.exit(0);
