/**
 * The overlay: what waiting entries change in the replica, foreseen by the twins of the handlers.
 *
 * It lives in memory only and is made again whenever outbox or replica changed, so it cannot part
 * from them. The server's word replaces every prediction.
 */
import { revisionOf } from "./database.js";
import { Draft } from "./domain/draft.js";
import { Problem } from "./domain/problem.js";
import { getDocument } from "./replica.js";

/** @typedef {import("./types").Doc} Doc */
/** @typedef {import("./types").Entry} Entry */
/** @typedef {import("./types").Outcome} Outcome */
/** @typedef {import("./types").OutboxRow} OutboxRow */
/** @typedef {Record<string, import("./types").Twin>} Kinds */
/** @typedef {(key: string) => Promise<Doc | null>} Fetch */
/**
 * @typedef {object} Layer
 * @property {number} revision
 * @property {OutboxRow[]} rows all of the outbox
 * @property {Map<string, Doc>} documents changed or added by waiting entries
 * @property {Map<string, number>} versions of the same documents in the replica, 0 for new ones
 */
/**
 * @typedef {object} Foresight
 * @property {Outcome | null} outcome null: this device cannot tell
 * @property {Problem | null} refused
 * @property {Map<string, Doc>} changed
 */

const NEEDS_ROUNDS_MAX = 4;
const UNSHOWN = new Set(["rejected", "parked"]);

/** @param {Kinds} kinds */
export function createOverlay(kinds) {
  /** @type {Layer | null} */
  let last = null;

  /**
   * @param {any} tx with replica, outbox and meta
   * @returns {Promise<Layer>}
   */
  return async function layerOf(tx) {
    const rowsOf = () => tx.objectStore("outbox").getAll();
    const [revision, early] = await Promise.all([revisionOf(tx), last ? null : rowsOf()]);
    if (last && last.revision === revision) return last;
    const rows = early ?? (await rowsOf());
    const documents = await foreseeAll(tx, kinds, rows);
    const versions = new Map();
    for (const key of documents.keys()) {
      versions.set(key, (await getDocument(tx, key))?.version ?? 0);
    }
    const layer = { revision, rows, documents, versions };
    last = layer;
    return layer;
  };
}

/**
 * @param {any} tx
 * @param {Kinds} kinds
 * @param {OutboxRow[]} rows in the order of recording
 * @returns {Promise<Map<string, Doc>>}
 */
async function foreseeAll(tx, kinds, rows) {
  /** @type {Map<string, Doc>} */
  const documents = new Map();
  /** @type {Fetch} */
  const fetchDocument = async (key) => documents.get(key) ?? getDocument(tx, key);
  for (const row of rows) {
    if (row.is_shown || (row.verdict && UNSHOWN.has(row.verdict.status))) continue;
    const { changed, refused, outcome } = await foresee(
      kinds,
      JSON.parse(row.bytes),
      fetchDocument,
    );
    if (refused || outcome?.status === "rejected") continue;
    for (const [key, document] of changed) documents.set(key, document);
  }
  return documents;
}

/**
 * What would become of this entry. A twin that fails leaves everything as it was.
 * @param {Kinds} kinds
 * @param {Entry} entry
 * @param {Fetch} fetchDocument documents as they look now
 * @returns {Promise<Foresight>}
 */
export async function foresee(kinds, entry, fetchDocument) {
  const twin = Object.hasOwn(kinds, entry.kind) ? kinds[entry.kind] : undefined;
  if (!twin) return { outcome: null, refused: null, changed: new Map() };
  const loaded = new Map([[entry.on, await fetchDocument(entry.on)]]);
  const get = (/** @type {string | null | undefined} */ key) => (key && loaded.get(key)) || null;
  for (let round = 0; round < NEEDS_ROUNDS_MAX; round += 1) {
    const missing = wanted(twin, entry, get).filter((key) => !loaded.has(key));
    if (missing.length === 0) break;
    for (const key of missing) loaded.set(key, await fetchDocument(key));
  }
  const draft = new Draft(get);
  try {
    const outcome = twin.handler(entry, draft, new Date(entry.at).toISOString());
    return { outcome, refused: null, changed: draft.changed };
  } catch (error) {
    const refused = error instanceof Problem ? error : null;
    return { outcome: null, refused, changed: new Map() };
  }
}

/**
 * @param {import("./types").Twin} twin
 * @param {Entry} entry
 * @param {(key: string | null | undefined) => Doc | null} get
 * @returns {string[]}
 */
function wanted(twin, entry, get) {
  try {
    return [...(twin.needs?.(entry, get) ?? [])].filter((key) => typeof key === "string");
  } catch {
    return []; // the same error comes again in the handler
  }
}
