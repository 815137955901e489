/** Orders handed to the floor: what to make, how much, by when. */
import * as body from "./body.js";
import { find } from "./key.js";
import { outcome } from "./outcome.js";
import { nameOf } from "./person.js";
import { problem } from "./problem.js";
import { mustBeOfSite } from "./rights.js";
import { happening } from "./values.js";

const RELEASED = {
  item: body.key,
  quantity: body.positive,
  stage: body.or(body.oneOf(["prototype", "qualification", "production"]), "production"),
  due_on: body.line,
  work: body.or(body.text, ""),
  customer: body.or(body.line, ""),
};

/**
 * The planner hands an order to the floor. Problems: unknown_document, other_site.
 * @param {import("../types").Entry} entry
 * @param {import("../types").DraftLike} draft
 */
export function released(entry, draft) {
  const what = body.readBody(entry, RELEASED);
  const item = find(draft, what.item, "item");
  if (!item) throw problem("unknown_document", { key: what.item }, "item");
  mustBeOfSite(entry, item.key, "item");
  draft.add({
    key: entry.on,
    version: 1,
    number: entry.on.slice(entry.on.indexOf(":") + 1),
    item: item.key,
    item_code: item.code,
    item_name: item.name,
    unit: item.unit,
    quantity: what.quantity,
    stage: what.stage,
    due_on: what.due_on,
    work: what.work,
    customer: what.customer,
    state: "open",
    timeline: [happening(entry, nameOf(entry.actor, draft))],
  });
  return outcome();
}
