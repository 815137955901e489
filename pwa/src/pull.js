/**
 * Pull: what changed in this person's scopes, page by page, until the server says it is complete.
 */
import { Refused } from "./contact.js";
import { divergencesOf, markTold, untold } from "./divergence.js";
import { askFrom, feedOf, takePage } from "./feed.js";
import { heardOf } from "./ledger.js";
import { noteSkew } from "./push.js";
import { without } from "./replica.js";
import { recountIfDue } from "./recount.js";
import { followServer } from "./server_epoch.js";
import { restingOf } from "./switch.js";

/** @typedef {import("./push.js").Exchange} Exchange */
/** @typedef {import("./types").Signin} Signin */
/**
 * @typedef {object} Asking
 * @property {Signin} signin
 * @property {{id: string, token: string}} device
 * @property {Record<string, string[]>} index
 * @property {Record<string, string[]>} areas by role
 * @property {(changes: number) => void} progress of a pull in several pages
 */

const PAGE_LIMIT = 500;
const PULL_TIMEOUT_MS = 60_000;
const RACES_MAX = 5;

/**
 * @param {Exchange} exchange
 * @param {Asking} asking
 * @returns {Promise<"complete" | "push_first">} Throws Unreachable, Refused.
 */
export async function pull(exchange, asking) {
  const { database, now } = exchange;
  await recountIfDue(database, now());
  for (let races = 0; races < RACES_MAX;) {
    const asked = await database.read(["meta"], feedOf);
    const heard = await database.read(["meta"], heardOf);
    const resting = await restingNow(exchange, asking);
    const page = await askPage(exchange, asking, { asked, resting });
    // The browser's session is somebody else's by now: first this device must learn whose.
    if (page.me && page.me.login !== asking.signin.login) throw new Refused(401, "session_foreign");
    if ((await followServer(database, page, heard)) === "changed") return "push_first";
    const { login } = asking.signin;
    const circumstances = { asked, resting, login, index: asking.index, now: now() };
    const { isTaken, isComplete, keys } = await takePage(database, page, circumstances);
    exchange.changed(keys);
    if (!isTaken) {
      races += 1;
    } else if (isComplete) {
      return "complete";
    } else {
      asking.progress((asked.staged?.changes ?? 0) + page.changes.length);
    }
  }
  throw new Error("another pull is always ahead");
}

/**
 * What is here for others stays as it is: the server would take it away from this person.
 * @param {Exchange} exchange
 * @param {Asking} asking
 */
async function restingNow({ database, now }, { signin, areas }) {
  return database.read(["meta"], (tx) => restingOf(tx, { me: signin, areas, now }));
}

/**
 * @param {Exchange} exchange
 * @param {Asking} asking
 * @param {{asked: import("./types").Feed, resting: Set<string>}} from
 * @returns {Promise<import("./feed.js").PullAnswer & {now: string}>}
 */
async function askPage({ database, contact, now }, { device }, { asked, resting }) {
  const diverged = untold(await database.read(["meta"], divergencesOf));
  const place = { epoch: asked.epoch, cursors: without(askFrom(asked), [...resting]) };
  const question = { device: device.id, ...place, limit: PAGE_LIMIT, diverged };
  const sent_ms = now().getTime();
  const options = { token: device.token, timeout_ms: PULL_TIMEOUT_MS };
  const page = await contact.ask("/sync/pull", question, options);
  await noteSkew(database, { sent_ms, received_ms: now().getTime(), server: page.now });
  await markTold(database, diverged);
  return page;
}
