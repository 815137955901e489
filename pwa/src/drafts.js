/**
 * What somebody had begun to fill in when the page was closed under their hands: kept until it is
 * sent or thrown away, and shown to nobody else. Pictures, signatures and secrets are not kept.
 */
import { sessionOf } from "./signin.js";

/** @typedef {import("./types").Database} Database */
/**
 * @typedef {object} Draft
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
    const { login, drafts } = await own(tx, now);
    if (!login) return;
    const others = drafts.filter((one) => one.place !== draft.place || one.action !== draft.action);
    const kept = draft.values.length > 0 ? [...others, draft] : others;
    await tx.objectStore("meta").put({ login, drafts: kept.slice(-DRAFTS_MAX) }, "drafts");
  });
}

/**
 * @param {Database} database
 * @param {string} place
 * @param {Date} now
 * @returns {Promise<Draft | null>} the latest of that page
 */
export async function draftOf(database, place, now) {
  const { drafts } = await database.read(["meta"], (tx) => own(tx, now));
  return drafts.findLast((draft) => draft.place === place) ?? null;
}

/**
 * @param {any} tx with meta
 * @param {Date} now
 * @returns {Promise<{login: string, drafts: Draft[]}>} of whoever is signed in
 */
async function own(tx, now) {
  const { signin } = await sessionOf(tx);
  const login = signin?.login ?? "";
  const kept = await tx.objectStore("meta").get("drafts");
  if (!kept || kept.login !== login) return { login, drafts: [] };
  const isFresh = (/** @type {Draft} */ { at }) =>
    now.getTime() - Date.parse(at) < DAYS_MAX * DAY_MS;
  return { login, drafts: kept.drafts.filter(isFresh) };
}
