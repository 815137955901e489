/**
 * What stands in the fields of a thing's label; the twin of server/pages/label_fields.py. What a
 * label's own number says is beside it in said.js.
 */
import { fullest } from "../domain/lot.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {Record<string, string>[]} Rows */
/** @typedef {Record<string, string | Rows>} Fields */
/**
 * @typedef {object} Told what one label says beside what it is of
 * @property {Record<string, string>} facts that a person wrote
 * @property {string} site that prints it
 * @property {string} [number] the label's own
 * @property {string} [serial] of a unit, of which the quantity is one
 */

const SAME = [
  ...["item_code", "unit", "status", "gtin", "received_on", "produced_on", "expires_on"],
  ...["supplier", "supplier_lot"],
];
/** Cards and badges are read by people of both languages, so both stand on them. */
/** @type {Record<string, string>} */
const CLASSES = { general: "一般 General", key: "关键 Key", special: "特殊 Special" };
/** @type {Record<string, [string, string]>} */
const ROLES = {
  operator: ["操作者", "Operator"],
  inspector: ["检验员", "Inspector"],
  storekeeper: ["仓管员", "Storekeeper"],
  technician: ["服务人员", "Technician"],
  supervisor: ["主管", "Supervisor"],
  quality_manager: ["品管经理", "Quality manager"],
  planner: ["计划员", "Planner"],
  admin: ["管理员", "Administrator"],
};

/**
 * @param {string} thing its key
 * @param {Doc | null} doc its document, if there is one
 * @param {Told} told
 * @returns {Fields} every field that a layout of it may have, empty where nobody says
 */
export function labelFields(thing, doc, { facts, site, number = "", serial = "" }) {
  const kind = thing.slice(0, thing.indexOf("/"));
  const name = thing.slice(thing.indexOf("/") + 1);
  const code = name.includes(":") ? name.slice(name.indexOf(":") + 1) : "";
  const told = { ...facts, print: number };
  if (kind === "lot" && doc) return { ...told, ...ofLot(doc, serial) };
  if (kind === "job" && doc) return { ...told, ...ofJob(doc) };
  if (kind === "person" && doc) return { site, ...told, ...ofPerson(doc, site) };
  return { ...told, [`${kind}_id`]: name, code, location: code };
}

/** @param {Doc} lot @param {string} serial @returns {Fields} */
function ofLot(lot, serial) {
  const isDecided = lot["status"] !== "to_inspect";
  return {
    ...Object.fromEntries(SAME.map((name) => [name, lot[name] ?? ""])),
    lot_id: lot.key.slice(lot.key.indexOf("/") + 1),
    lot_code: lot["code"],
    item_name_zh: lot["item_name"].zh,
    item_name_en: lot["item_name"].en,
    quantity: serial ? "1" : lot["quantity"],
    location: fullest(lot),
    order: (lot["order"] ?? "").split(":").slice(1).join(":"),
    reason: both(lot["status_reason"]),
    inspector: isDecided ? lot["status_by_name"] : "",
    decided_on: isDecided ? lot["status_at"].slice(0, 10) : "",
    serial,
  };
}

/** @param {Doc} job @returns {Fields} */
function ofJob(job) {
  const { number, lot_code, item_code, item_name, quantity, unit, procedure } = job;
  /** @type {Rows} */
  const steps = job["steps"].flatMap((/** @type {any} */ step, /** @type {number} */ at) =>
    rowsOf(at + 1, step),
  );
  return {
    ...{ number, lot_code, item_code, quantity, unit, steps },
    job_id: job.key.slice(job.key.indexOf("/") + 1),
    item_name_zh: item_name.zh,
    item_name_en: item_name.en,
    order: job["order_number"] || "",
    procedure: `${procedure.code} / ${procedure.revision}`,
    due_on: job["due_on"] || "",
  };
}

/**
 * A step, and below it a line for each number that it measures, to be written in by hand.
 * @param {number} place
 * @param {Doc} step
 * @returns {Rows}
 */
function rowsOf(place, step) {
  const { title, step_class, fields } = step;
  const first = { step: String(10 * place), name: both(title), limits: "" };
  const measured = fields.filter((/** @type {any} */ one) => one.type === "number");
  return [
    { ...first, class: CLASSES[step_class] ?? "" },
    ...measured.map((/** @type {any} */ one) => ({
      ...{ step: "", name: both(one.label), class: "", limits: limitsOf(one) },
    })),
  ];
}

/** @param {Record<string, any>} field */
function limitsOf({ lower, upper, unit }) {
  const one = lower !== null ? `≥ ${lower}` : upper !== null ? `≤ ${upper}` : "";
  const span = lower !== null && upper !== null ? `${lower} – ${upper}` : one;
  return `${span} ${unit}`.trim();
}

/** @param {Doc} person @param {string} site @returns {Fields} */
function ofPerson({ login, name, roles: seats }, site) {
  const held = /** @type {string[]} */ (seats[site] ?? []);
  const roles = held.map((role) => ROLES[role] ?? [role, role]);
  return {
    person_id: login,
    name,
    role_zh: roles.map(([zh]) => zh).join("、"),
    role_en: roles.map(([, en]) => en).join(", "),
  };
}

/** @param {string | {zh: string, en: string}} reason */
function both(reason) {
  return typeof reason === "string" ? reason : [reason.zh, reason.en].filter(Boolean).join(" ");
}
