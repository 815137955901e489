/**
 * The files of this build, in a cache that carries its id, so that a page never meets another's.
 */
import { BUILD } from "./build.js";

const ASSETS = `assets-${BUILD}`;
const EVIDENCE = `evidence-${BUILD}`;
const EVIDENCE_MAX = 200;
const SHARED = "/assets/shared.json";

/** Without these no page can be shown; all others are tried and come when they are first used. */
const NEEDED = ["/assets/page.js", "/assets/app.css", "/assets/icons/icons.svg", SHARED];
const AT_HAND = ["/assets/page.js", "/assets/app.css", "/assets/icons/icons.svg"];
const WANTED = [
  "/assets/decoder.js",
  "/assets/labels.json",
  "/assets/zxing_reader.wasm",
  "/assets/zxing_writer.wasm",
  "/assets/icons/icon.svg",
  "/assets/icons/icon-192.png",
  "/assets/icons/apple-touch-icon.png",
  "/manifest.webmanifest",
];

/** Loads all of this build; fails, and with it the installation, if something needed is missing. */
export async function precache() {
  const cache = await caches.open(ASSETS);
  const load = (/** @type {string} */ path) => cache.add(new Request(path, { cache: "reload" }));
  await Promise.all(NEEDED.map(load));
  await ownOf(await (await cache.match(SHARED))?.json());
  await Promise.all(WANTED.map((path) => load(path).catch(() => undefined)));
}

/** Other builds' caches go once this one is in charge. */
export async function dropOldCaches() {
  const names = await caches.keys();
  const own = [ASSETS, EVIDENCE];
  await Promise.all(names.filter((name) => !own.includes(name)).map((name) => caches.delete(name)));
}

/** @type {Map<string, Response>} what every page asks for, at hand as long as the worker lives */
const atHand = new Map();

/**
 * @param {Request} request
 * @returns {Promise<Response>}
 */
export async function assetFor(request) {
  const { pathname } = new URL(request.url);
  const ready = atHand.get(pathname);
  if (ready) return ready.clone();
  const cache = await caches.open(ASSETS);
  const known = await cache.match(request, { ignoreSearch: true });
  if (known) return kept(pathname, known);
  const response = await fetch(request);
  if (response.ok && response.type === "basic") await cache.put(request, response.clone());
  return response;
}

/**
 * @param {string} path
 * @param {Response} response
 */
async function kept(path, response) {
  if (!AT_HAND.includes(path)) return response;
  const { status, headers } = response;
  atHand.set(path, new Response(await response.arrayBuffer(), { status, headers }));
  return /** @type {Response} */ (atHand.get(path)).clone();
}

/**
 * Words and page table go with the code and the templates of this worker and with no others: while
 * a server is being replaced, what answers may be the next already. Then it is asked again.
 * @param {import("./types").Shared} shared
 */
async function ownOf(shared) {
  if (shared.build === BUILD) return shared;
  await (await caches.open(ASSETS)).delete(SHARED);
  throw new TypeError(`${SHARED} is of build ${shared.build}`);
}

/** @returns {() => Promise<import("./types").Shared>} read once in a worker's life */
export function sharedLoader() {
  /** @type {Promise<import("./types").Shared> | null} */
  let loading = null;

  async function load() {
    const response = await assetFor(new Request(SHARED));
    if (!response.ok) throw new TypeError(`${SHARED}: ${response.status}`);
    return ownOf(await response.json());
  }

  return () => {
    loading ??= load().catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}

/**
 * A photo or signature of somebody else, kept for the next time.
 * @param {Request} request
 * @returns {Promise<Response>}
 */
export async function evidenceFor(request) {
  const cache = await caches.open(EVIDENCE);
  const known = await cache.match(request.url);
  if (known) return known;
  const response = await fetch(request);
  if (response.status === 200 && response.type === "basic") {
    await cache.put(request.url, response.clone());
    const keys = await cache.keys();
    for (const old of keys.slice(0, Math.max(0, keys.length - EVIDENCE_MAX)))
      await cache.delete(old);
  }
  return response;
}

/** What one person was shown is not for the next. */
export async function dropEvidence() {
  await caches.delete(EVIDENCE);
}
