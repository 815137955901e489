/**
 * The requests of a shared device: switch to another person, lock, give oneself a PIN.
 */
import { ownUrl } from "./addresses.js";
import { redirect } from "./answers.js";
import { Refused, Unreachable } from "./contact.js";
import { Problem, problem } from "./domain/problem.js";
import { givePin, holdersOf, isLocked } from "./pins.js";
import { refusedForm } from "./form_route.js";
import { dropShown } from "./session_routes.js";
import { sessionOf } from "./signin.js";
import { close, handInTicket, switchTo } from "./switch.js";

/** @typedef {import("./device.js").Device} Device */
/** @typedef {import("./route.js").Keep} Keep */

const PATIENCE_MS = 2_500;

/**
 * @param {Device} device
 * @param {Request} request a post of login and pin
 * @param {Keep} keep
 */
export async function answerSwitch(device, request, keep) {
  const data = await request.formData();
  const login = String(data.get("login") ?? "");
  const pin = String(data.get("pin") ?? "");
  const next = String(data.get("next") ?? "");
  const { areas, index } = await device.shared();
  try {
    await switchTo(device, { login, pin, areas, index });
  } catch (error) {
    const page = `/switch?${new URLSearchParams({ who: login, next })}`;
    return refusedForm(device, request, { error, page, values: { login } });
  }
  await left(device, login);
  const handing = handInTicket(device).catch(() => undefined);
  keep(handing.then(() => device.sync.run()).then(() => device.sync.blobs()));
  const { online } = await device.net.state();
  if (online) await Promise.race([handing, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  const { pathname, search } = ownUrl(next || "/");
  return redirect(pathname === "/switch" ? "/" : pathname + search);
}

/**
 * What the person before was shown is not for the next: no page of theirs stays open.
 * @param {Device} device
 * @param {string} login
 */
async function left(device, login) {
  await dropShown(device);
  device.broadcast({ type: "person", login });
  await device.net.tell();
}

/**
 * Locks the device for who has a PIN here; who has none could not come back without a network.
 * @param {Device} device
 */
export async function answerLock(device) {
  const isClosed = await device.database.write(["meta"], async (tx) => {
    const { signin } = await sessionOf(tx);
    const holder = signin && (await holdersOf(tx))[signin.login];
    if (!holder || isLocked(holder)) return false;
    await close(tx);
    return true;
  });
  if (isClosed) await left(device, "");
  return redirect("/switch");
}

/**
 * @param {Device} device
 * @param {Request} request a post of pin, again and password
 */
export async function answerPin(device, request) {
  const data = await request.formData();
  const text = (/** @type {string} */ name) => String(data.get(name) ?? "");
  try {
    const told = await device.database.read(["meta"], sessionOf);
    if (!told.signin || !told.device) throw problem("sign_in_needed");
    if (text("pin") !== text("again")) throw problem("pin_differs", {}, "again");
    const what = { signin: told.signin, device: told.device };
    const given = { ...what, pin: text("pin"), password: text("password") };
    await givePin(device, given).catch(asProblem);
  } catch (error) {
    return refusedForm(device, request, { error, page: "/pin", values: {} });
  }
  return redirect("/pin?set=1");
}

/** @param {unknown} error @returns {never} */
function asProblem(error) {
  if (error instanceof Unreachable) throw problem("pin_offline", {}, "password");
  if (error instanceof Refused) throw new Problem(error.code, error.params, "password");
  throw error;
}
