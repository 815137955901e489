/**
 * The fleet: tablets with the real device code against real servers, driven from a seed.
 *
 * `node fleet.js '{"seed", "servers", "tablets", "acts", "terminate", "restores", "report",
 * "trace"}'`. It speaks in JSON objects, a line each, with the keeper of the servers:
 * `{"begun": true}` when all are signed in, `{"kill": n, "after_ms"}`, `{"terminate": true}`,
 * `{"back_up": true}` and `{"restore": true}` while they work, and `{"over": true}` when the shift
 * is over. Then it waits for a line `calm`, drains and writes the
 * report.
 */
import { openSync, writeFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { actsOn } from "./acts.js";
import { createBrowser, Killed } from "./browser.js";
import { diceOf } from "./dice.js";
import { createNetwork, direct, pause } from "./network.js";
import { TABLETS } from "./people.js";
import { photo } from "./photo.js";
import { held, standingOf } from "./stocktaking.js";
import { createTablet } from "./tablet.js";

const RETRY_MS = 100;
const CONVERGE_MS = 60_000;
const CLOCKS_MS = [0, 0, -340, 86_400_000, -3_600_000];
const BACKED_UP_AT = 0.3;
const LOST_AT = 0.7;
const SHARED_SIDES_PX = [16, 40, 330];

const given = JSON.parse(process.argv[2]);
const traceFile = openSync(given.trace, "a");
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

function tracer(name) {
  return (what, more = {}) => {
    const at = new Date().toISOString();
    writeSync(traceFile, `${JSON.stringify({ at, name, what, ...more })}\n`);
  };
}

async function main() {
  const calm = aLine();
  const shared = await sharedBy(given.servers);
  const photos = SHARED_SIDES_PX.map((side) => photo(diceOf(`${given.seed} photo ${side}`), side));
  const tablets = Array.from({ length: given.tablets }, (_, n) => tablet(n, shared));
  watchConsole(tablets);
  await Promise.all(tablets.map((one) => one.signIn()));
  say({ begun: true });
  const restless = setInterval(restlessDatabase(), 100);
  const passed = restores(given);
  await Promise.all(tablets.map((one) => workOn(one, photos, passed)));
  clearInterval(restless);
  say({ over: true });
  await calm;
  const took_ms = await converge(tablets);
  const reports = await Promise.all(tablets.map(held));
  const said = reports.map((one, n) => ({ ...one, converged_ms: took_ms[n] }));
  writeFileSync(given.report, JSON.stringify({ tablets: said }));
}

/** What all devices share; a server may just be dead. */
async function sharedBy(servers) {
  for (let n = 0; ; n += 1) {
    const address = `${servers[n % servers.length]}/assets/shared.json`;
    const answer = await direct(address).catch(() => null);
    if (answer?.ok) return answer.json();
    await pause(RETRY_MS);
  }
}

function tablet(n, shared) {
  const place = TABLETS[n % TABLETS.length];
  const name = `${place.people[0]}-${n}`;
  const trace = tracer(name);
  const dice = (what) => diceOf(`${given.seed} ${name} ${what}`);
  const complain = (what) => one.failed(new Error(what));
  const parts = { servers: given.servers, dice: dice("net"), trace, ask: say, complain };
  const network = createNetwork(parts);
  const clock_ms = dice("clock").pick(CLOCKS_MS);
  const browser = createBrowser({ name, network, shared, clock_ms, trace });
  const one = createTablet({ browser, place, trace });
  return one;
}

async function workOn(one, photos, passed) {
  const act = actsOn(one, diceOf(`${given.seed} ${one.name} acts`), photos);
  for (let n = 0; n < given.acts; n += 1) {
    await act();
    passed();
  }
}

/** Once the plant is backed up, and later it is lost and comes back as it was then. */
function restores({ restores: isWanted, tablets, acts }) {
  let done = 0;
  return () => {
    done += 1;
    if (isWanted && done === Math.ceil(tablets * acts * BACKED_UP_AT)) say({ back_up: true });
    if (isWanted && done === Math.ceil(tablets * acts * LOST_AT)) say({ restore: true });
  };
}

/** Now and then the database ends all connections. */
function restlessDatabase() {
  const dice = diceOf(`${given.seed} database`);
  return () => {
    if (dice.chance(given.terminate ?? 0)) say({ terminate: true });
  };
}

/**
 * Rounds without faults until nothing waits and nothing moves any more.
 * @returns {Promise<number[]>} per tablet how long after the faults it last changed
 */
async function converge(tablets) {
  await Promise.all(tablets.map((one) => one.calm()));
  const began = performance.now();
  const changed_ms = tablets.map(() => 0);
  let before = [];
  for (;;) {
    const now = await Promise.all(tablets.map((one, n) => roundOf(one, n)));
    const isStill = now.every((state, n) => state === before[n]);
    const isEmpty = now.every((state) => state.includes('"waits":0,"blobs":0,"ready":true'));
    if (isStill && isEmpty) return changed_ms;
    if (performance.now() - began > CONVERGE_MS) return changed_ms.map(() => CONVERGE_MS);
    before = now;
  }

  async function roundOf(one, n) {
    await one.round();
    const state = JSON.stringify(await standingOf(one.eyes));
    if (state !== before[n]) changed_ms[n] = Math.round(performance.now() - began);
    return state;
  }
}

/** What the device complains of is a finding, unless it is of a tab that was killed. */
function watchConsole(tablets) {
  console.error = (...told) => {
    if (told.some((one) => one instanceof Killed)) return;
    tablets[0].failed(told.map((one) => String(one?.stack ?? one)).join(" "));
  };
}

function aLine() {
  return new Promise((done) => createInterface(process.stdin).once("line", done));
}

process.on("unhandledRejection", (error) => {
  if (error instanceof Killed) return;
  process.stderr.write(`unhandled: ${error?.stack ?? error}\n`);
  process.exit(3);
});
await main();
process.exit(0);
