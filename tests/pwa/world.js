/**
 * A device for tests: the real modules on an IndexedDB in memory, against the server in plant.js.
 * A device can be killed at any of its steps; the next one begins on the same database.
 */
import "../../pwa/node_modules/fake-indexeddb/auto/index.mjs";
import { v7 as newId } from "../../pwa/node_modules/uuid/dist-node/index.js";
import { openDatabase } from "../../pwa/src/database.js";
import { createDevice } from "../../pwa/src/device.js";
import { append } from "../../pwa/src/outbox.js";
import { sessionOf } from "../../pwa/src/signin.js";
import { AREAS, INDEX, KIND_SPECS, KINDS, TYPES } from "./plant.js";
import { compiled } from "./templates.js";

export { newId };

export class Killed extends Error {}

let databases = 0;

export function freshName() {
  databases += 1;
  return `test-${databases}`;
}

export const SHARED = {
  build: "b1",
  pages: [],
  locale: { en: {}, zh_CN: {} },
  problems: {},
  index: INDEX,
  kinds: KIND_SPECS,
  areas: AREAS,
  types: TYPES,
};

/**
 * @param {any} server
 * @param {{name?: string, step?: (what: string) => any, shared?: any, now?: () => Date,
 *   templates?: Record<string, string>}} [options] templates: sources by name
 */
export function wake(
  server,
  { name = freshName(), step = () => undefined, shared, now, templates = {} } = {},
) {
  const real = openDatabase(name);
  const messages = [];
  const timed = (mode) => async (stores, work, options) => {
    await step(`before ${mode}`);
    const result = await real[mode](stores, work, options);
    await step(`after ${mode}`);
    return result;
  };
  const device = createDevice({
    app: "b1",
    broadcast: (message) => messages.push(message),
    database: { read: timed("read"), write: timed("write"), close: real.close },
    fetch: async (path, init) => {
      await step(`before ${path}`);
      const response = await server.fetch(path, init);
      await step(`after ${path}`);
      return response;
    },
    kinds: KINDS,
    now,
    random: () => 0,
    shared: async () => ({ ...SHARED, ...shared }),
    templates: compiled(templates),
  });
  return { ...device, name, messages };
}

/** A device that is signed in and has its replica. */
export async function ready(server, options) {
  const device = wake(server, options);
  await device.enrol();
  await device.sync.run();
  return device;
}

/** @returns {Promise<string>} the entry's id */
export async function record(
  device,
  kind,
  on,
  body,
  { id = newId(), blobs = [], base = null } = {},
) {
  const { signin } = await device.database.read(["meta"], sessionOf);
  const { login: actor, session } = signin;
  const intent = { id, kind, v: 1, on, base, body, blobs, actor, session };
  return append(device.database, intent, { now: new Date(), app: "b1" });
}

export async function add(device, on, amount, more) {
  return record(device, "counter.added", on, { amount }, more);
}

/** @returns {Promise<any>} a document as pages show it */
export async function look(device, key) {
  return device.view.read((moment) => moment.get(key));
}

export async function rows(device, store) {
  return device.database.read([store], (tx) => tx.objectStore(store).getAll());
}

export async function metaOf(device, key) {
  return device.database.read(["meta"], (tx) => tx.objectStore("meta").get(key));
}

export async function blobOf(text, name = "photo.jpg") {
  const bytes = new TextEncoder().encode(text).buffer;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const sha256 = Buffer.from(digest).toString("hex");
  return { sha256, size: bytes.byteLength, type: "image/jpeg", name, bytes };
}

/** Runs the work as in a browser whose locks keep nobody apart. */
export async function withoutLocks(work) {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const locks = { request: (_, held) => held() };
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  try {
    return await work();
  } finally {
    if (before) Object.defineProperty(globalThis, "navigator", before);
    else delete globalThis.navigator;
  }
}
