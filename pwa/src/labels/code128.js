/**
 * Code 128 and GS1-128 as modules (ISO/IEC 15417). The way between the code sets is that of
 * python-barcode, so that a label from the device has the same bars as one from the server.
 */
import { FNC1 } from "../scan/gs1.js";
import { LabelError } from "./error.js";

/** Widths of bars and spaces in modules, by code word (table 1). */
const WIDTHS = (
  "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 " +
  "122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 " +
  "321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 " +
  "211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 " +
  "213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 " +
  "121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 " +
  "241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 " +
  "412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 " +
  "211214 211232"
).split(" ");
const STOP = "2331112";
const [TO_C, TO_B, FUNCTION_1, START_B, START_C] = [99, 100, 102, 104, 105];
const CHECK = 103;
/** So many digits in a row are worth the way to set C. */
const DIGITS_FOR_C = 4;

/**
 * @param {string} text printable ASCII; of GS1-128 the element string
 * @param {boolean} isGs1
 * @returns {string} modules, "1" dark
 * @throws {LabelError} code_character
 */
export function bars(text, isGs1) {
  for (const character of text) {
    const isKnown = (character >= " " && character <= "~") || (isGs1 && character === FNC1);
    if (!isKnown) throw new LabelError("code_character", character);
  }
  const words = wordsOf(isGs1 ? FNC1 + text : text);
  const sum = words.reduce((total, word, place) => total + word * Math.max(1, place), 0);
  return modulesOf([...words.map((word) => WIDTHS[word] ?? ""), WIDTHS[sum % CHECK] ?? "", STOP]);
}

/** @param {string} text @returns {number[]} from the start word on, without check word */
function wordsOf(text) {
  const words = [START_C];
  let isC = true;
  let half = "";
  for (const [place, character] of [...text].entries()) {
    const isDigit = character >= "0" && character <= "9";
    if (isC && !isDigit && (character !== FNC1 || half !== "")) {
      words.push(TO_B, ...(half === "" ? [] : [inB(half)]));
      [isC, half] = [false, ""];
    } else if (!isC && digitsAt(text, place) >= DIGITS_FOR_C) {
      words.push(TO_C);
      isC = true;
    }
    if (!isC || !isDigit) words.push(inB(character));
    else if (half === "") half = character;
    else {
      words.push(Number(half + character));
      half = "";
    }
  }
  if (half !== "") words.push(TO_B, inB(half));
  return words[1] === TO_B ? [START_B, ...words.slice(2)] : words;
}

/** @param {string} text @param {number} place */
function digitsAt(text, place) {
  return /^[0-9]*/.exec(text.slice(place, place + 10))?.[0].length ?? 0;
}

/** FNC1 is the same word in all sets. @param {string} character */
function inB(character) {
  return character === FNC1 ? FUNCTION_1 : character.charCodeAt(0) - 32;
}

/** @param {string[]} widths */
function modulesOf(widths) {
  return [...widths.join("")].map((n, place) => (place % 2 ? "0" : "1").repeat(Number(n))).join("");
}
