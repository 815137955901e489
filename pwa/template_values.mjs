/**
 * Values of a template as JavaScript: names, literals, operators and filters, out of what LiquidJS
 * has parsed. What the written code calls is in src/render/liquid.js.
 *
 * Not here: tags and text (templates.mjs).
 */
import { TokenKind } from "liquidjs";

/**
 * @typedef {object} Place where in a template something stands
 * @property {(what: string) => never} fail ends the build, naming file and line
 * @property {Record<string, {scope: string, at: string, list: string}>} loops by the name of what
 *   each goes over: the variables of its scope, its count and its list
 * @property {{at: string, list: string} | null} loop the innermost
 */
/** @typedef {{code: string, isBoolean?: boolean}} Written */

/** @type {Record<string, (left: Written, right: Written) => Written>} */
const BINARY = {
  "==": (left, right) => boolean(`same(${left.code}, ${right.code})`),
  "!=": (left, right) => boolean(`!same(${left.code}, ${right.code})`),
  ">": (left, right) => boolean(`(${left.code} > ${right.code})`),
  "<": (left, right) => boolean(`(${left.code} < ${right.code})`),
  ">=": (left, right) => boolean(`(${left.code} >= ${right.code})`),
  "<=": (left, right) => boolean(`(${left.code} <= ${right.code})`),
  contains: (left, right) => boolean(`contains(${left.code}, ${right.code})`),
  // Not && and ||: LiquidJS looks at both sides, also for what is undefined.
  and: (left, right) => boolean(`both(${left.code}, ${right.code})`),
  or: (left, right) => boolean(`either(${left.code}, ${right.code})`),
};
/** @type {Record<string, string>} */
const LOOP = {
  first: "(AT === 0)",
  index: "(AT + 1)",
  index0: "AT",
  last: "(AT === LIST.length - 1)",
  length: "LIST.length",
};
const LITERALS = ["true", "false", "nil", "null"];
const RANGE_MAX = 100;

/**
 * @param {any} value of LiquidJS: an expression and the filters behind it
 * @param {Place} place
 * @returns {Written}
 */
export function valueOf({ initial, filters }, place) {
  let written = expressionOf(initial, place);
  for (const { name, args } of filters) {
    const more = args.map((/** @type {any} */ arg) =>
      Array.isArray(arg)
        ? `[${JSON.stringify(arg[0])}, ${tokenOf(arg[1], place)}]`
        : tokenOf(arg, place),
    );
    written = { code: `f.${name}(${[written.code, ...more].join(", ")})` };
  }
  return written;
}

/** @param {any} value @param {Place} place @returns {string} true or false */
export function truthOf(value, place) {
  const { code, isBoolean } = valueOf(value, place);
  return isBoolean ? code : `yes(${code})`;
}

/**
 * @param {any} expression of LiquidJS: operands, each operator behind its own
 * @param {Place} place
 * @returns {Written}
 */
function expressionOf({ postfix }, place) {
  /** @type {Written[]} */
  const operands = [];
  for (const token of postfix) {
    if (token.kind !== TokenKind.Operator) {
      operands.push({ code: tokenOf(token, place) });
    } else if (token.operator === "not") {
      operands.push(boolean(`!yes(${operands.pop()?.code})`));
    } else {
      const write = BINARY[token.operator] ?? place.fail(`no operator "${token.operator}"`);
      const [left, right] = operands.splice(-2);
      if (!left || !right) return place.fail(`an operand of "${token.operator}" is missing`);
      operands.push(write(left, right));
    }
  }
  return operands[0] ?? place.fail("an expression is empty");
}

/** @param {string} code @returns {Written} */
function boolean(code) {
  return { code, isBoolean: true };
}

/**
 * @param {any} token of LiquidJS: one operand
 * @param {Place} place
 * @returns {string}
 */
export function tokenOf(token, place) {
  if (token === undefined) return "true"; // an argument that is only named
  if (token.kind === TokenKind.PropertyAccess) return accessOf(token, place);
  if (token.kind === TokenKind.Range) return rangeOf(token, place);
  const literal = literalOf(token);
  return literal ?? place.fail(`no value is written like this: ${token.getText()}`);
}

/** @param {any} token @returns {string | null} null: not a literal, or one that is not used here */
export function literalOf(token) {
  const isPlain = token.kind === TokenKind.Quoted || token.kind === TokenKind.Number;
  if (isPlain) return JSON.stringify(token.content);
  if (token.kind !== TokenKind.Literal || !LITERALS.includes(token.literal)) return null;
  return token.literal === "nil" ? "null" : token.literal;
}

/** @param {any} token @param {Place} place */
function accessOf({ variable, props }, place) {
  if (variable) return place.fail("no property of a literal is read");
  const keys = props.map((/** @type {any} */ prop) => keyOf(prop, place));
  const [name, key] = keys;
  if (name === "forloop") {
    const code = keys.length === 2 ? LOOP[key] : undefined;
    if (!place.loop || !code) return place.fail(`no value of a loop: ${keys.join(".")}`);
    return code.replaceAll("AT", place.loop.at).replaceAll("LIST", place.loop.list);
  }
  const scope = Object.hasOwn(place.loops, name) ? place.loops[name]?.scope : "it";
  return `get(${[scope, ...keys.map((key_) => JSON.stringify(key_))].join(", ")})`;
}

/** @param {any} prop @param {Place} place @returns {string | number} */
function keyOf(prop, place) {
  const isIndex = prop.kind === TokenKind.Number && prop.content >= 0;
  if (isIndex || prop.kind === TokenKind.Quoted || prop.kind === TokenKind.Word)
    return prop.content;
  return place.fail("only names, texts and whole numbers stand in brackets");
}

/** @param {any} token @param {Place} place */
function rangeOf({ lhs, rhs }, place) {
  const [first, last] = [lhs.content, rhs.content];
  const isKnown = Number.isInteger(first) && Number.isInteger(last) && last - first < RANGE_MAX;
  if (!isKnown) return place.fail("a range is from one whole number to another");
  return JSON.stringify(Array.from({ length: last - first + 1 }, (_, n) => first + n));
}
