/**
 * A small server in memory that speaks the protocol, and a domain of two documents in two scopes.
 *
 * Adding to a counter also adds to the tally of its site: one entry, effects in two scopes.
 */
import { createHash } from "node:crypto";
import { Draft, problem } from "../../pwa/src/domain/draft.js";

/** Which areas who may see, and in which a document lies. */
export const AREAS = { operator: ["base", "floor"] };
export const TYPES = {
  ...{ case: "cases", counter: "floor", item: "base", job: "floor", lot: "floor" },
  ...{ person: "people", tally: "base", visit: "field" },
};
export const INDEX = { counter: ["site", "parity", "tags"], tally: ["site"] };
const TALLY = "tally/SZ:all";

export const KINDS = {
  "counter.added": { handler: added, needs: () => [TALLY] },
  "counter.asked": { handler: asked, needs: () => [TALLY] },
};
export const KIND_SPECS = {
  "counter.added": { roles: ["operator"], request: false, v: 1 },
  "counter.asked": { roles: ["operator"], request: true, v: 1 },
  "counter.noted": { roles: ["operator"], request: false, v: 1 },
};

function added(entry, draft) {
  const amount = Number(entry.body.amount);
  if (amount === 0) throw problem("nothing_added", {}, "amount");
  const counter = draft.edit(entry.on);
  counter.n += amount;
  counter.parity = counter.n % 2 === 0 ? "even" : "odd";
  draft.edit(TALLY).n += amount;
  return { status: "applied" };
}

function asked(entry, draft) {
  const { n } = draft.get(entry.on) ?? { n: 0 };
  if (n + Number(entry.body.amount) > 100)
    return { status: "rejected", code: "too_much", params: { n } };
  return added(entry, draft);
}

export function counter(name, n = 0, more = {}) {
  const key = `counter/SZ:${name}`;
  return { key, version: 1, n, parity: n % 2 === 0 ? "even" : "odd", tags: [], ...more };
}

const SCOPE_OF = {
  ...{ counter: "SZ.floor", lot: "SZ.floor", tally: "SZ.base" },
  ...{ case: "SZ.cases", visit: "HD.field" },
};
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");

export function createServer({ pageLimit = 500, scopes = ["SZ.floor", "SZ.base"] } = {}) {
  const server = {
    epoch: "epoch-1",
    scopes: new Set(scopes),
    signedIn: "wang.fang",
    session: "s1",
    documents: new Map(),
    feed: new Map(), // scope → Map key → {version, body}
    versions: new Map(),
    verdicts: new Map(),
    journal: [],
    devices: new Map(),
    blobs: new Map(),
    pushes: 0,
    pulls: 0,
    enrols: 0,
    /** Signatures as they came, by entry. */
    sigs: new Map(),
    /** Device and number as the wrapping told them, by entry. */
    places: new Map(),
    revoked: new Set(), // devices
    left: new Set(), // people
    copied: new Set(), // devices of which there are two
    isReversed: false, // answers the last entry first
    forks: false, // a number that is taken is kept beside it
    told: [], // what devices said had diverged
    /** @type {(checks: any) => any} what the server says of its scopes instead */
    lie: (checks) => checks,
    /** @type {(path: string, stage: "before" | "after") => any} may throw, or answer instead */
    fault: () => undefined,
    /** @type {(oldest: number) => void} a device said what it has no longer */
    hole: () => undefined,
    pageLimit,

    put(doc) {
      const scope = SCOPE_OF[doc.key.split("/")[0]];
      const version = (server.versions.get(scope) ?? 0) + 1;
      server.versions.set(scope, version);
      server.documents.set(doc.key, doc);
      server.feed.set(
        scope,
        (server.feed.get(scope) ?? new Map()).set(doc.key, { version, body: doc }),
      );
      return { scope, version };
    },

    remove(key) {
      const scope = SCOPE_OF[key.split("/")[0]];
      const version = (server.versions.get(scope) ?? 0) + 1;
      server.versions.set(scope, version);
      server.documents.delete(key);
      server.feed.get(scope).set(key, { version, body: null });
    },

    /** Somebody else's change. */
    elsewhere(key, amount) {
      const draft = new Draft((k) => server.documents.get(k));
      added({ on: key, body: { amount } }, draft);
      for (const doc of draft.changed.values()) server.put(doc);
    },

    snapshot() {
      const { documents, feed, versions, verdicts, journal, devices } = server;
      const kept = structuredClone({ documents, feed, versions, verdicts, journal, devices });
      return () => {
        Object.assign(server, structuredClone(kept), { epoch: `${server.epoch}+` });
        for (const [scope, n] of server.versions) server.versions.set(scope, n + 1000);
      };
    },

    async fetch(path, init = {}) {
      const before = await server.fault(path, "before");
      if (before) return before;
      if (init.signal?.aborted) throw new DOMException("aborted", "AbortError");
      const response = handle(server, path, init);
      return (await server.fault(path, "after")) ?? response;
    },
  };
  server.put({ key: TALLY, version: 1, n: 0 });
  return server;
}

function handle(server, path, { method = "GET", headers = {}, body }) {
  if (path.startsWith("/blobs/")) return handleBlob(server, path, { method, headers, body });
  const question = body ? JSON.parse(body) : {};
  if (path === "/sync/enrol") return enrol(server, question);
  if (path === "/sync/push") return push(server, question);
  if (path === "/sync/pull") return pull(server, question);
  return json({ code: "unknown_path" }, 404);
}

export function json(value, status = 200) {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "Content-Type": "application/json" },
  });
}

function enrol(server, { device, key = null }) {
  server.enrols += 1;
  if (server.revoked.has(device)) return json({ code: "device_revoked" }, 403);
  if (!server.signedIn) return json({ code: "not_signed_in" }, 401);
  const known = server.devices.get(device);
  const isOther = known?.key && known.key !== key;
  const id = isOther || !device ? `dev-${server.devices.size + 1}` : device;
  if (!server.devices.has(id)) server.devices.set(id, { last: 0, hash: "0".repeat(64) });
  server.devices.get(id).key ??= key;
  const login = server.signedIn;
  const me = { login, name: login, sites: ["SZ"], seats: ["SZ:operator"], roles: ["operator"] };
  return json({
    device: id,
    token: `token-${id}`,
    epoch: server.epoch,
    session: server.session,
    me,
    lang: "en",
  });
}

function push(server, { device, entries, oldest }) {
  server.pushes += 1;
  const known = server.devices.get(device);
  if (!known) return json({ code: "device_unknown" }, 401);
  const verdicts = [];
  let need = null;
  for (const { entry: bytes, sig, device: of, seq } of entries) {
    const entry = JSON.parse(bytes);
    server.places.set(entry.id, [of, seq]);
    server.sigs.set(entry.id, [...(server.sigs.get(entry.id) ?? []), sig]);
    if (!server.verdicts.has(entry.id)) {
      const isOwn = entry.device === device;
      const isHole = isOwn && entry.seq > known.last + 1;
      if (isHole && entry.seq !== oldest) {
        need = "resend_from";
        break;
      }
      if (isHole) server.hole(oldest);
      const isFork = server.forks && entry.seq <= known.last;
      if (isOwn && !isHole && !isFork && entry.prev !== known.hash) throw new Error("broken chain");
      if (isOwn && !isFork) Object.assign(known, { last: entry.seq, hash: hashOf(bytes) });
      server.journal.push(entry.id);
      server.verdicts.set(entry.id, judge(server, entry, device));
    }
    verdicts.push(server.verdicts.get(entry.id));
  }
  if (server.copied.has(device)) need ??= "enrol_anew";
  if (server.isReversed) verdicts.reverse();
  return json({ epoch: server.epoch, now: now(), last_seq: known.last, verdicts, need });
}

function judge(server, entry, carrier) {
  const said = { id: entry.id, code: null, params: {}, case: null, effects: [] };
  if (server.revoked.has(carrier)) return { ...said, status: "parked", code: "device_revoked" };
  const kind = KINDS[entry.kind];
  if (!kind) return { ...said, status: "parked", code: "unknown_kind" };
  const draft = new Draft((key) => server.documents.get(key));
  const outcome = kind.handler(entry, draft, now());
  if (outcome.status === "rejected") return { ...said, ...outcome };
  const newest = new Map();
  for (const doc of draft.changed.values()) {
    const { scope, version } = server.put(doc);
    newest.set(scope, version);
  }
  const effects = [...newest].map(([scope, version]) => ({ scope, version }));
  return { ...said, ...outcome, effects };
}

function pull(server, { device, cursors, limit, diverged }) {
  server.pulls += 1;
  if (server.revoked.has(device)) return json({ code: "device_revoked" }, 403);
  if (server.left.has(server.signedIn)) return json({ code: "access_ended" }, 403);
  if (!server.signedIn) return json({ code: "not_signed_in" }, 401);
  if (Object.keys(diverged).length > 0) server.told.push(diverged);
  const allowed = [...server.scopes].sort();
  const page = { changes: [], cursors: {}, complete: true };
  let room = Math.min(limit, server.pageLimit);
  for (const scope of allowed) {
    const since = cursors[scope] ?? 0;
    page.cursors[scope] = since;
    const all = [...(server.feed.get(scope) ?? [])]
      .map(([key, { version, body }]) => ({ scope, key, version, type: key.split("/")[0], body }))
      .filter((change) => change.version > since)
      .sort((a, b) => a.version - b.version);
    const some = all.slice(0, room);
    page.changes.push(...some);
    room -= some.length;
    if (some.length < all.length) page.complete = false;
    const newest = server.versions.get(scope) ?? 0;
    page.cursors[scope] = some.length < all.length ? (some.at(-1)?.version ?? since) : newest;
  }
  return json({
    epoch: server.epoch,
    now: now(),
    ...page,
    checks: page.complete ? server.lie(checksOf(server, allowed)) : {},
    scopes_added: allowed.filter((scope) => !(scope in cursors)),
    scopes_dropped: Object.keys(cursors).filter((scope) => !server.scopes.has(scope)),
    verdicts: [],
    last_seq: server.devices.get(device)?.last ?? 0,
  });
}

function checksOf(server, scopes) {
  return Object.fromEntries(scopes.map((scope) => [scope, checkOf(server.feed.get(scope) ?? [])]));
}

function checkOf(feed) {
  const live = [...feed].filter(([, { body }]) => body);
  const terms = live.map(([key, { version }]) => hashOf(`${key} ${version}`).slice(0, 16));
  const total = terms.reduce((sum, term) => (sum + BigInt(`0x${term}`)) % 2n ** 64n, 0n);
  return { count: live.length, digest: total.toString(16).padStart(16, "0") };
}

function handleBlob(server, path, { method, headers, body }) {
  const sha256 = path.split("/").at(-1);
  const there = server.blobs.get(sha256);
  const place = (size, length) => ({
    "Upload-Offset": String(size),
    "Upload-Length": String(length),
  });
  if (method === "HEAD") {
    if (!there) return new Response(null, { status: 404 });
    return new Response(null, { headers: place(there.bytes.length, there.length) });
  }
  const length = Number(headers["Upload-Length"]);
  const before = there?.bytes ?? Buffer.alloc(0);
  if (Number(headers["Upload-Offset"]) !== before.length) return json({ code: "blob_offset" }, 409);
  const bytes = Buffer.concat([before, Buffer.from(body)]);
  if (bytes.length === length && hashOf(bytes) !== sha256) {
    server.blobs.delete(sha256);
    return json({ code: "blob_hash" }, 422);
  }
  server.blobs.set(sha256, { bytes, length });
  return new Response(null, { status: 204, headers: place(bytes.length, length) });
}

function now() {
  return new Date().toISOString();
}
