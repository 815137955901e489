/**
 * A browser on a tablet: one IndexedDB, one cookie jar, one set of Web Locks, and tabs that come
 * and go. A tab is the device's real code; it can die between any two of its steps.
 */
import "../../pwa/node_modules/fake-indexeddb/auto/index.mjs";
import { AsyncLocalStorage } from "node:async_hooks";
import { openDatabase } from "../../pwa/src/database.js";
import { createDevice } from "../../pwa/src/device.js";
import { ownTemplates } from "../pwa/templates.js";
import "./network.js";

export const HOME = "http://localhost";

const TEMPLATES = await ownTemplates();

export class Killed extends Error {}

/** What the code of a tab finds in its globals, although all tabs share one process. */
const inTab = new AsyncLocalStorage();

globalThis.location = { origin: HOME };
globalThis.caches = { delete: async () => true };
globalThis.fetch = (input, init) => inTab.getStore().fetch(input, init);
Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: {
    onLine: true,
    userAgent: "harness",
    get locks() {
      return inTab.getStore()?.locks;
    },
  },
});

/**
 * @param {object} parts
 * @param {string} parts.name of the browser, and of its database
 * @param {ReturnType<typeof import("./network.js").createNetwork>} parts.network
 * @param {any} parts.shared what the server says all devices share
 * @param {number} parts.clock_ms how far its clock is wrong
 * @param {(what: string, more?: object) => void} parts.trace
 */
export function createBrowser({ name, network, shared, clock_ms, trace }) {
  const locks = locksStandIn();
  const now = () => new Date(Date.now() + clock_ms);

  /**
   * A new tab on what is stored. Without `isLocked` it holds locks that nobody else knows of, as
   * where the browser has none: then nothing keeps two tabs from draining at once.
   */
  function open({ isLocked = true, diesAt = Number.POSITIVE_INFINITY } = {}) {
    const life = new AbortController();
    const real = openDatabase(name);
    let steps = 0;

    function step(what) {
      steps += 1;
      if (steps === diesAt) kill(what);
      if (life.signal.aborted) throw new Killed(what);
    }

    function kill(what = "at rest") {
      if (life.signal.aborted) return;
      trace("tab killed", { during: what, steps });
      life.abort(new Killed(what));
      void real.close();
    }

    const guarded = (mode) => async (stores, work, options) => {
      step(`before ${mode} ${stores}`);
      const result = await real[mode](stores, work, options);
      step(`after ${mode} ${stores}`);
      return result;
    };

    async function fetchHere(input, init = {}) {
      const { signal, ...rest } = init;
      step("before fetch");
      const signals = signal ? [signal, life.signal] : [life.signal];
      const response = await network.send(input, { ...rest, signal: AbortSignal.any(signals) });
      step("after fetch");
      return response;
    }

    const device = createDevice({
      app: "harness",
      broadcast: () => undefined,
      database: { read: guarded("read"), write: guarded("write"), close: real.close },
      fetch: fetchHere,
      now,
      shared: async () => shared,
      templates: TEMPLATES,
    });
    const around = { fetch: fetchHere, locks: isLocked ? locks : locksStandIn() };
    return {
      device,
      kill,
      isDead: () => life.signal.aborted,
      /** Runs the work as this tab; what a dead tab was doing ends in silence. */
      run: (work) =>
        inTab.run(around, async () => {
          try {
            return await work(device);
          } catch (error) {
            if (life.signal.aborted) return undefined;
            throw error;
          }
        }),
    };
  }

  return { name, open, network, now, eyes: openDatabase(name) };
}

/** Web Locks as far as the device uses them: one at a time by name, in the order of asking. */
function locksStandIn() {
  const tails = new Map();
  return {
    request(name, work) {
      const turn = (tails.get(name) ?? Promise.resolve()).then(work, work);
      tails.set(name, turn.catch(() => undefined));
      return turn;
    },
  };
}

/** A request as the worker gets it: a navigation, or the post of a form. */
export function requestOf(path, { method = "GET", data = null } = {}) {
  return {
    url: HOME + path,
    method,
    mode: "navigate",
    headers: new Headers(),
    referrer: "",
    formData: async () => data,
    clone() {
      return this;
    },
    wire: () => ({ url: HOME + path, method, body: bodyOf(data), redirect: "manual" }),
  };
}

/** Forms with files go in parts, all others as one line, like a browser does it. */
function bodyOf(data) {
  const hasFile = data && [...data.values()].some((value) => typeof value !== "string");
  return data && !hasFile ? new URLSearchParams([...data]) : data;
}
