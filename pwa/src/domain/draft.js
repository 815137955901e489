/**
 * Draft: the documents that one handler may read and change; nothing lasts until it is taken.
 * The twin of `Draft` in `sync/reconcile.py`; the twins of the handlers work on it.
 */
import { problem } from "./problem.js";

export { problem };

/** @typedef {import("../types").Doc} Doc */

export class Draft {
  /** @param {(key: string) => Doc | null | undefined} read the documents as they were */
  constructor(read) {
    this.read = read;
    /** @type {Map<string, Doc>} */
    this.changed = new Map();
  }

  /**
   * @param {string | null | undefined} key
   * @returns {Doc | null} not to be changed: `edit` gives the copy for that
   */
  get(key) {
    if (!key) return null;
    return this.changed.get(key) ?? this.read(key) ?? null;
  }

  /**
   * @param {string} key
   * @returns {Doc} a copy one version up, the same one every time. Problem: unknown_document.
   */
  edit(key) {
    const already = this.changed.get(key);
    if (already) return already;
    const found = this.read(key);
    if (!found) throw problem("unknown_document", { key });
    const copy = structuredClone(found);
    copy.version += 1;
    this.changed.set(key, copy);
    return copy;
  }

  /**
   * @param {Doc} document
   * @returns {Doc} the same at version 1. Problem: already_exists.
   */
  add(document) {
    const { key } = document;
    if (this.changed.has(key) || this.read(key)) throw problem("already_exists", { key });
    document.version = 1;
    this.changed.set(key, document);
    return document;
  }
}
