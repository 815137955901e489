/**
 * The entry kinds whose effect the device foresees: kind → handler and the documents it needs.
 * A kind that is not here waits without changing what is shown.
 */

/** @type {Record<string, import("../types").Twin>} */
export const KINDS = {};
