/**
 * Switching persons on a shared device, without a network if need be.
 *
 * A person's PIN opens their key; with it they sign a ticket, which the server takes for a sign-in
 * once it can be reached. Until then what they do is under their last sign-in, and nothing is asked
 * of the server in the browser's session, which is still somebody else's.
 */
import { v7 as newId } from "uuid";
import { endAccess } from "./access_end.js";
import { Refused } from "./contact.js";
import { bumpRevision } from "./database.js";
import { problem } from "./domain/problem.js";
import { feedOf } from "./feed.js";
import { alone } from "./locks.js";
import { localMoment } from "./moment.js";
import { forgetPin, holdersOf, isExpired, noteSeen, open, policyOf } from "./pins.js";
import { dropScopes, without } from "./replica.js";
import { restingFor, scopesOf } from "./scopes.js";
import { sign } from "./vault.js";

/** @typedef {import("./types").Database} Database */
/** @typedef {import("./types").PinHolder} PinHolder */
/** @typedef {ReturnType<typeof import("./contact.js").createContact>} Contact */
/** @typedef {{database: Database, contact: Contact, now: () => Date}} Parts */
/** @typedef {Record<string, string[]>} Areas by role */

const TICKET_TIMEOUT_MS = 10_000;
const FORM = "traveler ticket 1";
const KEY_GONE = ["signer_revoked", "signer_unknown"];

/**
 * @param {Parts} parts
 * @param {{login: string, pin: string, areas: Areas, index: Record<string, string[]>}} who
 * Problems: those of `open`, offline_expired.
 */
export async function switchTo(parts, { login, pin, areas, index }) {
  const { database, now } = parts;
  const { key, holder } = await open(database, login, pin);
  const { policy, device, skew_ms } = await database.read(["meta"], standingOf);
  const isDue = isExpired(holder, policy, now());
  const at = localMoment(now());
  const told = { form: FORM, device: device?.id, login, signer: holder.signer, at, skew_ms };
  const text = JSON.stringify({ ...told, nonce: newId() });
  const ticket = { login, text, sig: await sign(key, text) };
  if (isDue) await mustBeTaken(parts, ticket);
  const what = { holder, ticket, areas, index, now, isDue };
  await database.write(["meta", "replica", "finds"], (tx) => takeOver(tx, what));
}

/** @param {any} tx with meta */
async function standingOf(tx) {
  const meta = tx.objectStore("meta");
  return {
    policy: await policyOf(tx),
    device: await meta.get("device"),
    skew_ms: (await meta.get("skew_ms")) ?? 0,
  };
}

/**
 * @param {Parts} parts
 * @param {{login: string, text: string, sig: string}} ticket
 */
async function mustBeTaken(parts, ticket) {
  await exchange(parts, ticket).catch((error) => {
    if (error instanceof Refused) throw problem(error.code, error.params, "pin");
    throw problem("offline_expired", {}, "pin");
  });
}

/**
 * @param {any} tx with meta, replica and finds
 * @param {{holder: PinHolder, ticket: any, areas: Areas, index: Record<string, string[]>,
 *   now: () => Date, isDue: boolean}} what
 *   isDue: the ticket was handed in already
 */
async function takeOver(tx, { holder, ticket, areas, index, now, isDue }) {
  const meta = tx.objectStore("meta");
  const { login } = holder;
  const holders = await holdersOf(tx);
  const { name, sites, seats, roles, session } = holders[login] ?? holder;
  await meta.put({ login, name, sites, seats, roles, session }, "signin");
  await meta.delete("locked");
  await meta.put(null, "standing");
  await meta.put(false, "untold_sign_out");
  if (isDue) await meta.delete("ticket");
  else await meta.put(ticket, "ticket");
  await drop(tx, { me: { seats }, areas, index, now });
  const feed = await feedOf(tx);
  const isWhole = [...scopesOf({ seats }, areas)].every((scope) => scope in feed.cursors);
  const person = isWhole && feed.complete ? login : null;
  await meta.put({ ...feed, person, round: feed.round + 1 }, "feed");
  await bumpRevision(tx);
}

/**
 * What nobody can open here any more without the server does not stay.
 * @param {any} tx with meta, replica and finds
 * @param {{me: {seats: string[]}, areas: Areas, index: Record<string, string[]>,
 *   now: () => Date}} what
 */
async function drop(tx, { me, areas, index, now }) {
  const feed = await feedOf(tx);
  const kept = new Set([...scopesOf(me, areas), ...(await restingOf(tx, { me, areas, now }))]);
  const gone = Object.keys(feed.cursors).filter((scope) => !kept.has(scope));
  await dropScopes(tx, gone, index);
  const cursors = without(feed.cursors, gone);
  await tx.objectStore("meta").put({ ...feed, cursors, round: feed.round + 1 }, "feed");
}

/**
 * The scopes that rest here for others, whom their PIN still lets in.
 * @param {any} tx with meta
 * @param {{me: {seats: string[]}, areas: Areas, now: () => Date}} what
 */
export async function restingOf(tx, { me, areas, now }) {
  const policy = await policyOf(tx);
  const others = Object.values(await holdersOf(tx));
  return restingFor(
    me,
    others.filter((one) => !isExpired(one, policy, now())),
    areas,
  );
}

/**
 * Hands the ticket in, if there is one; before anything else is asked in the browser's session.
 * @param {Parts} parts
 * @returns {Promise<void>} Throws Unreachable.
 */
export async function handInTicket(parts) {
  await alone("ticket", async () => {
    const { database } = parts;
    const ticket = await database.read(["meta"], (tx) => tx.objectStore("meta").get("ticket"));
    if (!ticket) return;
    await exchange(parts, ticket).catch((error) => refused(parts, ticket, error));
    await database.write(["meta"], async (tx) => {
      const meta = tx.objectStore("meta");
      if ((await meta.get("ticket"))?.text === ticket.text) await meta.delete("ticket");
    });
  });
}

/**
 * @param {Parts} parts
 * @param {{login: string, text: string, sig: string}} ticket
 */
async function exchange({ database, contact, now }, { login, text, sig }) {
  const device = await database.read(["meta"], (tx) => tx.objectStore("meta").get("device"));
  const question = { device: device.id, ticket: text, sig };
  const options = { token: device.token, timeout_ms: TICKET_TIMEOUT_MS };
  const answer = await contact.ask("/sync/switch", question, options);
  await database.write(["meta"], async (tx) => {
    const meta = tx.objectStore("meta");
    const signin = { ...answer.me, session: answer.session };
    await meta.put(answer.policy, "policy");
    await noteSeen(tx, signin, now());
    if ((await meta.get("signin"))?.login === login) await meta.put(signin, "signin");
    await bumpRevision(tx);
  });
}

/**
 * The server does not let this person in: the device is locked again, and waits for a password.
 * @param {Parts} parts
 * @param {{login: string}} ticket
 * @param {unknown} error
 */
async function refused({ database, now }, { login }, error) {
  if (!(error instanceof Refused)) throw error;
  const { code } = error;
  if (code === "access_ended" || code === "device_revoked") await endAccess(database, code, now());
  await database.write(["meta"], async (tx) => {
    if (KEY_GONE.includes(code) || code === "access_ended") await forgetPin(tx, login);
    if ((await tx.objectStore("meta").get("signin"))?.login === login) await close(tx, code);
  });
}

/**
 * Nobody is signed in here until a PIN or a password is given.
 * @param {any} tx with meta
 * @param {string} [code] why, if it is not because somebody wanted it
 */
export async function close(tx, code = "") {
  const meta = tx.objectStore("meta");
  await meta.put(null, "signin");
  await meta.put({ code }, "locked");
  await meta.delete("ticket");
  await bumpRevision(tx);
}
