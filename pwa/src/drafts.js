/**
 * What somebody had begun to fill in when the page was closed under their hands, or when somebody
 * else needed the tablet: kept until it is sent or thrown away, and shown to nobody else. Pictures,
 * signatures and secrets are not kept.
 */
import { sessionOf } from "./signin.js";

/** @typedef {import("./types").Database} Database */
/**
 * @typedef {object} Draft
 * @property {string} [login] whose it is
 * @property {string} place the page's address
 * @property {string} action where the form goes
 * @property {[string, string][]} values by field name, in their order
 * @property {string} at device time
 */

const DRAFTS_MAX = 20;
const VALUES_MAX_CHARS = 20_000;
const DAYS_MAX = 7;
const DAY_MS = 24 * 3_600_000;

/**
 * @param {Database} database
 * @param {Draft} draft in place of what was kept of the same form; without values it is dropped
 * @param {Date} now
 */
export async function keepDraft(database, draft, now) {
  if (JSON.stringify(draft.values).length > VALUES_MAX_CHARS) return;
  await database.write(["meta"], async (tx) => {
    const { login, own, foreign } = await kept(tx, now);
    if (!login) return;
    const others = own.filter((one) => one.place !== draft.place || one.action !== draft.action);
    const mine = draft.values.length > 0 ? [...others, { ...draft, login }] : others;
    await tx.objectStore("meta").put([...foreign, ...mine.slice(-DRAFTS_MAX)], "drafts");
  });
}

/**
 * @param {Database} database
 * @param {string} place
 * @param {Date} now
 * @returns {Promise<Draft | null>} the latest of that page
 */
export async function draftOf(database, place, now) {
  const { own } = await database.read(["meta"], (tx) => kept(tx, now));
  return own.findLast((draft) => draft.place === place) ?? null;
}

/**
 * @param {any} tx with meta
 * @param {Date} now
 * @returns {Promise<{login: string, own: Draft[], foreign: Draft[]}>} login: whoever is signed in
 */
async function kept(tx, now) {
  const { signin } = await sessionOf(tx);
  const login = signin?.login ?? "";
  const before = await tx.objectStore("meta").get("drafts");
  /** @type {Draft[]} */
  const all = Array.isArray(before) ? before : []; // an older app kept those of one person only
  const fresh = all.filter(({ at }) => now.getTime() - Date.parse(at) < DAYS_MAX * DAY_MS);
  const isOwn = (/** @type {Draft} */ draft) => draft.login === login;
  return { login, own: fresh.filter(isOwn), foreign: fresh.filter((draft) => !isOwn(draft)) };
}
