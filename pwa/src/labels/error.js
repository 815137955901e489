/**
 * The one error of this room; the codes are those of labels/error.py.
 */

/** A label that cannot be made as asked; `about`: the character, field or text it is about. */
export class LabelError extends Error {
  /** @param {string} code @param {string} about @param {string} [field] whose text it is */
  constructor(code, about, field = "") {
    super(`${code}: ${about}`);
    this.code = code;
    this.about = about;
    this.field = field;
  }
}
