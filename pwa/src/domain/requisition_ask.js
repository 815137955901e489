/** Requisitions raised and changed; each asks for an approval of exactly what it says. */
import { digestOf } from "./approval.js";
import * as body from "./body.js";
import { edit, find, siteOf } from "./key.js";
import { outcome } from "./outcome.js";
import { has, nameOf, personOf } from "./person.js";
import { problem } from "./problem.js";
import { mustBeOfSite } from "./rights.js";
import { happening, plus, remember, since, strip } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */
/** @typedef {{item: string, quantity: string}} Asked */

const LINES_MAX = 30;
const NUMBER_CHARS = 6;
const APPROVERS = ["supervisor", "quality_manager"];
const ORDER = { zh: "生产指令", en: "Order" };
const NEEDED = { zh: "需用日期", en: "Needed on" };
const NOTE = { zh: "说明", en: "Note" };
const TITLE = { zh: "领料申请", en: "Material requisition" };
const LINE = body.group({ item: body.key, quantity: body.positive });
const LINES = body.list(LINE, { min: 1, max: LINES_MAX });
const RAISED = {
  order: body.maybe(body.key),
  needed_on: body.or(body.line, ""),
  note: body.or(body.text, ""),
  lines: LINES,
};
const CHANGED = { lines: LINES, reason: body.someText };

/**
 * Material is asked for; a supervisor is asked to approve.
 * Problems: unknown_document, other_site.
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function raised(entry, draft) {
  const what = body.readBody(entry, RAISED);
  const siteAndId = entry.on.slice(entry.on.indexOf("/") + 1);
  const order = find(draft, what.order, "order");
  if (what.order && !order) throw problem("unknown_document", { key: what.order }, "order");
  mustBeOfSite(entry, what.order, "order");
  const byName = nameOf(entry.actor, draft);
  const requisition = draft.add({
    key: entry.on,
    version: 1,
    number: `R-${siteAndId.slice(-NUMBER_CHARS).toUpperCase()}`,
    order: what.order,
    order_number: order?.number ?? null,
    needed_on: what.needed_on,
    note: what.note,
    lines: linesOf(entry, what.lines, draft),
    state: "waiting",
    approval: `approval/${siteAndId}`,
    raised_by: entry.actor,
    raised_by_name: byName,
    raised_at: entry.at,
    timeline: [happening(entry, byName)],
  });
  draft.add(approvalOf(entry, requisition, byName));
  return outcome();
}

/**
 * @param {Entry} entry
 * @param {Doc} requisition
 * @param {string} byName
 * @returns {Doc}
 */
function approvalOf(entry, requisition, byName) {
  const material = materialOf(requisition);
  const site = siteOf(requisition.key);
  return {
    key: requisition.approval,
    version: 1,
    about: requisition.key,
    subject: "requisition",
    number: requisition.number,
    title: TITLE,
    material,
    digest: digestOf(material),
    asked_by: entry.actor,
    asked_by_name: byName,
    asked_at: entry.at,
    waits_for: APPROVERS.map((role) => `${site}:${role}`),
    state: "waiting",
    decision: null,
    timeline: [happening(entry, byName)],
  };
}

/**
 * Before it is decided, its raiser or a supervisor may change what is asked for.
 * Problems: no_right, already_decided, other_site, stale (changed by others since it was seen).
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function changed(entry, draft) {
  const { lines, reason } = body.readBody(entry, CHANGED);
  const requisition = edit(draft, entry.on, "requisition");
  const approval = edit(draft, requisition.approval, "approval");
  mustBeTheirs(entry, requisition, draft);
  if (requisition.state !== "waiting") throw alreadyDecided(approval);
  const span = { version: requisition.version - 1, base: entry.base };
  const isTheirs = (/** @type {any} */ one) => one.kind === entry.kind && one.by !== entry.actor;
  if (since(requisition.timeline, span).some(isTheirs)) {
    const asked = approval.material;
    const now = asked.map((/** @type {any} */ s) => ({ field: s.field, seen: "", now: s.value }));
    throw problem("stale", { differences: now });
  }
  const byName = nameOf(entry.actor, draft);
  requisition.lines = linesOf(entry, lines, draft);
  approval.material = materialOf(requisition);
  approval.digest = digestOf(approval.material);
  const line = happening(entry, byName, { reason });
  remember(requisition.timeline, line);
  remember(approval.timeline, line);
  return outcome();
}

/**
 * Its raiser's or a supervisor's to change and to end. Problem: no_right.
 * @param {Entry} entry
 * @param {Doc} requisition
 * @param {Draft} draft
 */
export function mustBeTheirs(entry, requisition, draft) {
  const site = siteOf(requisition.key);
  if (entry.actor === requisition.raised_by) return;
  if (has(personOf(entry.actor, draft), site, APPROVERS)) return;
  throw problem("no_right", { kind: entry.kind, site });
}

/**
 * @param {Doc} approval
 * @returns {Error} the Problem that tells who decided what before
 */
export function alreadyDecided(approval) {
  const { number, state } = approval;
  if (state === "withdrawn") return problem("requisition_ended", { number, state });
  const params = { name: approval.decision?.by_name ?? "", decision: approval.state };
  return problem("already_decided", params);
}

/**
 * @param {Entry} entry
 * @param {Asked[]} asked
 * @param {Draft} draft
 * @returns {any[]} an item named twice is asked for once, with the sum
 */
function linesOf(entry, asked, draft) {
  /** @type {Map<string, any>} */
  const lines = new Map();
  for (const [number, { item: key, quantity }] of asked.entries()) {
    const item = find(draft, key, "item");
    if (!item) throw problem("unknown_document", { key }, `lines.${number}.item`);
    mustBeOfSite(entry, key, `lines.${number}.item`);
    const known = lines.get(key);
    if (known) {
      known.quantity = plus(known.quantity, quantity);
      continue;
    }
    const { code: item_code, name: item_name, unit } = item;
    lines.set(key, { item: key, item_code, item_name, unit, quantity, issued: "0", issues: [] });
  }
  return [...lines.values()];
}

/**
 * @param {Doc} requisition
 * @returns {import("./approval.js").Shown[]}
 */
function materialOf(requisition) {
  const shown = [
    { field: "order", label: ORDER, value: requisition.order_number || "—" },
    { field: "needed_on", label: NEEDED, value: requisition.needed_on || "—" },
  ];
  for (const { item_code, item_name, quantity, unit } of requisition.lines) {
    const value = strip(`${quantity} ${unit}`);
    shown.push({ field: item_code, label: item_name, value });
  }
  if (requisition.note) shown.push({ field: "note", label: NOTE, value: requisition.note });
  return shown;
}

/**
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 */
export function askNeeds(entry, get) {
  const { order, lines = [] } = entry.body;
  const items = lines.map((/** @type {Asked} */ one) => one.item);
  return [order, get(entry.on)?.approval, ...items];
}
