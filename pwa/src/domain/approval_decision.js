/** Approvals decided: bound to what was shown, never by the one who asked (四眼原则). */
import { differences, digestOf } from "./approval.js";
import * as body from "./body.js";
import { edit, siteOf } from "./key.js";
import { outcome } from "./outcome.js";
import { nameOf, personOf } from "./person.js";
import { problem } from "./problem.js";
import { alreadyDecided } from "./requisition_ask.js";
import { SIGNABLE } from "./signature.js";
import { happening, remember, signedBy } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {import("../types").DraftLike} Draft */

const ASKING = ["requisition.raised", "requisition.changed"];
const NAME = body.group({ zh: body.line, en: body.line });
const SHOWN = body.group({ field: body.line, label: body.maybe(NAME), value: body.text });
const DECIDED = {
  decision: body.oneOf(["approved", "rejected"]),
  comment: body.or(body.text, ""),
  shown: body.list(SHOWN, { min: 1 }),
  digest: body.string({ pattern: /^[0-9a-f]{64}$/ }),
  ...SIGNABLE,
};

/**
 * A decision stands if what was shown is still what is asked.
 * Problems: own_request, no_right, already_decided, digest_wrong, stale (with differences).
 * @param {Entry} entry
 * @param {Draft} draft
 */
export function decided(entry, draft) {
  const { decision, comment, shown, digest } = body.readBody(entry, DECIDED);
  const approval = edit(draft, entry.on, "approval");
  const requisition = edit(draft, approval.about, "requisition");
  mayDecide(entry, approval, draft);
  if (approval.state !== "waiting") throw alreadyDecided(approval);
  if (digestOf(shown) !== digest) throw problem("digest_wrong", { number: approval.number });
  if (digest !== approval.digest) {
    throw problem("stale", { differences: differences(shown, approval.material) });
  }
  const byName = nameOf(entry.actor, draft);
  requisition.state = decision;
  approval.state = decision;
  approval.waits_for = [];
  const { id, actor, at } = entry;
  const told = { entry: id, decision, by: actor, by_name: byName, at, comment };
  approval.decision = { ...told, ...signedBy(entry) };
  const line = happening(entry, byName, { decision, comment });
  remember(approval.timeline, line);
  remember(requisition.timeline, line);
  return outcome();
}

/**
 * Whoever changed what is asked is one of those who ask.
 * @param {Entry} entry
 * @param {Doc} approval
 * @param {Draft} draft
 */
function mayDecide(entry, approval, draft) {
  const asking = approval.timeline.filter((/** @type {any} */ one) => ASKING.includes(one.kind));
  const asked = [approval.asked_by, ...asking.map((/** @type {any} */ one) => one.by)];
  if (asked.includes(entry.actor)) throw problem("own_request", { number: approval.number });
  const site = siteOf(approval.key);
  const person = personOf(entry.actor, draft);
  /** @type {string[]} */
  const roles = (person?.active && person.roles[site]) || [];
  const mine = roles.some((role) => approval.waits_for.includes(`${site}:${role}`));
  if (approval.state === "waiting" && !mine) {
    throw problem("no_right", { kind: entry.kind, site });
  }
}

/**
 * @param {Entry} entry
 * @param {(key: string) => Doc | null | undefined} get
 */
export function decisionNeeds(entry, get) {
  return [get(entry.on)?.about];
}
