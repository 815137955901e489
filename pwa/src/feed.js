/**
 * The feed: in which order pages of a pull are taken, and when they are shown.
 *
 * Pages of a pull that needs several wait in `staged` and are shown together at `complete`: an
 * entry's effects in two scopes may come on two pages, and between them the view would show its
 * effect twice, or not at all. In the same transaction covered entries leave the outbox.
 */
import { bumpRevision } from "./database.js";
import { compare } from "./divergence.js";
import { forgetFinds } from "./finds.js";
import { isSeenAll, releaseCovered, takeVerdicts } from "./ledger.js";
import { noteSeen } from "./pins.js";
import { applyChanges, dropScopes, without } from "./replica.js";

/** @typedef {import("./types").Change} Change */
/** @typedef {import("./types").Cursors} Cursors */
/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").Feed} Feed */
/**
 * @typedef {object} PullAnswer
 * @property {string} epoch
 * @property {Change[]} changes
 * @property {string[]} scopes_added
 * @property {string[]} scopes_dropped
 * @property {Cursors} cursors
 * @property {boolean} complete
 * @property {import("./scope_sum.js").Sums} [checks] what lies in each scope, once complete
 * @property {import("./types").Verdict[]} [verdicts]
 * @property {number} [last_seq]
 * @property {import("./types").Me} [me] for whom the server answered
 */
/**
 * @typedef {object} Taken
 * @property {boolean} isTaken false: another pull came before
 * @property {boolean} isComplete false: there is more to ask for
 * @property {string[]} keys of documents that look different now
 */

const FEED_STORES = ["replica", "finds", "staged", "outbox", "ledger", "meta"];

/** @type {Feed} */
export const EMPTY = {
  epoch: null,
  cursors: {},
  complete: false,
  person: null,
  staged: null,
  round: 0,
};

/**
 * @param {any} tx with meta
 * @returns {Promise<Feed>}
 */
export async function feedOf(tx) {
  return (await tx.objectStore("meta").get("feed")) ?? EMPTY;
}

/**
 * @param {Feed} feed
 * @returns {Cursors} from where to ask for the next page
 */
export function askFrom(feed) {
  return feed.staged?.cursors ?? feed.cursors;
}

/**
 * Takes one page, if nothing else was taken since it was asked for.
 * @param {Database} database
 * @param {PullAnswer} page
 * @param {{asked: Feed, resting?: Set<string>, login: string, index: Record<string, string[]>,
 *   now: Date}} circumstances resting: scopes that are here for others, and were not asked for
 * @returns {Promise<Taken>}
 */
export async function takePage(database, page, circumstances) {
  const { asked, resting = new Set(), login, index, now } = circumstances;
  return database.write(FEED_STORES, async (tx) => {
    const meta = tx.objectStore("meta");
    const feed = await feedOf(tx);
    const isStale = feed.round !== asked.round || feed.epoch !== asked.epoch;
    if (isStale || (await meta.get("signin"))?.login !== login) {
      return { isTaken: false, isComplete: false, keys: [] };
    }
    await noteMe(tx, page.me, now);
    await meta.delete("revoked"); // whoever is told something is not
    const gone = await dropScopes(tx, page.scopes_dropped, index);
    const spoken = await takeVerdicts(tx, page.verdicts ?? []);
    const cursors = advanced(askFrom(feed), page);
    const shown = page.complete
      ? await show(tx, { feed, page, cursors, resting, login, index, now })
      : await stage(tx, { feed, page, cursors });
    const keys = [...new Set([...gone, ...spoken, ...shown])];
    if (keys.length > 0) await bumpRevision(tx);
    return { isTaken: true, isComplete: (await feedOf(tx)).staged === null, keys };
  });
}

/** @param {any} tx with meta @param {PullAnswer["me"]} me by now @param {Date} now */
async function noteMe(tx, me, now) {
  if (!me) return;
  const meta = tx.objectStore("meta");
  const signin = { ...(await meta.get("signin")), ...me };
  await meta.put(signin, "signin");
  await noteSeen(tx, signin, now);
}

/**
 * @param {Cursors} before
 * @param {PullAnswer} page
 * @returns {Cursors}
 */
function advanced(before, page) {
  const cursors = { ...before, ...page.cursors };
  for (const scope of page.scopes_dropped) delete cursors[scope];
  return cursors;
}

/**
 * @param {any} tx
 * @param {{feed: Feed, page: PullAnswer, cursors: Cursors}} what
 * @returns {Promise<string[]>} nothing is shown yet
 */
async function stage(tx, { feed, page, cursors }) {
  await tx.objectStore("staged").add({ changes: page.changes });
  const before = feed.staged ?? { fresh: false, anew: [], changes: 0 };
  const staged = { ...before, cursors, changes: before.changes + page.changes.length };
  const live = without(feed.cursors, page.scopes_dropped);
  const next = { ...feed, cursors: live, staged, round: feed.round + 1 };
  await tx.objectStore("meta").put(next, "feed");
  return [];
}

/**
 * @param {any} tx
 * @param {{feed: Feed, page: PullAnswer, cursors: Cursors, resting: Set<string>, login: string,
 *   index: Record<string, string[]>, now: Date}} what
 * @returns {Promise<string[]>}
 */
async function show(tx, { feed, page, cursors, resting, login, index, now }) {
  const keys = [];
  if (feed.staged?.fresh) {
    keys.push(...(await tx.objectStore("replica").getAllKeys()));
    await tx.objectStore("replica").clear();
    await forgetFinds(tx);
    await tx.objectStore("meta").delete("sums");
    await forgetShown(tx);
  }
  keys.push(...(await dropScopes(tx, feed.staged?.anew ?? [], index)));
  for (const place of await tx.objectStore("staged").getAllKeys()) {
    const { changes } = await tx.objectStore("staged").get(place);
    // A scope may have been lost since its page was staged.
    const kept = changes.filter((/** @type {Change} */ { scope }) => scope in cursors);
    keys.push(...(await applyChanges(tx, kept, index)));
  }
  await tx.objectStore("staged").clear();
  keys.push(...(await applyChanges(tx, page.changes, index)));
  // What somebody else may see, they are shown when they are here again.
  const moving = without(cursors, [...resting]);
  keys.push(...(await releaseCovered(tx, (verdict) => isSeenAll(verdict, moving), now)));
  const anew = await compare(tx, page.checks ?? {}, now);
  const staged = anew.length > 0 ? begun({ cursors, anew }) : null;
  const shown = { cursors, complete: true, person: login, staged };
  await tx.objectStore("meta").put({ ...feed, ...shown, round: feed.round + 1 }, "feed");
  return keys;
}

/**
 * The old replica is gone, and with it what had been shown of entries that were sent again.
 * @param {any} tx with outbox
 */
async function forgetShown(tx) {
  const outbox = tx.objectStore("outbox");
  for (const row of await outbox.getAll()) {
    if (row.is_shown) await outbox.put({ ...row, is_shown: false });
  }
}

/**
 * These scopes from nothing; all others go on where they are.
 * @param {{cursors: Cursors, anew: string[]}} what
 * @returns {import("./types").Staged}
 */
function begun({ cursors, anew }) {
  const from = Object.fromEntries(anew.map((scope) => [scope, 0]));
  return { cursors: { ...cursors, ...from }, fresh: false, anew, changes: 0 };
}

/**
 * Gives up the pages that wait, and begins with them once more.
 * @param {any} tx with staged and meta
 */
export async function restage(tx) {
  const feed = await feedOf(tx);
  if (!feed.staged) return;
  await tx.objectStore("staged").clear();
  const { fresh, anew } = feed.staged;
  const again = fresh ? { cursors: {}, fresh, anew: [], changes: 0 } : null;
  const staged = anew.length > 0 ? begun({ cursors: feed.cursors, anew }) : again;
  await tx.objectStore("meta").put({ ...feed, staged, round: feed.round + 1 }, "feed");
}
