/**
 * The entry kinds whose effect the device foresees: kind → handler and the documents it needs.
 * A kind that is not here waits without changing what is shown.
 */
import { decided, decisionNeeds } from "./approval_decision.js";
import { resolutionNeeds, resolved } from "./case_resolution.js";
import { corrected } from "./correction.js";
import * as job from "./job_step.js";
import { printed, printNeeds } from "./label_print.js";
import { cancelled, requeued } from "./label_queue.js";
import { explained, voided } from "./label_void.js";
import * as birth from "./lot_birth.js";
import * as status from "./lot_status.js";
import * as movement from "./movement.js";
import * as note from "./note.js";
import * as order from "./order.js";
import { personKey } from "./person.js";
import * as requisition from "./requisition_ask.js";
import { closed, closeNeeds } from "./requisition_close.js";
import { signed, signerKey } from "./signature.js";
import { SIGNINGS } from "./signings.js";
import { counted, countNeeds } from "./stocktaking.js";
import * as plan from "./visit_plan.js";
import * as visit from "./visit_step.js";

/** @typedef {import("../types").Twin} Twin */
/** @typedef {NonNullable<Twin["needs"]>} Needs */

/** @type {Needs} */
const itemNamed = (entry) => [entry.body.item];

/** @type {Needs} */
const jobNamed = ({ body }) => [body.procedure, body.lot, body.order];

/** @type {Needs} */
const visitNamed = ({ body }) => [body.procedure, personKey(body.technician)];

/** @type {Record<string, Twin>} */
export const KINDS = withSignatures({
  "approval.decided": twin(decided, decisionNeeds),
  "case.resolved": twin(resolved, resolutionNeeds),
  "job.started": twin(job.started, jobNamed),
  "label.cancelled": twin(cancelled),
  "label.explained": twin(explained),
  "label.printed": twin(printed, printNeeds),
  "label.requeued": twin(requeued),
  "label.voided": twin(voided),
  "lot.created": twin(birth.created, itemNamed),
  "lot.held": twin(status.held),
  "lot.received": twin(birth.received, itemNamed),
  "lot.released": twin(status.released),
  "lot.scrapped": twin(status.scrapped, status.scrapNeeds),
  "material.issued": twin(movement.issued, movement.lotNeeds),
  "material.put_away": twin(movement.putAway, movement.lotNeeds),
  "material.returned": twin(movement.returned, movement.lotNeeds),
  "note.added": twin(note.added),
  "order.released": twin(order.released, itemNamed),
  "record.corrected": twin(corrected, job.jobNeeds),
  "requisition.changed": twin(requisition.changed, requisition.askNeeds),
  "requisition.closed": twin(closed, closeNeeds),
  "requisition.raised": twin(requisition.raised, requisition.askNeeds),
  "step.recorded": twin(job.recorded, job.jobNeeds),
  "stock.counted": twin(counted, countNeeds),
  "visit.amended": twin(plan.amended, plan.planNeeds),
  "visit.cancelled": twin(plan.cancelled),
  "visit.opened": twin(visit.opened, visitNamed),
  "visit.step_recorded": twin(visit.recorded, visit.visitNeeds),
});

/**
 * Every handler needs the person who did it, for the name and the roles.
 * @param {Twin["handler"]} handler
 * @param {Needs} [needs]
 * @returns {Twin}
 */
function twin(handler, needs = () => []) {
  return {
    handler,
    needs: (entry, get) => [personKey(entry.actor), ...needs(entry, get)],
  };
}

/**
 * Those of them that a person may have to sign.
 * @param {Record<string, Twin>} twins
 * @returns {Record<string, Twin>}
 */
function withSignatures(twins) {
  const all = Object.entries(twins).map(([kind, { handler, needs }]) => {
    const signing = SIGNINGS[kind];
    if (!signing) return [kind, { handler, needs }];
    /** @type {Needs} */
    const more = (entry, get) => [signerOf(entry), ...(needs?.(entry, get) ?? [])];
    return [kind, { handler: signed(handler, signing), needs: more }];
  });
  return Object.fromEntries(all);
}

/** @param {import("../types").Entry} entry */
function signerOf({ body }) {
  const signer = body["signature"]?.signer;
  return typeof signer === "string" ? signerKey(signer) : null;
}
