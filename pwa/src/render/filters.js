/**
 * Wording on the device: messages in two languages and the filters that templates say them with.
 *
 * The twin of server/pages/wording.py and of the filters in server/pages/liquid.py;
 * tests/server/pages/test_liquid.py holds both to the same words.
 */

import Big from "big.js";
import { numbered } from "../labels/said.js";
import { called } from "./called.js";

const SLOT = /\{(\w+)(?::(\w+))?(?:\|([^|{}]*)\|([^|{}]*))?\}/g;
/** Where the pages of a kind are, if not under its plural. @type {Record<string, string>} */
const FOLDERS = { asset: "delivered", equipment: "equipment", person: "people" };
const MOMENT = /^(\d{4})-(\d\d-\d\d)T(\d\d:\d\d)/;
const CODE = "code";
const NO_BREAK = "\u00a0";

/** @typedef {Record<string, any>} Hash */
/** @typedef {{lang: string, messages: Hash, problems: Hash}} Words */

/**
 * Looked up as they are asked for: to lay all out flat takes a worker that just started longer than
 * to render its first page.
 * @param {Hash} tree nested messages, whose keys may have dots themselves
 * @param {string} key names on the way down, with dots between them
 * @returns {string | null}
 */
export function messageAt(tree, key) {
  if (Object.hasOwn(tree, key)) return isHash(tree[key]) ? null : String(tree[key]);
  for (let dot = key.indexOf("."); dot !== -1; dot = key.indexOf(".", dot + 1)) {
    const below = at(tree, key.slice(0, dot));
    const found = isHash(below) ? messageAt(below, key.slice(dot + 1)) : null;
    if (found !== null) return found;
  }
  return null;
}

/** @param {any} value @returns {value is Hash} */
function isHash(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The filters that speak a language; `messages` nested, `problems` texts by code.
 * @param {Words} words
 * @returns {Record<string, (...args: any[]) => any>}
 */
export function wordFilters({ lang, messages, problems }) {
  /** @param {any} value */
  function name(value) {
    if (!isHash(value)) return value || "";
    return (lang === "zh_CN" ? value["zh"] || value["en"] : value["en"] || value["zh"]) || "";
  }

  /** @param {any} value @returns {string} */
  function shown(value) {
    if (isHash(value)) return name(value);
    if (Array.isArray(value)) return value.map(shown).join(lang === "zh_CN" ? "、" : ", ");
    return value === null || value === undefined ? "" : String(value);
  }

  /** @param {any} value @param {string} [prefix] @returns {string} */
  function label(value, prefix = "") {
    if (Array.isArray(value)) return shown(value.map((one) => label(one, prefix)));
    const text = shown(value);
    return messageAt(messages, prefix ? `${prefix}.${text}` : text) ?? text;
  }

  /** @param {string} message @param {Hash} params */
  function fill(message, params) {
    return message.replaceAll(SLOT, (_, slot, prefix, one, many) => {
      const text = shown(at(params, slot));
      if (one !== undefined) return text === "1" ? one : many;
      if (!prefix) return text;
      if (prefix === CODE) return called(text, (type) => messageAt(messages, `title.${type}`));
      const last = messageAt(messages, `${prefix}.${text.slice(text.lastIndexOf(".") + 1)}`);
      return messageAt(messages, `${prefix}.${text}`) ?? last ?? text;
    });
  }

  /** @param {string} key @param {any[]} args one hash, or named ones as LiquidJS passes them */
  function t(key, ...args) {
    const message = messageAt(messages, String(key));
    if (message === null) throw new TypeError(`no message: ${key}`);
    /** @type {Hash} */
    const params = {};
    for (const arg of args) {
      if (Array.isArray(arg)) params[arg[0]] = arg[1];
      else Object.assign(params, arg);
    }
    return fill(message, params);
  }

  /** @param {Hash | null} problem */
  function problemText(problem) {
    const code = at(problem, "code");
    if (!code) return "";
    const texts = at(problems, code);
    return texts ? fill(texts[lang], at(problem, "params") ?? {}) : String(code);
  }

  return { t, label, l: name, problem: problemText };
}

/** @param {any} value @param {any} key @returns {any} null where there is nothing */
export function at(value, key) {
  if (Array.isArray(value)) return typeof key === "number" ? (value[key] ?? null) : null;
  return isHash(value) && Object.hasOwn(value, String(key)) ? value[String(key)] : null;
}

/** @param {any} key @param {any} value */
function has(key, value) {
  return Array.isArray(value) ? value.includes(key) : isHash(value) && Object.hasOwn(value, key);
}

/** @param {string | null} value @param {string} today */
function moment(value, today) {
  const match = MOMENT.exec(value ?? "");
  if (!match) return value ?? "";
  const [, year, date, time] = match;
  return today.startsWith(year ?? "") ? `${date} ${time}` : `${year}-${date} ${time}`;
}

/**
 * Values between middle dots: a line breaks between them, never between number and unit.
 * @param {string | null} values
 */
function whole(values) {
  return (values ?? "").replaceAll(" ", NO_BREAK).replaceAll(`${NO_BREAK}·${NO_BREAK}`, " · ");
}

/** @param {string | null} key */
export function identity(key) {
  return (key ?? "").includes("/") ? (key ?? "").slice((key ?? "").indexOf("/") + 1) : "";
}

/** @param {string | null} key */
function siteOf(key) {
  return identity(key).split(":", 1)[0] ?? "";
}

/** @param {string} text encoded for a path or a query, the colon left as it is */
function encoded(text) {
  return encodeURIComponent(text).replaceAll("%3A", ":");
}

/** @param {string | null} key */
function path(key) {
  if (!(key ?? "").includes("/")) return "";
  const [kind = ""] = (key ?? "").split("/", 1);
  return `/${FOLDERS[kind] ?? `${kind}s`}/${encoded(identity(key))}`;
}

/**
 * Whether somebody holds, at the site of the key, a role for an entry kind or of a list.
 * @param {Hash} kinds
 * @returns {(what: any, me: Hash | null, key?: string | null) => boolean}
 */
export function mayBy(kinds) {
  return (what, me, key) => {
    const roles = Array.isArray(what) ? what : at(at(kinds, what), "roles");
    if (me === null || roles === null) return false;
    const site = siteOf(key ?? null);
    return me["seats"].some((/** @type {string} */ seat) => {
      const colon = seat.indexOf(":");
      return roles.includes(seat.slice(colon + 1)) && (!site || site === seat.slice(0, colon));
    });
  };
}

/** @param {string | null} first @param {string | null} second */
function before(first, second) {
  return Boolean(first && second && first < second);
}

/** @param {string | null} first an amount @param {string | null} second */
function covers(first, second) {
  return Boolean(first && second && new Big(first).gte(second));
}

/** @type {Record<string, (...args: any[]) => any>} */
export const VALUE_FILTERS = {
  append: (value, more) => `${value ?? ""}${more ?? ""}`,
  at,
  before,
  covers,
  day: (value) => (value ?? "").slice(0, 10),
  encode: (value) => encoded(String(value)),
  has,
  id: identity,
  json: (value) => JSON.stringify(value),
  moment,
  numbered,
  path,
  qty: (value) => (value === null ? "" : String(value)),
  short: (value) => [...(value ?? "")].slice(-6).join(""),
  site: siteOf,
  whole,
};
