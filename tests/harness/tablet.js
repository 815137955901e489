/**
 * A tablet and whoever works with it: its tab, which may die and is opened again, the sign-in, and
 * the rounds of sync without faults at the end. What is done on it meanwhile is in acts.js.
 */
import { answerSignIn } from "../../pwa/src/session_routes.js";
import { givePin, holdersOf } from "../../pwa/src/pins.js";
import { sessionOf } from "../../pwa/src/signin.js";
import { PIN } from "./hands.js";
import { requestOf } from "./browser.js";
import { pause } from "./network.js";
import { PASSWORD } from "./people.js";

const RETRY_MS = 150;
const RETRY_LONGEST_MS = 5000;
const LOADING_TRIES = 20;

/**
 * @param {object} parts
 * @param {ReturnType<typeof import("./browser.js").createBrowser>} parts.browser
 * @param {{site: string, people: string[]}} parts.place
 * @param {(what: string, more?: object) => void} parts.trace
 */
export function createTablet({ browser, place, trace }) {
  const { network, eyes } = browser;
  const background = new Set();
  const told = new Set();
  const counts = { acts: 0, refused: 0, tab_kills: 0, pages: 0, sign_ins: 0 };
  let tab = browser.open();

  const tablet = {
    name: browser.name,
    place,
    person: place.people[0],
    eyes,
    network,
    trace,
    counts,
    confirmed: [],
    errors: [],
    open: browser.open,

    /** In the tab that lives; another one is opened where the last one died. */
    inTab(work) {
      if (tab.isDead()) tablet.reopen();
      return tab.run(work);
    },

    reopen(options) {
      tab.kill();
      counts.tab_kills += 1;
      tab = browser.open(options);
    },

    /** The power button. */
    kill: () => tab.kill(),

    /** As a worker keeps what goes on after its answer. */
    keep(work) {
      const kept = work.catch(tablet.failed).finally(() => background.delete(kept));
      background.add(kept);
    },

    failed(error) {
      const text = String(error?.stack ?? error);
      trace("error", { text });
      tablet.errors.push(text);
    },

    /**
     * Invariant 6: what has left the outbox is in the replica, else it would be seen nowhere.
     */
    async look() {
      const [feed, rows] = await eyes.read(["meta", "ledger"], (tx) =>
        Promise.all([tx.objectStore("meta").get("feed"), tx.objectStore("ledger").getAll()]),
      );
      if (!feed?.complete || feed.staged?.fresh) return;
      for (const { id, verdict } of rows) {
        const isEarly = ({ scope, version }) => feed.cursors[scope] < version;
        const early = verdict?.status === "rejected" ? null : verdict?.effects.find(isEarly);
        if (!early || told.has(id)) continue;
        told.add(id);
        const here = feed.cursors[early.scope];
        tablet.failed(new Error(`${id} flickers: ${JSON.stringify(early)}, cursor ${here}`));
      }
    },

    async signIn(login = tablet.person) {
      let wait_ms = RETRY_MS;
      await postSignIn(login);
      while (!(await isIn(login))) {
        // A try at which the server died counts as failed, and too many of those take time.
        wait_ms = Math.min(RETRY_LONGEST_MS, wait_ms * 2);
        await pause(wait_ms);
        await postSignIn(login);
      }
      tablet.person = login;
      trace("signed in", { login });
    },

    /** From here on nothing fails; when all that is under way has ended. */
    async calm() {
      network.offline(false);
      network.calm();
      await Promise.all(background);
      await network.settled();
    },

    /** One round of sync; the person signs in again where the server asks for it. */
    async round() {
      await tablet.inTab((device) => device.sync.run());
      await tablet.inTab((device) => device.sync.blobs({ again: true }));
      if ((await meta("standing")) || !(await session()).signin) await tablet.signIn();
      await Promise.all(background);
    },
  };

  const meta = (key) => eyes.read(["meta"], (tx) => tx.objectStore("meta").get(key));
  const session = () => eyes.read(["meta"], sessionOf);

  async function postSignIn(login) {
    counts.sign_ins += 1;
    const data = new FormData();
    for (const [name, value] of Object.entries({ login, password: PASSWORD, next: "/" })) {
      data.append(name, value);
    }
    const request = requestOf("/sign-in", { method: "POST", data });
    await tablet.inTab((device) => answerSignIn(device, request, tablet.keep));
  }

  /** Whether the replica is there; a first sync that was cut short goes on by itself. */
  async function isIn(login) {
    for (let tries = 0; tries < LOADING_TRIES; tries += 1) {
      await tablet.inTab((device) => device.sync.run());
      const { signin, isReady } = await session();
      if (signin?.login !== login || (await meta("standing"))) return false;
      if (isReady) {
        await setPin(login);
        return true;
      }
      await pause(RETRY_MS);
    }
    return false;
  }

  /** Where the network lets them: who has no PIN here signs with the password, online. */
  async function setPin(login) {
    const { signin, device: known } = await session();
    if (!signin || !known || (await eyes.read(["meta"], holdersOf))[login]) return;
    const told = { signin, device: known, pin: PIN, password: PASSWORD };
    await tablet.inTab((device) => givePin(device, told)).catch(() => undefined);
  }

  return tablet;
}
