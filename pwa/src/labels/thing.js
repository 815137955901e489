/** What the page of a thing's labels is told of the thing; twin of server/pages/label_thing.py. */
import { CODE, thingOf } from "../domain/label_thing.js";
import { problem } from "../domain/problem.js";

/** @typedef {import("../types").Doc} Doc */

const DOCUMENTED = ["lot", "job", "person"];

/**
 * @param {string} name what follows `label/`
 * @param {(key: string) => Promise<Doc | null>} get
 * @returns {Promise<Record<string, any>>} key, labels, kind, code, title, detail, doc. Problem:
 *   unknown_document, for what has no document where it should, or no such labels.
 */
export async function labelled(name, get) {
  const labels = `label/${name}`;
  const key = thingOf(labels);
  const kind = key.slice(0, key.indexOf("/"));
  const code = key.includes(":") ? key.slice(key.indexOf(":") + 1) : "";
  const isDocumented = DOCUMENTED.includes(kind);
  const doc = isDocumented ? await get(key) : null;
  if (!doc && (isDocumented || !CODE.test(code))) throw problem("unknown_document", { key });
  const told = { key, labels, kind, doc };
  if (doc) return { ...told, ...TOLD[kind]?.(doc) };
  const register = await get(labels);
  const title = register?.["item_name"] ?? "";
  return { ...told, code, title, detail: register?.["item_code"] ?? "" };
}

/** @type {Record<string, (doc: Doc) => {code: string, title: any, detail: string}>} */
const TOLD = {
  lot: ({ code, item_name: title, item_code: detail }) => ({ code, title, detail }),
  job: ({ number: code, item_name: title, lot_code: detail }) => ({ code, title, detail }),
  person: ({ name: code, login: detail }) => ({ code, title: "", detail }),
};
