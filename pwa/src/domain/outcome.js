/** What a handler says of an entry: a status, and a code with its parameters. */

export const GRAVITY = ["applied", "merged", "conflict", "rejected", "parked"];

/**
 * @typedef {object} Outcome
 * @property {string} status
 * @property {string | null} code
 * @property {Record<string, any>} params
 * @property {string | null} case the key of the case that was opened or added to
 */

/**
 * @param {string} [status]
 * @param {string | null} [code]
 * @param {Record<string, any>} [params]
 * @param {string | null} [caseKey]
 * @returns {Outcome}
 */
export function outcome(status = "applied", code = null, params = {}, caseKey = null) {
  return { status, code, params, case: caseKey };
}

/**
 * @param {Outcome[]} outcomes
 * @returns {Outcome} the first of the gravest; applied if there is none
 */
export function gravest(outcomes) {
  const rank = (/** @type {Outcome} */ one) => GRAVITY.indexOf(one.status);
  return outcomes.reduce((worst, one) => (rank(one) > rank(worst) ? one : worst), outcome());
}
