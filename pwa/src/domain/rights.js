/**
 * Rights: may this person do this kind of thing at this site; twin of `rights.py`.
 * The table of roles by kind comes with the shared bundle.
 */
import { siteOf } from "./key.js";
import { outcome } from "./outcome.js";
import { has, personOf } from "./person.js";
import { problem } from "./problem.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {import("../types").KindSpec} KindSpec */

const ONE_SITE_FROM = 2; // the version of a kind from which on its documents are of one site

/**
 * @param {Entry} entry
 * @returns {string[]} keys of the documents that the gate reads: the person and the site
 */
export function gateNeeds(entry) {
  return [`person/org:${entry.actor}`, `site/org:${siteOf(entry.on)}`];
}

/**
 * @param {Entry} entry
 * @param {KindSpec} kind
 * @param {Draft} draft
 * @returns {import("./outcome.js").Outcome | null} null if the actor may; else the refusal
 * (foreign_site, no_right)
 */
export function gate(entry, kind, draft) {
  const site = siteOf(entry.on);
  const refused = kind.request ? "rejected" : "parked";
  if (site !== "org" && !draft.get(`site/org:${site}`)) {
    return outcome(refused, "foreign_site", { site });
  }
  if (!may(personOf(entry.actor, draft), site, kind.roles ?? [])) {
    return outcome(refused, "no_right", { kind: entry.kind, site });
  }
  return null;
}

/**
 * People and sites belong to the organisation, where nobody has a seat: there a role anywhere
 * counts.
 * @param {Doc | null} person
 * @param {string} site
 * @param {readonly string[]} roles
 * @returns {boolean}
 */
export function may(person, site, roles) {
  if (!person) return false;
  const sites = site === "org" ? Object.keys(person.roles) : [site];
  return sites.some((one) => has(person, one, roles));
}

/**
 * A new document is made of what is at its site; since version 2. Problem: other_site.
 * @param {Entry} entry
 * @param {string | null | undefined} key
 * @param {string} field
 */
export function mustBeOfSite(entry, key, field) {
  if (!key || entry.v < ONE_SITE_FROM || siteOf(key) === siteOf(entry.on)) return;
  throw problem("other_site", { key, site: siteOf(key) }, field);
}

/**
 * Who is sent somewhere can work there; since version 2. Problem: no_seat.
 * @param {Entry} entry
 * @param {Doc} person
 * @param {{roles: readonly string[], field: string}} asked
 */
export function mustHaveSeat(entry, person, { roles, field }) {
  const site = siteOf(entry.on);
  if (entry.v < ONE_SITE_FROM || has(person, site, roles)) return;
  throw problem("no_seat", { name: person["name"], site }, field);
}

/**
 * An entry changes nothing at another site than its own. Problem: foreign_site.
 * @param {Entry} entry
 * @param {string | null | undefined} key
 * @param {string} field
 */
export function mustBeHere(entry, key, field) {
  if (!key || siteOf(key) === siteOf(entry.on)) return;
  throw problem("foreign_site", { site: siteOf(key) }, field);
}
