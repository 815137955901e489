/**
 * What a round of sync does: first what waits goes up, then news come down, and in between whatever
 * the server asks for first. Not here: when a round is run (sync.js).
 */
import { endAccess, endOf } from "./access_end.js";
import { Refused } from "./contact.js";
import { leaveIdentity } from "./identity.js";
import { waitingRows } from "./outbox.js";
import { pull } from "./pull.js";
import { push } from "./push.js";
import { enrol, sessionOf, tellSignOut } from "./signin.js";
import { handInTicket } from "./switch.js";

/** @typedef {import("./sync.js").Parts} Parts */
/** @typedef {import("./push.js").Exchange & Parts} Exchange */
/** @typedef {null | "sign_in" | import("./access_end.js").End} Standing what it waits for */

const TURNS_MAX = 5;

/**
 * @param {Exchange} exchange
 * @returns {Promise<Standing>} Throws Unreachable, Refused.
 */
export async function inTurns(exchange) {
  await tellSignOut(exchange);
  await handInTicket(exchange);
  let isRenewed = false;
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const outcome = await turnOf(exchange).catch((error) => ended(exchange, error));
    if (outcome === "done") return null;
    if (outcome === "push_first") continue;
    if (outcome !== "sign_in") return outcome;
    if (isRenewed) return "sign_in";
    isRenewed = true;
    // The browser's session may still be good: then this needs nobody.
    const refused = await renewed(exchange);
    if (refused) return refused;
  }
  throw new Error("push and pull wait for each other");
}

/**
 * @param {Exchange} exchange
 * @returns {Promise<"done" | "push_first" | "sign_in">}
 */
async function turnOf(exchange) {
  const { database, now } = exchange;
  try {
    const told = await database.read(["meta", "outbox"], situationOf);
    const { signin, device, waiting, isOut } = told;
    if (!device) return signin || waiting > 0 ? "sign_in" : "done";
    const need = await push(exchange, { asks: !signin || isOut }).catch(unlessRefused);
    if (need === "enrol_anew") await leaveIdentity(database, now());
    if (need && !(need instanceof Refused)) return "sign_in";
    const progress = () => void exchange.net.tell();
    const { areas } = await exchange.map();
    const asking = { signin, device, index: await exchange.index(), areas, progress };
    const pulled = signin ? await pull(exchange, { ...asking, signin }) : "complete";
    if (need) throw need;
    return pulled === "complete" ? "done" : "push_first";
  } catch (error) {
    if (isAboutSignIn(error)) return "sign_in";
    throw error;
  }
}

/** @param {any} tx with meta and outbox */
async function situationOf(tx) {
  const isOut = Boolean(await tx.objectStore("meta").get("revoked"));
  return { ...(await sessionOf(tx)), waiting: (await waitingRows(tx)).length, isOut };
}

/**
 * A push that the server refused took nothing in, so it needn't keep news from coming. After one
 * without an answer nothing is pulled: what it took in would be shown twice.
 * @param {unknown} error
 * @returns {Refused} Throws all others.
 */
function unlessRefused(error) {
  if (error instanceof Refused && !isAboutSignIn(error)) return error;
  throw error;
}

/** @param {unknown} error */
function isAboutSignIn(error) {
  return error instanceof Refused && [401, 403].includes(error.status) && !endOf(error);
}

/**
 * @param {Exchange} exchange
 * @param {unknown} error
 * @returns {Promise<import("./access_end.js").End>} Throws what is about something else.
 */
async function ended({ database, now, changed }, error) {
  const end = endOf(error);
  if (!end) throw error;
  if (await endAccess(database, end, now())) changed(["*"]);
  return end;
}

/**
 * @param {Parts} parts
 * @returns {Promise<Standing>} null: the sign-in is renewed
 */
async function renewed(parts) {
  const { signin } = await parts.database.read(["meta"], sessionOf);
  if (!signin) return "sign_in";
  try {
    await enrol(parts);
    return null;
  } catch (error) {
    if (error instanceof Refused) return endOf(error) ?? "sign_in";
    throw error;
  }
}
