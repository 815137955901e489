/**
 * Reading a form: its texts, its files, the body they make and the key it is about.
 *
 * Not here: what becomes of it (forms.js), the names of fields (fields.js).
 */
import { sha256 } from "./digest.js";
import { Problem, problem } from "./domain/problem.js";
import { bodyOf, fieldsOf, jsonOf } from "./fields.js";
import { itemOf, lotOf } from "./lookup.js";

/** @typedef {import("./types").NewBlob} NewBlob */
/** @typedef {import("./view.js").Moment} Moment */
/** @typedef {[string, string][]} Pairs */
/**
 * @typedef {object} Form
 * @property {string} kind
 * @property {Pairs} pairs
 * @property {Map<string, NewBlob[]>} files by field name
 */

const KEY = /^[a-z]+\/[A-Za-z0-9]+:[^\s/\x00-\x1f]+$/;
const KEY_MAX_CHARS = 200;
const BLOB_MAX_BYTES = 10 * 1024 * 1024;

/**
 * @param {FormData} data
 * @returns {[string, string][]}
 */
export function textsOf(data) {
  /** @type {[string, string][]} */
  const pairs = [];
  for (const [name, value] of data) if (typeof value === "string") pairs.push([name, value]);
  return pairs;
}

/**
 * @param {FormData} data
 * @returns {Promise<Map<string, NewBlob[]>>} Problems: blob_too_large, file_unreadable.
 */
export async function filesOf(data) {
  const files = new Map();
  for (const [name, value] of data) {
    if (typeof value === "string" || value.size === 0) continue;
    const field = name.replace(/^body\./, "");
    if (value.size > BLOB_MAX_BYTES) {
      throw problem("blob_too_large", { name: value.name, max_bytes: BLOB_MAX_BYTES }, field);
    }
    const bytes = await value.arrayBuffer().catch(() => {
      throw problem("file_unreadable", { name: value.name }, field);
    });
    const type = (value.type || "application/octet-stream").slice(0, 100);
    const about = { size: value.size, type, name: value.name.slice(0, 200) };
    files.set(name, [...(files.get(name) ?? []), { sha256: await sha256(bytes), ...about, bytes }]);
  }
  return files;
}

/**
 * @param {Moment} moment
 * @param {Form} form
 */
export async function readBody(moment, { pairs, files }) {
  const leaves = [];
  for (const field of fieldsOf(pairs)) {
    const { path } = field;
    if (field.isJson) leaves.push({ path, value: jsonOf(field) });
    else leaves.push({ path, value: await resolved(moment, field) });
  }
  for (const [name, blobs] of files) {
    // A second photo in one field goes with the entry too, as evidence without a place.
    if (name.startsWith("body."))
      leaves.push({ path: name.slice(5).split("."), value: blobs[0]?.sha256 });
  }
  return bodyOf(leaves);
}

/**
 * @param {Moment} moment
 * @param {import("./fields.js").Field} field
 */
async function resolved(moment, { name, as, value }) {
  if (as === "lot") return at(`body.${name}@lot`, lotOf(moment, value));
  if (as === "item") return at(`body.${name}@item`, itemOf(moment, value));
  return value;
}

/**
 * @param {string} field where a Problem is shown
 * @param {Promise<string>} looking
 */
async function at(field, looking) {
  return looking.catch((error) => {
    throw error instanceof Problem ? problem(error.code, error.params, field) : error;
  });
}

/**
 * The document that the entry is about. What is new is named after the entry that begins it, so
 * that a form sent twice begins it once.
 * @param {Moment} moment
 * @param {{pairs: [string, string][], id: string}} what
 * @returns {Promise<string>}
 */
export async function keyOn(moment, { pairs, id }) {
  const scanned = valueOf(pairs, "on@lot").trim();
  const on = scanned ? await at("on@lot", lotOf(moment, scanned)) : filledKey(pairs, id);
  if (on === "") throw problem("form_malformed", { field: "on" }, "on@lot");
  if (!KEY.test(on) || on.length > KEY_MAX_CHARS) {
    const hole = /\{(\w+)\}/.exec(valueOf(pairs, "on"))?.[1];
    if (hole) throw problem("number_malformed", {}, `on.${hole}`);
    throw problem("form_malformed", { field: "on" }, "on");
  }
  return on;
}

/**
 * @param {[string, string][]} pairs
 * @param {string} id
 * @returns {string} `on` with its holes filled: {new}, and {x} from the field on.x
 */
function filledKey(pairs, id) {
  return valueOf(pairs, "on").replaceAll(/\{(\w+)\}/g, (_, name) =>
    name === "new" ? id : valueOf(pairs, `on.${name}`).trim(),
  );
}

/**
 * @param {[string, string][]} pairs
 * @param {string} name
 * @returns {string} the last value of that name, or empty
 */
export function valueOf(pairs, name) {
  return pairs.findLast(([key]) => key === name)?.[1] ?? "";
}
