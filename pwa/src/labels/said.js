/** What a label's own number says today; the twin of `label_said` in server/pages. */

/** @typedef {import("../types").Doc} Doc */

/** In place of a number: a code of ours that has no room for one. */
export const UNNUMBERED = "-";

/**
 * @param {Doc[]} registers the labels of the thing, of a person perhaps of several sites
 * @param {string} number K7Q2M4XW-2
 * @returns {Record<string, any> | null} null without a number. `state`: good, voided, superseded,
 *   cancelled, old (its print is not in the list any more), unknown, unnumbered (the code can't
 *   tell which; `ended` are those that are void)
 */
export function labelSaid(registers, number) {
  if (!number) return null;
  if (number === UNNUMBERED) return unnumbered(registers);
  const dash = number.indexOf("-");
  const code = dash < 0 ? number : number.slice(0, dash);
  const place = dash < 0 ? "" : number.slice(dash + 1);
  const prints = registers.flatMap((labels) => labels["prints"]);
  const one = prints.find((p) => p.code === code) ?? null;
  const at = /^[0-9]+$/.test(place) ? Number(place) : 0;
  const nothing = { number, void: null, print: null, ended: [] };
  if (!one || at < 1 || at > one.count) {
    const isOld = !one && registers.some((labels) => labels["left"] > 0);
    return { ...nothing, state: isOld ? "old" : "unknown" };
  }
  const ended = endOf(one, at);
  const given = one.state === "cancelled" ? "cancelled" : "good";
  const state = ended ? (ended.by_print ? "superseded" : "voided") : given;
  return { ...nothing, state, void: ended, print: one };
}

/** @param {Doc[]} registers for who has a label without a number in the hand */
function unnumbered(registers) {
  const ended = registers.flatMap((labels) => labels["prints"].flatMap(endedOf));
  if (ended.length === 0) return null;
  return { number: "", state: "unnumbered", void: null, print: null, ended };
}

/** @param {Record<string, any>} print @returns {string[]} its code if all is void, else which */
function endedOf({ code, voids }) {
  if (voids.some((/** @type {any} */ one) => one.labels.length === 0)) return [code];
  /** @type {Set<number>} */
  const each = new Set(voids.flatMap((/** @type {any} */ one) => one.labels));
  return [...each].sort((a, b) => a - b).map((at) => `${code}-${at}`);
}

/** @param {Record<string, any>} print @param {number} at */
function endOf(print, at) {
  const isOver = (/** @type {any} */ one) => one.labels.length === 0 || one.labels.includes(at);
  return print["voids"].find(isOver) ?? null;
}

/**
 * @param {Record<string, any>} print
 * @returns {{number: string, serial: string, void: boolean}[]} its labels
 */
export function numbered(print) {
  const { code, count, copies, serials } = print;
  return Array.from({ length: count }, (_, i) => ({
    number: `${code}-${i + 1}`,
    serial: serials[Math.floor(i / copies)] ?? "",
    void: endOf(print, i + 1) !== null,
  }));
}
