/**
 * The one error of this room; the codes are those of labels/error.py.
 */

/** A label that cannot be made as asked; `about`: the character, field or text it is about. */
export class LabelError extends Error {
  /** The field whose text cannot be drawn, and its names by language; empty where it is none's. */
  field = "";
  /** @type {{zh: string, en: string}} */
  heading = { zh: "", en: "" };

  /** @param {string} code @param {string} about */
  constructor(code, about) {
    super(`${code}: ${about}`);
    this.code = code;
    this.about = about;
  }

  /**
   * @param {string} field
   * @param {import("./layout.js").Layout} layout
   * @returns {this} which says whose text it is, if nobody has said so yet
   */
  of(field, { fields }) {
    const rule = fields[this.field || field];
    if (rule) [this.field, this.heading] = [this.field || field, { zh: rule.zh, en: rule.en }];
    return this;
  }
}
