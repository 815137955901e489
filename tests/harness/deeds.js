/**
 * Deeds: what somebody is about to record, from what their tablet shows; now and then senseless.
 */

const PLACES = ["RECV", "A-01", "B-02"];
const TECHNICIANS = ["zhou.min", "wu.gang", "wang.fang"]; // the last has no seat there
const HOT = 3;
const DAY_MS = 86_400_000;

/**
 * @typedef {object} Eyes
 * @property {ReturnType<typeof import("./dice.js").diceOf>} dice
 * @property {string} site
 * @property {(type: string) => Promise<any>} some a document of this type, as a page shows it
 * @property {() => File} photo
 */
/**
 * @typedef {object} Wish
 * @property {string} kind
 * @property {string} on with {new} where the entry's id belongs
 * @property {number | null} base
 * @property {Record<string, any>} body
 * @property {Map<string, File>} files by the path in the body where their hash belongs
 */

/** @type {Record<string, (eyes: Eyes) => Promise<Wish | null>>} */
export const DEEDS = {
  issue: (eyes) => onLot(eyes, "material.issued", issued(eyes)),
  bringBack: (eyes) =>
    onLot(eyes, "material.returned", { ...amount(eyes), location: place(eyes), reason: "left" }),
  putAway: (eyes) => onLot(eyes, "material.put_away", { ...amount(eyes), target: place(eyes) }),
  count: (eyes) =>
    onLot(eyes, "stock.counted", { counted: amount(eyes).quantity, location: place(eyes) }),
  hold: (eyes) => onLot(eyes, "lot.held", { reason: "a crack" }),
  release: (eyes) => onLot(eyes, "lot.released", { reason: "needed", emergency: "true" }),
  printLabels,
  endLabel,
  receive,
  createLot,
  note,
  record,
  amend,
  askFor,
  askOtherwise,
  cancel,
  decide,
  endRequest,
  resolve,
  nonsense,
};

function wish(kind, doc, body, files = new Map()) {
  return { kind, on: doc.key, base: doc.version || null, body, files };
}

function anew(kind, on, body) {
  return { kind, on, base: null, body, files: new Map() };
}

async function onLot(eyes, kind, body) {
  const lot = await eyes.some("lot");
  return lot && wish(kind, lot, body);
}

const amount = ({ dice }) => ({ quantity: dice.pick(["1", "2.5", "3", "10", "40"]) });
const place = ({ dice }) => dice.pick(PLACES);

function issued(eyes) {
  const where = eyes.dice.chance(0.4) ? { location: place(eyes) } : {};
  return { ...amount(eyes), ...where };
}

async function receive(eyes) {
  const item = await eyes.some("item");
  if (!item) return null;
  const on = item.key.replace("item/", "lot/");
  const body = { item: item.key, ...amount(eyes), location: place(eyes) };
  return anew("lot.received", `${on}:N${eyes.dice.below(6)}`, body);
}

async function createLot(eyes) {
  const item = await eyes.some("item");
  if (!item) return null;
  const on = item.key.replace("item/", "lot/");
  return anew("lot.created", `${on}:C${eyes.dice.below(4)}`, { item: item.key, quantity: "20" });
}

async function note(eyes) {
  const doc = await eyes.some(eyes.dice.pick(["lot", "job", "visit", "requisition"]));
  if (!doc) return null;
  const files = eyes.dice.chance(0.3) ? new Map([["", eyes.photo()]]) : new Map();
  return wish("note.added", doc, { text: `看过 ✓ ${eyes.dice.below(1000)}` }, files);
}

async function record(eyes) {
  const run = await eyes.some(eyes.site === "HD" ? "visit" : "job");
  if (!run) return null;
  const usual = run.steps.find((step) => step.key === run.next);
  const step = usual && eyes.dice.chance(0.8) ? usual : eyes.dice.pick(run.steps);
  const files = new Map();
  const answers = {};
  for (const field of step.fields) {
    if (!field.required && eyes.dice.chance(0.6)) continue;
    if (field.type === "photo" || field.type === "signature") {
      files.set(`answers.${field.key}`, eyes.photo());
    } else if (field.type !== "parts") {
      answers[field.key] = answerOf(eyes, field);
    }
  }
  const kind = run.key.startsWith("visit/") ? "visit.step_recorded" : "step.recorded";
  const verdict = step.verdict ? { verdict: eyes.dice.pick(["pass", "pass", "hold", "fail"]) } : {};
  return wish(kind, run, { step: step.key, answers, ...verdict }, files);
}

function answerOf(eyes, { type, lower, upper, nominal, choices }) {
  const { dice } = eyes;
  if (type === "number") {
    if (dice.chance(0.1)) return "-999";
    return nominal ?? lower ?? upper ?? "1";
  }
  if (type === "quantity") return dice.pick(["1", "5"]);
  if (type === "choice") return dice.pick(choices).key;
  if (type === "date") return new Date(DAY_MS * dice.below(20000)).toISOString().slice(0, 10);
  if (type === "location") return place(eyes);
  return "seen";
}

async function printLabels(eyes) {
  const lot = await eyes.some("lot");
  if (!lot) return null;
  const on = lot.key.replace("lot/", "label/");
  const why = eyes.dice.chance(0.6) ? { reason: "torn", replaces: "true" } : {};
  if (eyes.dice.chance(0.3)) {
    const code = place(eyes);
    const things = [{ thing: `location/${eyes.site}:${code}` }];
    const facts = { limit: eyes.dice.pick(["100 kg", "200 kg"]) };
    const labels = `label/${eyes.site}:~location:${code}`;
    return anew("label.printed", labels, { things, layout: "location", facts, ...why });
  }
  const layout = eyes.dice.pick(["lot", "status"]);
  return anew("label.printed", on, { things: [{ thing: lot.key }], layout, ...why });
}

async function endLabel(eyes) {
  const labels = await eyes.some("label");
  if (!labels) return null;
  const body = { print: eyes.dice.pick(labels.prints).code, reason: "wet" };
  return wish(eyes.dice.pick(["label.voided", "label.explained"]), labels, body);
}

async function amend(eyes) {
  const visit = await eyes.some("visit");
  if (!visit) return null;
  const field = eyes.dice.pick(["problem", "phone", "contact", "technician"]);
  const now = visit[field] ?? visit.customer[field];
  const isGiven = field === "technician";
  const wanted = isGiven ? eyes.dice.pick(TECHNICIANS) : `changed ${eyes.dice.below(9)}`;
  const set = { [field]: wanted };
  return wish("visit.amended", visit, { seen: { [field]: now || "-" }, set });
}

async function askFor(eyes) {
  const item = await eyes.some("item");
  const lines = [{ item: item?.key ?? "item/SZ:none", ...amount(eyes) }];
  return anew("requisition.raised", `requisition/${eyes.site}:{new}`, { lines });
}

async function askOtherwise(eyes) {
  const requisition = await eyes.some("requisition");
  const item = await eyes.some("item");
  if (!requisition || !item) return null;
  const body = { lines: [{ item: item.key, ...amount(eyes) }], reason: "more pieces" };
  return wish("requisition.changed", requisition, body);
}

async function endRequest(eyes) {
  const requisition = await eyes.some("requisition");
  return requisition && wish("requisition.closed", requisition, { reason: "not needed" });
}

async function cancel(eyes) {
  const visit = await eyes.some("visit");
  return visit && wish("visit.cancelled", visit, { reason: "the customer called" });
}

async function decide(eyes) {
  const approval = await eyes.some("approval");
  if (!approval) return null;
  const decision = eyes.dice.pick(["approved", "approved", "rejected"]);
  const { material: shown, digest } = approval;
  return wish("approval.decided", approval, { decision, shown, digest });
}

async function resolve(eyes) {
  const found = await eyes.some("case");
  if (!found) return null;
  const body = { note: "counted", counted: eyes.dice.pick(["5", "12"]), verdict: "pass" };
  return wish("case.resolved", found, { ...body, decision: "noted" });
}

/** What no page would send. */
async function nonsense(eyes) {
  const lot = await eyes.some("lot");
  const [kind, body] = eyes.dice.pick([
    ["lot.teleported", {}],
    ["lot.held", { reason: ["a", { b: null }] }],
    ["material.issued", { quantity: "1e999999" }],
    ["note.added", { text: "x".repeat(3000) }],
  ]);
  return lot && wish(kind, { ...lot, key: `lot/${eyes.site}:M-1001:POISON` }, body);
}

/**
 * @param {Eyes["dice"]} dice
 * @param {string[]} keys
 * @returns {string | undefined} often one of the last few, so that people meet there
 */
export function choose(dice, keys) {
  if (keys.length === 0) return undefined;
  return dice.pick(dice.chance(0.5) ? keys.slice(-HOT) : keys);
}
