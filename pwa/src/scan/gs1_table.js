/**
 * GS1 application identifiers and what their values look like (General Specifications §3); the twin
 * of labels/gs1_table.py, held to the same answers by tests/vectors/gs1.json.
 *
 * A pattern is made of parts: `n6` six digits, `n..8` one to eight digits, `x..20` one to twenty
 * characters of set 82, `y..30` of set 39, `d` a date YYMMDD; `#` after a part of digits says that
 * its last one is a check digit, `?` that the part may be absent. An identifier that ends in `*`
 * stands for ten.
 */

/** The identifiers of each pattern. */
const IDENTIFIERS = {
  "n18#": "00 8017 8018",
  "n14#": "01 02 03",
  "x..20": "10 21 22 243 254 420 7020 7021 7022 710 711 712 713 714 715 716 717 7240 8002 8012",
  "d": "11 12 13 15 16 17 7006",
  "n2": "20",
  "x..28": "235",
  "x..30": "240 241 250 251 400 401 403 7002 7023 8004 90",
  "n..6": "242",
  "n13# x..17?": "253",
  "n13# n..12?": "255",
  "n..8": "30 37",
  "n6":
    "310* 311* 312* 313* 314* 315* 316* 320* 321* 322* 323* 324* 325* 326* 327* 328* 329* " +
    "330* 331* 332* 333* 334* 335* 336* 337* 340* 341* 342* 343* 344* 345* 346* 347* 348* " +
    "349* 350* 351* 352* 353* 354* 355* 356* 357* 360* 361* 362* 363* 364* 365* 366* 367* " +
    "368* 369* 395* 8005",
  "n..15": "390* 392*",
  "n3 n..15": "391* 393*",
  "n4": "394*",
  "n17#": "402",
  "n13#": "410 411 412 413 414 415 416 417",
  "n3 x..9": "421",
  "n3": "422 424 426",
  "n3 n..12": "423 425",
  "x..3": "427 7008",
  "n13": "7001",
  "d n4": "7003",
  "n..4": "7004",
  "x..12": "7005",
  "d d?": "7007",
  "x..10": "7009",
  "x..2": "7010",
  "n3 x..27": "703*",
  "n14": "8001",
  "n14# x..16?": "8003",
  "n14# n4": "8006 8026",
  "x..34": "8007",
  "d n2 n..4?": "8008",
  "x..50": "8009",
  "y..30": "8010",
  "n..12": "8011",
  "x..25": "8013 8020",
  "n..10": "8019",
  "x..70": "8110 8112 8200",
  "x..90": "91 92 93 94 95 96 97 98 99",
};

/** @type {Map<string, string>} */
const PATTERNS = new Map(
  Object.entries(IDENTIFIERS).flatMap(([pattern, names]) =>
    names.split(" ").map((name) => /** @type {[string, string]} */ ([name, pattern])),
  ),
);

/** Character sets 82 and 39 (§7.11), digits. @type {Record<string, string>} */
const CHARACTERS = {
  x: "!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z",
  y: "#\\-/0-9A-Z",
  n: "0-9",
  d: "0-9",
};

/**
 * Digits of an element, identifier included, by the identifier's first two digits: figure "element
 * strings with predefined length" (§7.8.5). All others end at FNC1.
 */
export const PREDEFINED_LENGTH = new Map([
  ...["11", "12", "13", "14", "15", "16", "17", "18", "19"].map((name) => ends(name, 8)),
  ...["31", "32", "33", "34", "35", "36"].map((name) => ends(name, 10)),
  ...["01", "02", "03", "41"].map((name) => ends(name, 16)),
  ends("00", 20),
  ends("04", 18),
  ends("20", 4),
]);

/**
 * @typedef {object} Rule of one identifier
 * @property {RegExp} value the whole value
 * @property {number[]} dates its groups that are dates
 * @property {number[]} checked its groups that end in a check digit
 */

/** @param {string} name @param {number} length @returns {[string, number]} */
function ends(name, length) {
  return [name, length];
}

/**
 * @param {string} text
 * @returns {string | null} the known identifier that it starts with
 */
export function identifierOf(text) {
  const names = [2, 3, 4].map((length) => text.slice(0, length));
  return names.find((name, i) => name.length === i + 2 && isKnown(name)) ?? null;
}

/** @param {string} name */
export function isKnown(name) {
  return patternOf(name) !== undefined;
}

/** @param {string} name */
function patternOf(name) {
  if (!/^[0-9]{2,4}$/.test(name)) return undefined;
  const ten = name.length === 4 ? `${name.slice(0, 3)}*` : "";
  return PATTERNS.get(name) ?? PATTERNS.get(ten);
}

/**
 * @param {string} name
 * @returns {Rule | null} null: not in the table, it takes anything
 */
export function ruleOf(name) {
  const parts = patternOf(name)?.split(" ");
  if (!parts) return null;
  const numbers = parts.map((_, i) => i + 1);
  return {
    value: new RegExp(`^${parts.map(groupOf).join("")}$`),
    dates: numbers.filter((number) => parts[number - 1]?.startsWith("d")),
    checked: numbers.filter((number) => parts[number - 1]?.includes("#")),
  };
}

/** @param {string} part */
function groupOf(part) {
  const length = part.startsWith("d") ? "6" : part.replace(/[^0-9]/g, "");
  const times = part.includes("..") ? `{1,${length}}` : `{${length}}`;
  const group = `([${CHARACTERS[part[0] ?? ""]}]${times})`;
  return part.endsWith("?") ? `${group}?` : group;
}
