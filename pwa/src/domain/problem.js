/**
 * Problem: what a person can be told by a stable code; the texts are in the shared bundle.
 * The twin of `sync/problem.py`.
 */

export class Problem extends Error {
  /**
   * @param {string} code
   * @param {Record<string, any>} [params]
   * @param {string} [field] dotted path into the body, of the form field that caused it
   */
  constructor(code, params = {}, field = "") {
    super(code);
    this.name = "Problem";
    this.code = code;
    this.params = params;
    this.field = field;
  }
}

/**
 * @param {string} code
 * @param {Record<string, any>} [params]
 * @param {string} [field]
 * @returns {Problem} to be thrown
 */
export function problem(code, params = {}, field = "") {
  return new Problem(code, params, field);
}
