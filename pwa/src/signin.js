/**
 * Who is signed in on this device, and as which device it is known.
 *
 * A sign-in lasts here until somebody signs out or another signs in, also without a network: what
 * is recorded names it, and the server judges it when the entry arrives.
 */
import { endAccess, endOf } from "./access_end.js";
import { Refused } from "./contact.js";
import { bumpRevision, noted } from "./database.js";
import { feedOf } from "./feed.js";
import { noteLost } from "./identity.js";
import { alone } from "./locks.js";
import { noteSeen } from "./pins.js";
import { keyOf } from "./signature.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").Signin} Signin */
/** @typedef {ReturnType<typeof import("./contact.js").createContact>} Contact */
/**
 * @typedef {object} Session
 * @property {Signin | null} signin
 * @property {{id: string, token: string} | null} device
 * @property {boolean} isReady the replica is complete, and this person's
 * @property {boolean} isRevoked this device is out of use
 * @property {{code: string} | null} locked nobody is signed in until a PIN or password is given
 * @property {string} lang zh_CN or en; empty: nobody chose
 */

/** @typedef {{database: Database, contact: Contact, name: string, now: () => Date}} Parts */

const ENROL_TIMEOUT_MS = 20_000;
const RACES_MAX = 3;
const SIGN_OUT_TIMEOUT_MS = 10_000;

/** @param {any} tx with meta @returns {Promise<Signin | null>} */
export async function signinOf(tx) {
  return (await tx.objectStore("meta").get("signin")) ?? null;
}

/**
 * @param {any} tx with meta
 * @returns {Promise<Session>}
 */
export async function sessionOf(tx) {
  const [signin, feed, [device, revoked, locked, lang]] = await Promise.all([
    signinOf(tx),
    feedOf(tx),
    noted(tx, ["device", "revoked", "locked", "lang"]),
  ]);
  return {
    signin,
    device: device ?? null,
    isReady: signin !== null && feed.complete && feed.person === signin.login,
    isRevoked: Boolean(revoked),
    locked: locked ?? null,
    lang: lang ?? "",
  };
}

/**
 * Makes this a known device, or renews its sign-in: for whoever the browser's session is.
 * @param {Parts} parts
 * @param {{isPassword?: boolean}} [how] somebody has just given their password
 * @returns {Promise<Signin>} Throws Unreachable, Refused.
 */
export async function enrol(parts, how = {}) {
  return alone("enrol", async () => {
    for (let race = 0; race < RACES_MAX; race += 1) {
      const signin = await attempt(parts, how);
      if (signin) return signin;
    }
    throw new Error("another enrolment is always ahead");
  });
}

/**
 * @param {Parts} parts
 * @param {{isPassword?: boolean}} how
 * @returns {Promise<Signin | null>} null: another worker was enrolled meanwhile, as another device
 */
async function attempt({ database, contact, name, now }, how) {
  const before = await database.read(["meta"], whoOf);
  const { device } = before;
  const key = await keyOf(database);
  const question = { device: device?.id ?? null, name, key: key?.public ?? null };
  const options = { token: device?.token ?? null, timeout_ms: ENROL_TIMEOUT_MS };
  const answer = await contact.ask("/sync/enrol", question, options).catch(async (error) => {
    const end = endOf(error);
    if (end) await endAccess(database, end, now());
    throw error;
  });
  /** @type {Signin} */
  const signin = { ...answer.me, session: answer.session };
  return database.write(["meta"], async (tx) => {
    const meta = tx.objectStore("meta");
    if ((await meta.get("device"))?.id !== device?.id) return null;
    // Somebody has opened this device by PIN meanwhile, or locked it: what was asked is of before.
    const present = await whoOf(tx);
    if (present.who !== before.who && !present.signin) throw new Refused(401, "session_foreign");
    if (present.who !== before.who) return present.signin;
    const token = answer.token ?? device?.token;
    await meta.put({ id: answer.device, token }, "device");
    await meta.put(signin, "signin");
    if (!device) await noteLost(meta, answer.lost);
    await meta.put(null, "standing");
    await meta.delete("revoked");
    for (const one of ["access_ended", "locked", "ticket"]) await meta.delete(one);
    if (answer.policy) await meta.put(answer.policy, "policy");
    await noteSeen(tx, signin, now(), how);
    const feed = await feedOf(tx);
    if (feed.epoch === null) await meta.put({ ...feed, epoch: answer.epoch }, "feed");
    if (!(await meta.get("lang")) && answer.lang) await meta.put(answer.lang, "lang");
    await bumpRevision(tx);
    return signin;
  });
}

/** @param {any} tx with meta */
async function whoOf(tx) {
  const { device, signin, locked } = await sessionOf(tx);
  const ticket = await tx.objectStore("meta").get("ticket");
  return { device, signin, who: JSON.stringify([signin?.login, locked, ticket?.text]) };
}

/**
 * Ends the sign-in on this device. What waits in the outbox stays its author's, and goes on.
 * @param {Database} database
 * @param {{isTold: boolean}} options isTold: the server knows
 */
export async function forgetSignin(database, { isTold }) {
  await database.write(["meta"], async (tx) => {
    const { signin } = await sessionOf(tx);
    const drafts = await tx.objectStore("meta").get("drafts");
    const ofOthers = (/** @type {{login?: string}} */ { login }) => login !== signin?.login;
    const left = Array.isArray(drafts) ? drafts.filter(ofOthers) : [];
    await tx.objectStore("meta").put(null, "signin");
    await tx.objectStore("meta").put(left, "drafts");
    await tx.objectStore("meta").put(!isTold, "untold_sign_out");
  });
}

/**
 * Tells the server of a sign-out that happened without a network, before anything else is asked
 * with the session that it left behind.
 * @param {{database: Database, contact: Contact}} parts
 * @returns {Promise<void>} Throws Unreachable.
 */
export async function tellSignOut({ database, contact }) {
  const read = (/** @type {any} */ tx) => tx.objectStore("meta").get("untold_sign_out");
  if (!(await database.read(["meta"], read))) return;
  await contact.signOut(SIGN_OUT_TIMEOUT_MS);
  await database.write(["meta"], (tx) => tx.objectStore("meta").put(false, "untold_sign_out"));
}
