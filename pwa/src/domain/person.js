/** People: their documents, names and roles; twin of `person.py`. */
import { find } from "./key.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").DraftLike} Draft */

export const SYSTEM = "system";

/**
 * @param {string} login
 * @returns {string} people belong to the organisation, not to one site
 */
export function personKey(login) {
  return `person/org:${login}`;
}

/**
 * @param {string} login
 * @param {Draft} draft
 * @returns {Doc | null}
 */
export function personOf(login, draft) {
  return find(draft, personKey(login), "person");
}

/**
 * @param {string} login
 * @param {Draft} draft
 * @returns {string} for timelines; the login where there is no such person
 */
export function nameOf(login, draft) {
  return personOf(login, draft)?.name ?? login;
}

/**
 * @param {Doc | null} person
 * @param {string} site
 * @param {readonly string[]} roles
 * @returns {boolean} whether the person holds one of the roles at the site
 */
export function has(person, site, roles) {
  if (!person?.active) return false;
  return (person.roles[site] ?? []).some((/** @type {string} */ role) => roles.includes(role));
}
