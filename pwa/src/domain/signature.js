/**
 * A person's signature on an entry: what it says and what it covers; twin of `signature.py`.
 * Whether the key made it is for the server to check; the device has just made it itself.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as body from "./body.js";
import { named, openCase } from "./case.js";
import { restOf } from "./key.js";
import { outcome } from "./outcome.js";
import { nameOf, personOf } from "./person.js";
import { problem } from "./problem.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {import("../types").Twin} Twin */
/** @typedef {Record<string, any>} Body */
/** @typedef {{field: string, value: string}} Seen one field that was on the screen */
/**
 * @typedef {object} Signing
 * @property {(body: Body, doc: Doc | null) => string | null} due the meaning with which this must
 *   be signed, null where it need not be
 * @property {(body: Body, doc: Doc | null) => Seen[]} screen what is shown of the document
 * @property {boolean} isRequest
 */

export const SIGNED_FROM = 2;
const SHOWN_MAX = 40;
const APART_MAX_MS = 5 * 60_000;
const FORM = "traveler signature 1";
const MEANINGS = ["approved", "rejected", "released", "disposed", "witnessed", "verified"];
const SIGNATURE = body.group({
  signer: body.line,
  method: body.oneOf(["pin", "password"]),
  meaning: body.oneOf(MEANINGS),
  name: body.line,
  at: body.line,
  shown: body.list(body.group({ field: body.line, value: body.text }), { max: SHOWN_MAX }),
  digest: body.string({ pattern: /^[0-9a-f]{64}$/ }),
  sig: body.line,
});

/** What a body may hold beside its own fields. */
export const SIGNABLE = { signature: body.maybe(SIGNATURE) };

/** @param {string} name @returns {string} */
export function signerKey(name) {
  return `signer/org:${name}`;
}

/**
 * @param {Seen[]} shown
 * @param {Body} said the body without its signature
 * @returns {string} SHA-256 over both, 64 hex characters
 */
export function digestOf(shown, said) {
  const pairs = shown.map(({ field, value }) => [field, value]);
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([pairs, inOrder(said)]))));
}

/**
 * @param {any} value
 * @returns {any} the same with its names in order
 */
function inOrder(value) {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, inOrder(value[name])]));
}

/**
 * @param {{kind: string, on: string, actor: string}} entry
 * @param {Record<string, any>} told
 * @returns {string} what the person's key signs
 */
export function textSigned({ kind, on, actor }, told) {
  const names = ["meaning", "name", "at", "method", "signer", "digest"];
  return JSON.stringify([FORM, kind, on, actor, ...names.map((name) => told[name])]);
}

/** @param {Body} whole @returns {Body} */
export function saidIn({ signature: _, ...said }) {
  return said;
}

/**
 * The twin of a kind whose entries need a person's signature from version 2 on.
 * @param {Twin["handler"]} handler
 * @param {Signing} signing
 * @returns {Twin["handler"]}
 * Problems: the kind's own first, then person_signature_missing, person_signature_wrong,
 * signer_revoked.
 */
export function signed(handler, signing) {
  return (entry, draft, now) => {
    const told = SIGNABLE.signature(entry.body["signature"] ?? null, "signature");
    const doc = draft.get(entry.on);
    const due = signing.due(entry.body, doc);
    const screen = doc && doc.version === entry.base ? signing.screen(entry.body, doc) : null;
    const wrong = told ? flaw(entry, told, { due, screen, draft }) : missing(entry, due, draft);
    if (!wrong) return handler(entry, draft, now);
    const unsigned = { ...entry, body: saidIn(entry.body) };
    const result = handler(unsigned, draft, now);
    if (["rejected", "parked"].includes(result.status)) return result;
    if (signing.isRequest) throw wrong;
    const opened = caseOf(entry, wrong, draft);
    return result.status === "conflict" ? result : opened;
  };
}

/**
 * @param {Entry} entry
 * @param {string | null} due
 * @param {Draft} draft
 */
function missing(entry, due, draft) {
  const isOld = entry.v < SIGNED_FROM && !personOf(entry.actor, draft)?.["signs_since"];
  return due === null || isOld ? null : problem("person_signature_missing");
}

/**
 * @param {Entry} entry
 * @param {Record<string, any>} told
 * @param {{due: string | null, screen: Seen[] | null, draft: Draft}} what
 * @returns {import("./problem.js").Problem | null}
 */
function flaw(entry, told, { due, screen, draft }) {
  const signer = draft.get(signerKey(told["signer"]));
  if (signer && signer["state"] !== "active") {
    return problem("signer_revoked", { name: signer["revoked_by_name"] });
  }
  const why = misfit(entry, told, { due, screen }) ?? foreign(entry, told, { signer, draft });
  return why ? problem("person_signature_wrong", { why }) : null;
}

/**
 * @param {Entry} entry
 * @param {Record<string, any>} told
 * @param {{due: string | null, screen: Seen[] | null}} what
 */
function misfit(entry, told, { due, screen }) {
  if (due !== null && told["meaning"] !== due) return "meaning";
  if (told["digest"] !== digestOf(told["shown"], saidIn(entry.body))) return "digest";
  if (screen && JSON.stringify(told["shown"]) !== JSON.stringify(screen)) return "shown";
  const apart_ms = Math.abs(Date.parse(entry.at) - Date.parse(told["at"]));
  return apart_ms <= APART_MAX_MS ? null : "moment";
}

/**
 * @param {Entry} entry
 * @param {Record<string, any>} told
 * @param {{signer: Doc | null, draft: Draft}} what signer: null where this device has not heard of
 *   it yet
 */
function foreign(entry, told, { signer, draft }) {
  if (told["name"] !== nameOf(entry.actor, draft)) return "name";
  if (!signer) return null;
  const isOwn =
    told["method"] === "password"
      ? signer["person"] === "system" && entry.device.startsWith("web-")
      : signer["person"] === entry.actor && signer["device"] === entry.device;
  return isOwn ? null : "signer";
}

/**
 * @param {Entry} entry
 * @param {import("./problem.js").Problem} wrong
 * @param {Draft} draft
 */
function caseOf(entry, wrong, draft) {
  const label = draft.get(entry.on)?.["number"] || restOf(entry.on);
  const name = nameOf(entry.actor, draft);
  const params = { label, name, cause: wrong.code };
  const entries = [named(entry, name, {})];
  const what = { kind: "unsigned", about: entry.on, label, params, entries };
  return outcome("conflict", "case_unsigned", params, openCase(draft, entry, what).key);
}
