/**
 * What is done on a tablet, one act after the other, as the dice fall: deeds, syncs, second tabs,
 * deaths, times without a network, and another person's shift.
 */
import { pathOf } from "../../pwa/src/addresses.js";
import { answerPage } from "../../pwa/src/route.js";
import { answerSignOut } from "../../pwa/src/session_routes.js";
import { sessionOf } from "../../pwa/src/signin.js";
import { requestOf } from "./browser.js";
import { choose, DEEDS } from "./deeds.js";
import { byAppend, byForm, confirmedAs, newId } from "./hands.js";
import { pause } from "./network.js";
import { WORK } from "./people.js";
import { photo } from "./photo.js";

const ACTS = {
  form: 38,
  append: 14,
  sync: 14,
  page: 8,
  doubled: 5,
  two_tabs: 5,
  killed: 3,
  mortal: 6,
  offline: 4,
  shift: 2,
};
const LIFE_STEPS_MAX = 150;
const OFFLINE_ACTS_MAX = 9;
const THINKING_MS = 250;
const KILLED_WITHIN_MS = 30;
const SMALL_PX = 24;
const LARGE_PX = 330; // more than one piece of an upload
const PAGES = ["lot", "job", "visit", "requisition", "item"];

/**
 * @param {ReturnType<typeof import("./tablet.js").createTablet>} tablet
 * @param {ReturnType<typeof import("./dice.js").diceOf>} dice
 * @param {File[]} photos that several people take
 * @returns {() => Promise<void>} does the next act
 */
export function actsOn(tablet, dice, photos) {
  const { place, network, eyes, counts, trace, inTab } = tablet;
  let offlineActs = 0;

  async function act() {
    counts.acts += 1;
    network.offline(offlineActs > 0);
    offlineActs = Math.max(0, offlineActs - 1);
    await acts[dice.weighted(ACTS)]().catch(tablet.failed);
    await tablet.look();
    await pause(dice.between(0, THINKING_MS));
  }

  const acts = {
    form: () => inTab((device) => record(device, byForm)),
    append: () => inTab((device) => record(device, byAppend)),
    sync: () => inTab(synced),
    page: () => inTab(look),
    doubled,
    two_tabs: twoTabs,
    async killed() {
      const sending = inTab(synced);
      await pause(dice.between(0, KILLED_WITHIN_MS));
      tablet.kill();
      await sending;
    },
    async mortal() {
      tablet.reopen({ diesAt: 1 + dice.below(LIFE_STEPS_MAX) });
      await acts.form();
    },
    async offline() {
      offlineActs = 2 + dice.below(OFFLINE_ACTS_MAX);
    },
    async shift() {
      network.offline(false);
      offlineActs = 0;
      const request = requestOf("/sign-out", { method: "POST" });
      await inTab((device) => answerSignOut(device, request));
      await tablet.signIn(dice.pick(place.people));
    },
  };

  /** The same form sent in two tabs. */
  async function doubled() {
    const id = newId();
    const other = tablet.open({ isLocked: dice.chance(0.5) });
    const plan = await inTab(planned);
    const send = (device) => carryOut(device, plan, { id, how: byForm });
    if (plan) await Promise.all([inTab(send), other.run(send)]);
    other.kill();
  }

  async function twoTabs() {
    const diesAt = dice.chance(0.5) ? dice.below(LIFE_STEPS_MAX) : undefined;
    const other = tablet.open({ isLocked: dice.chance(0.5), diesAt });
    const append = (device) => record(device, byAppend);
    const post = (device) => record(device, byForm);
    await Promise.all([inTab(append), other.run(post)]);
    await Promise.all([inTab(synced), other.run(synced)]);
    other.kill();
  }

  async function synced(device) {
    await device.sync.run({ force: dice.chance(0.8) });
    await device.sync.blobs({ again: dice.chance(0.1) });
  }

  async function look(device) {
    const doc = await some(device, dice.pick(PAGES));
    const path = doc && dice.chance(0.8) ? pathOf(doc.key) : "/";
    const { status } = await answerPage(device, requestOf(path));
    // Whoever was signed out meanwhile, by another tab or a restored server, sees nothing here.
    const { signin, isReady } = await device.view.read(({ tx }) => sessionOf(tx));
    const isDue = doc && signin && isReady;
    if (isDue && status !== 200) tablet.failed(new Error(`${path} answered ${status}`));
    counts.pages += 1;
  }

  /** A document as a page of this device shows it, rather one that is not done with. */
  async function some(device, type) {
    const found = await device.view.read(async (moment) => {
      const all = await moment.tx.objectStore("replica").getAllKeys();
      const keys = [...new Set([...all, ...moment.touched])].sort();
      const mine = keys.filter((key) => key.startsWith(`${type}/${place.site}:`));
      const docs = await Promise.all(mine.map((key) => moment.get(key)));
      return docs.filter(Boolean).map((doc) => moment.seen(doc));
    });
    const open = found.filter((doc) => ["open", "waiting"].includes(doc.state));
    return choose(dice, open.length > 0 && dice.chance(0.8) ? open : found) ?? null;
  }

  async function planned(device) {
    const deed = dice.chance(0.04) ? "nonsense" : dice.pick(WORK[tablet.person]);
    const view = { dice, site: place.site, some: (type) => some(device, type), photo: aPhoto };
    return DEEDS[deed](view);
  }

  function aPhoto() {
    if (dice.chance(0.25)) return dice.pick(photos);
    return photo(dice, dice.chance(0.2) ? LARGE_PX : SMALL_PX);
  }

  async function record(device, how) {
    const plan = await planned(device);
    if (plan) await carryOut(device, plan, { id: newId(), how });
  }

  async function carryOut(device, plan, { id, how }) {
    const done = await how(device, plan, { id, keep: tablet.keep });
    if (done) tablet.confirmed.push(await confirmedAs(eyes, done));
    else counts.refused += 1;
    trace(done ? "confirmed" : "refused", { id: done, kind: plan.kind, on: plan.on });
  }

  return act;
}
