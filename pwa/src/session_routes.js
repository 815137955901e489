/**
 * The requests that change who is signed in here, and in which language pages speak.
 */
import { ownUrl } from "./addresses.js";
import { offline, redirect } from "./answers.js";
import { dropEvidence } from "./assets.js";
import { Refused } from "./contact.js";
import { forgetSignin, sessionOf, tellSignOut } from "./signin.js";

/** @typedef {import("./device.js").Device} Device */
/** @typedef {import("./route.js").Keep} Keep */

const LANGUAGES = ["zh_CN", "en"];
const COOKIE_WAIT_MS = 1_500;

/**
 * The server signs in; then this device learns at once who it is, so that the next page is theirs.
 * @param {Device} device
 * @param {Request} request
 * @param {Keep} keep
 */
export async function answerSignIn(device, request, keep) {
  // A sign-out that the server has not heard of must not come after this sign-in.
  await tellSignOut(device).catch(() => undefined);
  const response = await fetch(request).catch(() => null);
  if (!response) return offline();
  const isMaybeIn = response.type === "opaqueredirect" || response.redirected;
  if (isMaybeIn) await learnWho(device, keep, { isPassword: true });
  return response;
}

/**
 * @param {Device} device
 * @param {Keep} keep
 * @param {{isPassword?: boolean}} [how] somebody has just given their password
 */
export async function learnWho(device, keep, { isPassword = false } = {}) {
  const isPending = await device.database.read(["meta"], isHeldBack);
  // The browser's session is the person's before: only a password changes who is here.
  if (isPending && !isPassword) return;
  const before = await device.database.read(["meta"], sessionOf).catch(() => null);
  try {
    const signin = await device.enrol({ isPassword });
    if (before?.signin?.login !== signin.login) await dropShown(device);
    keep(device.sync.run().then(() => device.sync.blobs()));
  } catch (error) {
    if (error instanceof Refused) return; // nobody was signed in: all stays as it was
    // Somebody may be, and this device can't tell who: nobody is shown another's pages.
    await forgetSignin(device.database, { isTold: true }).catch(() => undefined);
  }
}

/** @param {any} tx with meta */
async function isHeldBack(tx) {
  const meta = tx.objectStore("meta");
  return Boolean((await meta.get("ticket")) ?? (await meta.get("locked")));
}

/**
 * @param {Device} device
 * @param {Request} request
 */
export async function answerSignOut(device, request) {
  const response = await fetch(request).catch(() => null);
  await forgetSignin(device.database, { isTold: response !== null });
  await dropShown(device);
  await device.net.tell();
  return response ?? redirect("/sign-in");
}

/** What one person was shown is not for the next. @param {Device} device */
export async function dropShown(device) {
  await Promise.all([dropEvidence(), device.pages.drop()]);
}

/**
 * @param {Device} device
 * @param {Request} request GET /lang/{lang}, or a post of the language to /language
 */
export async function answerLanguage(device, request) {
  const url = new URL(request.url);
  const data = request.method === "POST" ? await request.formData() : url.searchParams;
  const lang = String(data.get("lang") ?? url.pathname.split("/").at(-1));
  if (LANGUAGES.includes(lang)) {
    await device.database.write(["meta"], (tx) => tx.objectStore("meta").put(lang, "lang"));
    // The server remembers it too, for pages that only it can make; its answer is not needed.
    const told = fetch(`/lang/${lang}`, { redirect: "manual" }).catch(() => undefined);
    await Promise.race([told, new Promise((done) => setTimeout(done, COOKIE_WAIT_MS))]);
  }
  const back = ownUrl(String(data.get("then") ?? data.get("next") ?? request.referrer));
  return redirect(back.pathname + back.search);
}
