/** Records: the answers of a step held against its limits; twin of `make_record` in `step.py`. */
import Big from "big.js";
import { fits } from "./body.js";
import { problem } from "./problem.js";
import { worse } from "./step.js";
import { canonical, LINE_MAX_CHARS, signedBy } from "./values.js";

/** @typedef {import("../types").Doc} Doc */
/** @typedef {import("../types").Entry} Entry */
/** @typedef {Record<string, any>} Step */
/** @typedef {Record<string, any>} Record_ */

const NUMBER_PATTERN = /^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)$/;

/**
 * The record of these answers, with measurements judged and the verdict that follows.
 * Problems, with the field: unknown_field, answer_missing, note_missing, not_a_number,
 * not_positive, not_a_choice, text_too_long, evidence_missing.
 * @param {Entry} entry
 * @param {Doc} run
 * @param {Step} step
 * @param {any} recorded the body
 * @param {{byName: string, parts?: any[], corrects?: Record_}} how
 * @returns {Record_}
 */
export function makeRecord(entry, run, step, recorded, { byName, parts = [], corrects }) {
  const { given, open } = answers(step, recorded);
  const of = (/** @type {string[]} */ types) => given.filter(([f]) => types.includes(f.type));
  const measurements = of(["number", "quantity"]).map(([field, answer]) => measure(field, answer));
  const choicesOk = of(["choice"]).map(([field, answer]) => choiceIsOk(field, answer));
  const known = [...entry.blobs, ...(corrects?.evidence ?? [])];
  const evidence = of(["photo", "signature"]).map(([f, answer]) => evidenceOf(f, answer, known));
  const isOk = choicesOk.every(Boolean) && measurements.every((one) => one.ok);
  const verdict = worse(recorded.verdict ?? "pass", isOk ? "pass" : "fail");
  if (open.length > 0) mustBeExcused(open[0], verdict, recorded.note);
  return {
    entry: entry.id,
    by: entry.actor,
    by_name: byName,
    at: entry.at,
    device: entry.device,
    at_version: run.version,
    answers: recorded.answers,
    measurements,
    parts: [...parts],
    evidence,
    verdict,
    asked_verdict: recorded.verdict,
    note: recorded.note,
    corrects: corrects?.entry ?? null,
    corrected: null,
    ...signedBy(entry),
  };
}

/**
 * @param {Step} step
 * @param {any} recorded
 * @returns {{given: [any, string][], open: any[]}} each answered field with its answer, and those
 * that may be open if the step does not pass
 */
function answers(step, recorded) {
  const known = step.fields.map((/** @type {any} */ field) => field.key);
  for (const key of Object.keys(recorded.answers)) {
    if (!known.includes(key)) throw problem("unknown_field", { field: key }, `answers.${key}`);
  }
  /** @type {[any, string][]} */
  const given = [];
  const open = [];
  for (const field of step.fields) {
    const answer = recorded.answers[field.key] ?? "";
    if (answer) given.push([field, answer]);
    else if (field.required === "on_pass") open.push(field);
    else if (field.required && field.type !== "parts") throw wrong("answer_missing", field);
    if (field.type === "location" && [...answer].length > LINE_MAX_CHARS) {
      throw problem("text_too_long", { max_chars: LINE_MAX_CHARS }, `answers.${field.key}`);
    }
  }
  return { given, open };
}

/**
 * @param {any} field
 * @param {string} verdict
 * @param {string} note
 */
function mustBeExcused(field, verdict, note) {
  if (verdict === "pass") throw wrong("answer_missing", field);
  if (!note) throw problem("note_missing", { label: field.label }, "note");
}

/**
 * @param {any} field
 * @param {string} answer
 */
function measure(field, answer) {
  const isNumber = NUMBER_PATTERN.test(answer) && fits(answer);
  if (!isNumber) throw wrong("not_a_number", field);
  const { key, label, unit, lower, upper } = field;
  const value = new Big(answer);
  if (field.type === "quantity" && value.lte(0)) throw wrong("not_positive", field);
  const ok = (lower === null || value.gte(lower)) && (upper === null || value.lte(upper));
  return { key, label, unit, value: canonical(value), lower, upper, ok };
}

/**
 * @param {any} field
 * @param {string} answer
 * @returns {boolean}
 */
function choiceIsOk(field, answer) {
  const choice = field.choices.find((/** @type {any} */ one) => one.key === answer);
  if (!choice) throw wrong("not_a_choice", field);
  return choice.ok;
}

/**
 * @param {any} field
 * @param {string} answer
 * @param {{sha256: string, type: string}[]} known
 */
function evidenceOf(field, answer, known) {
  const blob = known.find((one) => one.sha256 === answer);
  if (!blob) throw wrong("evidence_missing", field);
  return { field: field.key, sha256: answer, type: blob.type };
}

/**
 * @param {string} code
 * @param {any} field
 */
function wrong(code, field) {
  return problem(code, { label: field.label }, `answers.${field.key}`);
}
