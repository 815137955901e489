/**
 * GS1 identification: GTINs, element strings and their dates; the twin of labels/gs1.py.
 *
 * Follows the GS1 General Specifications: §3 (application identifiers), §7.2.7 (element strings),
 * §7.9 (check digits), §7.11 (characters), §7.12 (dates). Here is only what reading needs; making
 * codes is the server's. Links are in code.js.
 */

/**
 * @typedef {object} Elements what a code says about a product; what it doesn't say is undefined
 * @property {string} [gtin] fourteen digits
 * @property {string} [lot]
 * @property {string} [serial]
 * @property {string} [expiry] YYYY-MM-DD
 */

export const FNC1 = "\u001d";
export const GTIN = "01";
const LOT = "10";
const EXPIRY = "17";
const SERIAL = "21";
const OURS = [GTIN, LOT, EXPIRY, SERIAL];

/**
 * Digits of an element, identifier included, by the identifier's first two digits: GS1 General
 * Specifications, figure "element strings with predefined length". All others end at FNC1.
 * @type {Map<string, number>}
 */
const PREDEFINED_LENGTH = new Map([
  ...["11", "12", "13", "14", "15", "16", "17", "18", "19"].map(eight),
  ...["31", "32", "33", "34", "35", "36"].map(ten),
  ["00", 20],
  ["01", 16],
  ["02", 16],
  ["03", 16],
  ["04", 18],
  ["20", 4],
  ["41", 16],
]);

/** Character set 82, at most twenty: lots (AI 10) and serials (AI 21). */
const LOT_OR_SERIAL = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/;
const TYPED_START = /^\((?:01|10|17|21)\)/;
const TYPED_IDENTIFIER = /\(([0-9]{2,4})\)/;

/** A code that cannot be read; `code` is the reason, as in labels/error.py. */
export class CodeError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** @param {string} identifier @returns {[string, number]} */
function eight(identifier) {
  return [identifier, 8];
}

/** @param {string} identifier @returns {[string, number]} */
function ten(identifier) {
  return [identifier, 10];
}

/** @param {string} identifier */
export function isOurs(identifier) {
  return OURS.includes(identifier);
}

/**
 * Whether it has a GTIN's number of digits, right or wrong.
 * @param {string} text
 */
export function looksLikeGtin(text) {
  return /^(?:[0-9]{8}|[0-9]{12,14})$/.test(text);
}

/**
 * Whether it starts like an element string that a person typed: (01), (10), (17) or (21).
 * @param {string} text
 */
export function looksTyped(text) {
  return TYPED_START.test(text);
}

/**
 * Pairs of identifier and value, checked; the first of two equal ones counts, others are passed
 * over.
 * @param {[string, string][]} pairs
 * @returns {Elements}
 * @throws {CodeError} gtin_check_digit, element_string, element_value or expiry_date
 */
export function elements(pairs) {
  const found = new Map([...pairs].reverse()); // of two, the later set stays: the first pair
  for (const identifier of [LOT, SERIAL]) {
    const value = found.get(identifier);
    if (value !== undefined && !LOT_OR_SERIAL.test(value)) throw new CodeError("element_value");
  }
  const gtin = found.get(GTIN);
  const expiry = found.get(EXPIRY);
  return {
    gtin: gtin === undefined ? undefined : gtin14(gtin),
    lot: found.get(LOT),
    serial: found.get(SERIAL),
    expiry: expiry === undefined ? undefined : expiryDate(expiry),
  };
}

/**
 * @param {string} gtin GTIN-8, -12, -13 or -14
 * @returns {string} fourteen digits
 */
function gtin14(gtin) {
  if (!looksLikeGtin(gtin)) throw new CodeError("element_string");
  if (/^0+$/.test(gtin) || checkDigit(gtin.slice(0, -1)) !== gtin.at(-1)) {
    throw new CodeError("gtin_check_digit");
  }
  return gtin.padStart(14, "0");
}

/**
 * @param {string} digits
 * @returns {string} the check digit that completes them (§7.9)
 */
function checkDigit(digits) {
  const weights = [...digits].reverse().map((digit, i) => Number(digit) * (i % 2 === 0 ? 3 : 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return String((10 - (sum % 10)) % 10);
}

/**
 * Day 00 is the month's last. Always 20YY: the sliding century of §7.12 would need a clock and
 * differs only for expiries before 2000.
 * @param {string} digits YYMMDD
 * @returns {string} YYYY-MM-DD
 */
function expiryDate(digits) {
  if (!/^[0-9]{6}$/.test(digits)) throw new CodeError("expiry_date");
  const [year, month] = [2000 + Number(digits.slice(0, 2)), Number(digits.slice(2, 4))];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const day = Number(digits.slice(4)) || lastDay;
  if (month < 1 || month > 12 || day > lastDay) throw new CodeError("expiry_date");
  return [year, ...[month, day].map((part) => String(part).padStart(2, "0"))].join("-");
}

/**
 * @param {string} text a scanned element string without symbology identifier
 * @returns {Elements}
 * @throws {CodeError} as `elements`, or element_string when it cannot be taken apart
 */
export function elementString(text) {
  /** @type {[string, string][]} */
  const pairs = [];
  let rest = text.replace(/^\u001d+/, "");
  while (rest !== "") {
    const { pair, after } = nextPair(rest);
    pairs.push(pair);
    rest = after;
  }
  if (pairs.length === 0) throw new CodeError("element_string");
  return elements(pairs);
}

/**
 * @param {string} rest
 * @returns {{pair: [string, string], after: string}} the first element, and what comes after it
 */
function nextPair(rest) {
  const identifier = rest.slice(0, 2);
  const length = PREDEFINED_LENGTH.get(identifier);
  const end = length ?? (rest.includes(FNC1) ? rest.indexOf(FNC1) : rest.length);
  const element = rest.slice(0, end);
  const after = rest.slice(end + (rest[end] === FNC1 ? 1 : 0));
  const digits = element.match(/^[0-9]*/)?.[0] ?? "";
  if (digits.length < (length ?? 2)) throw new CodeError("element_string");
  return { pair: [identifier, element.slice(2)], after };
}

/**
 * @param {string} text "(01)04006381333931 (10)L1"; blanks around values are dropped
 * @returns {Elements}
 * @throws {CodeError} as `elements`
 */
export function typedElementString(text) {
  const parts = text.split(TYPED_IDENTIFIER).slice(1);
  /** @type {[string, string][]} */
  const pairs = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    pairs.push([parts[i] ?? "", (parts[i + 1] ?? "").replace(/^ +| +$/g, "")]);
  }
  return elements(pairs);
}
