/**
 * Pages on the device: from the page table to HTML, out of replica and outbox, without a network.
 *
 * Not here: which requests come here (route.js), what a page is given (context.js).
 */
import { ownUrl, pageAt, switchAt } from "./addresses.js";
import { fetched, own } from "./context.js";
import { revisionOf } from "./database.js";
import { Problem } from "./domain/problem.js";
import { addressOfScan } from "./lookup.js";
import { createMade } from "./made.js";
import { localDay } from "./moment.js";
import { holdersOf } from "./pins.js";
import { badgeOf, pinsOf } from "./pins_page.js";
import { waitingRows } from "./outbox.js";
import { createRendering } from "./rendering.js";
import { sessionOf } from "./signin.js";

/** @typedef {import("./types").Shared} Shared */
/** @typedef {import("./types").PageSpec} PageSpec */
/** @typedef {import("./signin.js").Session} Session */
/**
 * @typedef {object} Ask
 * @property {URL} url
 * @property {boolean} isPartial only what changes between two pages, for htmx
 * @property {{problems: any[], values: Record<string, string>} | null} [form]
 */
/**
 * @typedef {{kind: "page", html: string} | {kind: "redirect", to: string}
 *   | {kind: "problem", problem: Problem} | {kind: "elsewhere"} | {kind: "revoked"}} Answer
 *   elsewhere: this device can't say, the server may; revoked: neither may
 */

/** Pages about what goes on behind the documents, or on one's way through a list of scans. */
const UNLASTING = [
  ...["/device", "/outbox", "/pin", "/scan"],
  ...["/stock/count", "/stock/issue", "/switch"],
];
/** @type {PageSpec} */
const PROBLEM_PAGE = { name: "problem", path: "", template: "error/problem", title: "error.title" };
/** @type {PageSpec} */
const OFFLINE_PAGE = {
  name: "offline",
  path: "",
  template: "error/offline",
  title: "offline.title",
};
/** @type {PageSpec} */
const REVOKED_PAGE = {
  name: "revoked",
  path: "",
  template: "error/revoked",
  title: "title.revoked",
};

/**
 * @param {{app: string, database: import("./types").Database,
 *   view: ReturnType<typeof import("./view.js").createView>,
 *   net: ReturnType<typeof import("./net.js").createNet>, shared: () => Promise<Shared>,
 *   templates: import("./render/engine.js").Templates, now: () => Date}} parts
 */
export function createPages({ app, database, view, net, shared, templates, now }) {
  const render = createRendering({ net, shared, templates, now });
  const made = createMade(database);

  /**
   * @param {Ask} ask
   * @returns {Promise<Answer>}
   */
  async function answer(ask) {
    const { url, form = null } = ask;
    const place = placeOf(ask, net.isOnline());
    const finding = isLasting(ask) ? made.find(place, stateIn) : null;
    // Beside what was made before, not after it: both wait for the disk.
    view.ready().catch(() => undefined);
    const again = await finding;
    if (again !== null) return { kind: "page", html: again };
    const bundle = await shared();
    const match = pageAt(bundle.pages, url.pathname);
    if (!match || match.page.server_only) return { kind: "elsewhere" };
    const asked = { ...match, url };
    const standing = net.state(); // beside the documents, not after them
    standing.catch(() => undefined);
    const given = await view
      .read(async (moment) => {
        const session = await sessionOf(moment.tx);
        const { signin } = session;
        if (session.isRevoked && match.page.name === "outbox") {
          return { session, revision: moment.revision, documents: await own(moment, asked) };
        }
        if (session.isRevoked) return "revoked";
        if (match.page.name === "switch") {
          // Nobody's name but those on the tiles.
          const documents = { pins: await pinsOf(moment, now()) };
          return { session: { ...session, signin: null }, revision: moment.revision, documents };
        }
        const code = match.page.name === "scan" && !form ? url.searchParams.get("code") : "";
        const badge = badgeOf(code ?? "");
        if (badge) return { to: badge };
        // Where nobody is signed in, whoever has a PIN here needs no network to be.
        const isShared = !signin && Object.keys(await holdersOf(moment.tx)).length > 0;
        if (session.locked || isShared) return { to: switchAt(url) };
        if (!session.isReady || !signin) return null;
        if (code) return { to: await addressOfScan(moment, code, signin) };
        const [documents, more, pins] = await Promise.all([
          fetched(moment, asked, signin),
          own(moment, asked),
          pinsOf(moment, now()),
        ]);
        const { revision } = moment;
        return { session, revision, documents: { ...documents, ...more, pins } };
      })
      .catch((error) => {
        if (error instanceof Problem) return error;
        throw error;
      });
    if (given === null) return { kind: "elsewhere" };
    if (given === "revoked") return { kind: "revoked" };
    if (given instanceof Problem) return { kind: "problem", problem: given };
    if ("to" in given) return { kind: "redirect", to: given.to ?? "/" };
    const more = { ...given.documents, form };
    const html = await render(ask, { page: match.page, standing, ...given, more });
    const { online, waiting, oldest } = await standing;
    if (isLasting(ask)) {
      const state = stateOf(given, { waiting, oldest });
      const page = { place: placeOf(ask, online), state, html };
      made.keep(page, { isLong: url.search === "" }).catch(() => undefined);
    }
    return { kind: "page", html };
  }

  /** @param {any} tx with meta and outbox @returns {Promise<string>} the state of now */
  async function stateIn(tx) {
    const [session, rows, revision] = await Promise.all([
      sessionOf(tx),
      waitingRows(tx),
      revisionOf(tx),
    ]);
    return stateOf({ session, revision }, { waiting: rows.length, oldest: rows[0]?.at ?? "" });
  }

  /**
   * All that a page hangs on beside its address and the network.
   * @param {{revision: number, session: Session}} here
   * @param {{waiting: number, oldest: string}} standing
   */
  function stateOf({ revision, session: { device, ...session } }, { waiting, oldest }) {
    return JSON.stringify([app, revision, session, device?.id, waiting, oldest, localDay(now())]);
  }

  /** @param {PageSpec} page @param {Ask} ask @param {Record<string, any>} more */
  async function plain(page, ask, more) {
    const session = await view.read((moment) => sessionOf(moment.tx));
    return render(ask, { page, session, more });
  }

  return {
    answer,
    /** @param {Ask} ask @param {Problem} problem @param {number} status */
    problem: (ask, { code, params }, status) =>
      plain(PROBLEM_PAGE, ask, { problem: { code, params, status } }),
    /** @param {Ask} ask */
    offline: (ask) => plain(OFFLINE_PAGE, ask, {}),
    drop: made.drop,
    /** @param {Ask} ask */
    revoked: (ask) => plain(REVOKED_PAGE, ask, {}),
  };
}

/**
 * Whether a page is the same until a document changes: not one with a refused form or the answer to
 * a deed, nor the outbox, which shows how the photos get on.
 * @param {Ask} ask
 */
function isLasting({ url, form }) {
  return !form && !url.searchParams.has("done") && !UNLASTING.includes(url.pathname);
}

/** @param {Ask} ask @param {boolean} isOnline */
function placeOf({ url, isPartial }, isOnline) {
  const part = isPartial ? "part" : "page";
  return `${part} ${isOnline ? "online" : "offline"} ${url.pathname}${url.search}`;
}

/**
 * @param {string} address of the page on which a form stood
 * @returns {URL}
 */
export function pageUrl(address) {
  const url = ownUrl(address);
  url.searchParams.delete("done");
  return url;
}
