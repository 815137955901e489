/**
 * GS1 values: GTINs, check digits, dates, and whether an identifier can carry a value; with gs1.js
 * the twin of labels/gs1.py.
 *
 * Follows the GS1 General Specifications: §7.9 (check digits), §7.11 (characters), §7.12 (dates).
 */
import { ruleOf } from "./gs1_table.js";

/** A code that cannot be read; `code` is the reason, as in labels/error.py. */
export class CodeError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Whether it has a GTIN's number of digits, right or wrong.
 * @param {string} text
 */
export function looksLikeGtin(text) {
  return /^(?:[0-9]{8}|[0-9]{12,14})$/.test(text);
}

/** @param {string} text */
export function isGtin(text) {
  return looksLikeGtin(text) && endsRight(text);
}

/**
 * @param {string} gtin GTIN-8, -12, -13 or -14
 * @returns {string} fourteen digits
 * @throws {CodeError} element_string for other lengths, gtin_check_digit
 */
export function gtin14(gtin) {
  if (!looksLikeGtin(gtin)) throw new CodeError("element_string");
  if (!endsRight(gtin)) throw new CodeError("gtin_check_digit");
  return gtin.padStart(14, "0");
}

/**
 * Whether the last digit is the check digit of those before (§7.9); zeros alone are no number.
 * @param {string} digits
 */
function endsRight(digits) {
  const reversed = [...digits.slice(0, -1)].reverse();
  const sum = reversed.reduce((total, d, i) => total + Number(d) * (i % 2 === 0 ? 3 : 1), 0);
  return !/^0+$/.test(digits) && String((10 - (sum % 10)) % 10) === digits.at(-1);
}

/**
 * Day 00 is the month's last. Always 20YY: the sliding century of §7.12 would need a clock and
 * differs only for expiries before 2000.
 * @param {string} digits YYMMDD
 * @returns {string} YYYY-MM-DD
 * @throws {CodeError} expiry_date
 */
export function expiryDate(digits) {
  if (!/^[0-9]{6}$/.test(digits)) throw new CodeError("expiry_date");
  const [year, month] = [2000 + Number(digits.slice(0, 2)), Number(digits.slice(2, 4))];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const day = Number(digits.slice(4)) || lastDay;
  if (month < 1 || month > 12 || day > lastDay) throw new CodeError("expiry_date");
  return [year, ...[month, day].map((part) => String(part).padStart(2, "0"))].join("-");
}

/**
 * An identifier that the table lacks takes anything.
 * @param {string} name
 * @param {string} value
 * @throws {CodeError} element_value for a wrong form, gtin_check_digit, expiry_date
 */
export function requireValue(name, value) {
  const rule = ruleOf(name);
  const found = rule?.value.exec(value);
  if (!rule) return;
  if (!found) {
    if (rule.dates.length === 1 && rule.dates[0] === 1) expiryDate(value);
    throw new CodeError("element_value");
  }
  for (const group of rule.checked) {
    if (!endsRight(found[group] ?? "")) throw new CodeError("gtin_check_digit");
  }
  for (const group of rule.dates) if (found[group]) expiryDate(found[group] ?? "");
}

/**
 * @param {string} name
 * @param {string} value
 */
export function valueFits(name, value) {
  try {
    requireValue(name, value);
    return true;
  } catch (error) {
    if (error instanceof CodeError) return false;
    throw error;
  }
}
