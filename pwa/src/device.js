/**
 * The device put together: one object that the worker delegates to.
 */
import { certificateKeeper } from "./certificate.js";
import { createContact } from "./contact.js";
import { openDatabase } from "./database.js";
import { KINDS } from "./domain/kinds.js";
import { createNet } from "./net.js";
import { createPages } from "./pages.js";
import { reindex } from "./replica.js";
import { enrol } from "./signin.js";
import { createSync } from "./sync.js";
import { createView } from "./view.js";

/** @typedef {import("./types").Shared} Shared */
/**
 * @typedef {object} World what a device is given from outside; tests give their own
 * @property {typeof fetch} fetch
 * @property {() => Promise<Shared>} shared
 * @property {import("./render/engine.js").Templates} templates of this build
 * @property {(message: any) => void} broadcast
 * @property {string} app the build's id
 * @property {() => Date} [now]
 * @property {() => number} [random]
 * @property {import("./types").Database} [database]
 * @property {Record<string, import("./types").Twin>} [kinds]
 */

/** @typedef {ReturnType<typeof createDevice>} Device */

/** @param {World} world */
export function createDevice(world) {
  const { shared, templates, broadcast, app } = world;
  const now = world.now ?? (() => new Date());
  const random = world.random ?? Math.random;
  const database = world.database ?? openDatabase();
  const contact = createContact(world.fetch, certificateKeeper(database));
  const net = createNet(database, broadcast, shared);
  const name = deviceName();
  /** @type {Promise<Record<string, string[]>> | null} */
  let indexing = null;

  /** The index fields of this build, once the replica has its terms by them. */
  function index() {
    indexing ??= prepareIndex().catch((error) => {
      indexing = null;
      throw error;
    });
    return indexing;
  }

  async function prepareIndex() {
    const fields = (await shared()).index;
    await reindex(database, fields);
    return fields;
  }

  const map = async () => {
    const { areas, types } = await shared();
    return { areas, types };
  };
  const view = createView(database, { kinds: world.kinds ?? KINDS, index, map });
  const sync = createSync({ database, contact, net, index, map, now, random, broadcast, name });
  const pages = createPages({ app, database, view, net, shared, templates, now });

  return {
    app,
    broadcast,
    contact,
    database,
    name,
    net,
    now,
    pages,
    shared,
    sync,
    view,
    enrol: (/** @type {{isPassword?: boolean}} */ how = {}) =>
      enrol({ database, contact, name, now }, how),
  };
}

/** @returns {string} for people, in the list of devices */
function deviceName() {
  const { userAgent = "" } = globalThis.navigator ?? {};
  return userAgent.slice(0, 120) || "device";
}
