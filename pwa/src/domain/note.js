/** Notes: anybody may add a line to the timeline of what they can see; twin of `note.py`. */
import * as body from "./body.js";
import { outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";
import { happening, remember } from "./values.js";

/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

/**
 * The note stands in the timeline for good. Problem: no_timeline.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function added(entry, draft) {
  const { text } = body.readBody(entry, { text: body.someText });
  const document = draft.edit(entry.on);
  if (!document.timeline) throw problem("no_timeline", { key: entry.on });
  remember(document.timeline, happening(entry, nameOf(entry.actor, draft), { text }));
  return outcome();
}
