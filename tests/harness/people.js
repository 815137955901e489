/** The demo plant's people as this fleet has them: where each works, and which tablets they use. */

export const PASSWORD = "traveler-demo";

/** Who does what; a tablet is handed on among its people. */
export const TABLETS = [
  { site: "SZ", people: ["chen.jing"] },
  { site: "SZ", people: ["wang.fang", "zhao.lei"] },
  { site: "HD", people: ["zhou.min", "wu.gang"] },
  { site: "SZ", people: ["zhang.wei", "li.na"] },
  { site: "SZ", people: ["liu.yang"] },
  { site: "HD", people: ["he.yan"] },
];

export const WORK = {
  "chen.jing": ["issue", "issue", "issue", "putAway", "bringBack", "count", "receive", "note",
    "printLabels", "endLabel"],
  "wang.fang": ["record", "record", "askFor", "askFor", "askOtherwise", "endRequest",
    "note"],
  "zhao.lei": ["record", "record", "askFor", "note", "createLot"],
  "liu.yang": ["record", "record", "hold", "note", "record"],
  "zhang.wei": ["release", "decide", "decide", "resolve", "amend", "cancel", "endRequest",
    "note", "record"],
  "li.na": ["decide", "resolve", "record", "release", "note"],
  "zhou.min": ["record", "record", "amend", "note", "issue"],
  "wu.gang": ["record", "amend", "amend", "note"],
  "he.yan": ["issue", "putAway", "bringBack", "note", "record"],
};
