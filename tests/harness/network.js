/**
 * The network between one browser and the servers: real requests, with faults that come from dice.
 *
 * Like a browser it keeps cookies, names its origin and hides where a redirect leads.
 */
import { request as rawRequest } from "node:http";

/** The way out, before browser.js puts its own in this place. */
export const direct = globalThis.fetch;

/** How often each fault happens; `fine` is none. A `kill` asks for the server's end meanwhile. */
const FAULTS = {
  fine: 72,
  lost_before: 6,
  answer_lost: 6,
  cut_request: 4,
  cut_answer: 3,
  duplicated: 5,
  slow: 3,
  kill: 1,
};
/** Photos are large, and somewhere on their way is memory that fails: mostly at the first try. */
const GARBLED = { first: 100, again: 10 };
const KILLED_WITHIN_MS = 60;
const SLOW_MS = [50, 1200];
const DUPLICATE_AFTER_MS = [1, 4000];

/**
 * @param {object} parts
 * @param {string[]} parts.servers base addresses
 * @param {ReturnType<typeof import("./dice.js").diceOf>} parts.dice
 * @param {(what: string, more?: object) => void} parts.trace
 * @param {(asked: object) => void} parts.ask what only the keeper of the servers can do
 * @param {(what: string) => void} parts.complain
 */
export function createNetwork({ servers, dice, trace, ask, complain }) {
  const cookies = new Map();
  const memory = serversMemory(complain);
  const counts = {};
  const late = new Set();
  const photos = new Set();
  let isCalm = false;
  let isOffline = false;
  let at = dice.below(servers.length);

  /** As `fetch`: a path or a request of ours, never another host. */
  async function send(input, init = {}) {
    const call = callOf(input, init, cookies);
    if (servers.length > 1 && dice.chance(isCalm ? 0.5 : 0.15)) at = dice.below(servers.length);
    const base = servers[at];
    const fault = isOffline ? "offline" : isCalm ? "fine" : dice.weighted(faultsOf(call, photos));
    counts[fault] = (counts[fault] ?? 0) + 1;
    if (fault !== "fine" && fault !== "offline") trace(fault, { path: call.path, server: at });
    if (fault === "offline" || fault === "lost_before") throw new TypeError("no network");
    if (fault === "slow") await pause(dice.between(...SLOW_MS), init.signal);
    if (fault === "duplicated") again(call, dice.between(...DUPLICATE_AFTER_MS));
    if (fault === "cut_request") return cutRequest(base, call, dice.roll());
    if (fault === "garbled") call.body = garbled(call.body, dice);
    if (fault === "kill") {
      ask({ kill: at, after_ms: Math.floor(dice.between(0, KILLED_WITHIN_MS)) });
    }
    const asked = memory.asked();
    const response = await real(base, call);
    if (fault === "cut_answer") {
      await response.body?.cancel();
      throw new TypeError("connection cut in the answer");
    }
    const content = await response.arrayBuffer();
    if (response.ok && /^\/sync\/pu(sh|ll)$/.test(call.path)) asked.answered(call.body, content);
    if (fault === "answer_lost") throw new TypeError("answer lost");
    if (fault === "slow") await pause(dice.between(...SLOW_MS), init.signal);
    keepCookies(cookies, response.headers);
    return asBrowser(response, content, call.redirect);
  }

  /** What was sent arrives once more, perhaps at another server, perhaps after a restart. */
  function again(call, after_ms) {
    const server = dice.below(servers.length);
    const sending = pause(after_ms)
      .then(() => real(servers[server], { ...call, signal: undefined }))
      .then((response) => response.arrayBuffer())
      .then(() => trace("duplicate arrived", { path: call.path, server }))
      .catch(() => undefined)
      .finally(() => late.delete(sending));
    late.add(sending);
  }

  return {
    send,
    counts,
    calm: () => void (isCalm = true),
    offline: (is) => void (isOffline = is),
    /** When no duplicate is under way any more. */
    settled: () => Promise.all(late),
  };
}

/**
 * What servers answered they must know for ever: whoever asks afterwards may not be told of fewer
 * of their entries, unless there is another epoch.
 */
function serversMemory(complain) {
  const counted = new Map();
  return {
    /** A question begins now; of what is answered meanwhile to others it need not know. */
    asked() {
      const before = new Map(counted);
      return {
        answered(question, content) {
          const { epoch, last_seq } = JSON.parse(new TextDecoder().decode(content));
          const place = `${JSON.parse(question).device} under ${epoch}`;
          const floor = before.get(place) ?? 0;
          if (last_seq < floor) complain(`${place}: ${floor} were answered, now only ${last_seq}`);
          counted.set(place, Math.max(counted.get(place) ?? 0, last_seq));
        },
      };
    },
  };
}

/** A try at a password counts until it is known to be right: nobody guesses, so it goes well. */
function faultsOf({ path, method }, photos) {
  if (path === "/sign-in") return { fine: 9, duplicated: 1 };
  if (!path.startsWith("/blobs/") || method !== "PATCH") return FAULTS;
  const garbled = photos.has(path) ? GARBLED.again : GARBLED.first;
  photos.add(path);
  return { ...FAULTS, garbled };
}

/** One bit is another one; near the end, where the picture can still be decoded. */
function garbled(body, dice) {
  const other = Uint8Array.from(new Uint8Array(body));
  other[Math.max(0, other.length - 1 - dice.below(4))] ^= 1;
  return other;
}

function callOf(input, init, cookies) {
  const { url, method = "GET", headers, body, redirect = "follow", signal } =
    typeof input === "string" ? { url: input, ...init } : { ...input.wire(), ...init };
  const { pathname, search } = new URL(url, "http://localhost");
  const own = new Headers(headers);
  const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  if (jar) own.set("cookie", jar);
  own.set("sec-fetch-site", "same-origin");
  return { path: pathname + search, method, headers: own, body, redirect, signal };
}

async function real(base, { path, method, headers, body, redirect, signal }) {
  const own = new Headers(headers);
  if (method !== "GET" && method !== "HEAD") own.set("origin", base);
  // `error` would hide which it was; both mean that the answer is not taken.
  const asked = redirect === "follow" ? "follow" : "manual";
  return direct(base + path, { method, headers: own, body, redirect: asked, signal });
}

/** The head of the request and a part of its body; then the line is dead. */
async function cutRequest(base, call, share) {
  const body = await new Response(call.body ?? "").arrayBuffer();
  const headers = { ...Object.fromEntries(call.headers), "content-length": body.byteLength };
  if (call.method !== "GET") headers.origin = base;
  await new Promise((done) => {
    const sending = rawRequest(base + call.path, { method: call.method, headers, agent: false });
    sending.on("error", done).on("close", done);
    sending.on("response", (response) => response.resume());
    const part = Buffer.from(body.slice(0, Math.floor(body.byteLength * share)));
    sending.write(part, () => sending.destroy());
    if (part.length === 0) sending.flushHeaders();
  });
  throw new TypeError("connection cut in the request");
}

function keepCookies(cookies, headers) {
  for (const line of headers.getSetCookie()) {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const isOver = attributes.some((one) => /^max-age=0$/i.test(one));
    if (isOver || !value) cookies.delete(name);
    else cookies.set(name, value);
  }
}

function asBrowser({ status, headers }, content, redirect) {
  const isRedirect = status >= 300 && status < 400 && status !== 304;
  if (isRedirect && redirect === "error") throw new TypeError("unexpected redirect");
  if (isRedirect && redirect === "manual") {
    return { type: "opaqueredirect", status: 0, ok: false, headers: new Headers() };
  }
  return new Response([204, 304].includes(status) ? null : content, { status, headers });
}

/** @returns {Promise<void>} after so long, or rejected as fetch is when it was called off */
export async function pause(ms, signal) {
  await new Promise((done, failed) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      failed(signal.reason ?? new DOMException("aborted", "AbortError"));
    });
  });
}
