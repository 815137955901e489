/** Requisitions for which nothing more is to be issued; twin of `requisition_close.py`. */
import * as body from "./body.js";
import { edit } from "./key.js";
import { outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";
import { mustBeTheirs } from "./requisition_ask.js";
import { happening, remember } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

/** @type {Record<string, string>} */
const ENDS = { waiting: "withdrawn", rejected: "withdrawn", approved: "closed" };
const CLOSED = { reason: body.or(body.text, "") };

/**
 * Its raiser or a supervisor ends it; nobody need decide any more, what was issued stays.
 * Problems: no_right, requisition_ended, reason_missing.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function closed(entry, draft) {
  const { reason } = body.readBody(entry, CLOSED);
  const requisition = edit(draft, entry.on, "requisition");
  const { number, state } = requisition;
  mustBeTheirs(entry, requisition, draft);
  const end = ENDS[state];
  if (!end) throw problem("requisition_ended", { number, state });
  if (!reason && state !== "rejected") throw problem("reason_missing", {}, "reason");
  const line = happening(entry, nameOf(entry.actor, draft), { reason });
  const approval = edit(draft, requisition.approval, "approval");
  if (approval.state === "waiting") {
    Object.assign(approval, { state: "withdrawn", waits_for: [] });
    remember(approval.timeline, line);
  }
  requisition.state = end;
  remember(requisition.timeline, line);
  return outcome();
}

/**
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 */
export function closeNeeds(entry, get) {
  return [get(entry.on)?.["approval"]];
}
