/** Of kinds whose body changed; the others are written unsigned, as at first. */
const VERSIONS = { "label.printed": 2 };

/**
 * Hands: a wish becomes an entry on the device, by the form that its page has or straight into the
 * outbox; and what the device then confirmed is written down.
 */
import { createHash } from "node:crypto";
import { v7 as newId } from "../../pwa/node_modules/uuid/dist-node/index.js";
import { append, findEntry } from "../../pwa/src/outbox.js";
import { answerForm } from "../../pwa/src/form_route.js";
import { SIGNINGS } from "../../pwa/src/domain/signings.js";
import { holdersOf } from "../../pwa/src/pins.js";
import { sessionOf } from "../../pwa/src/signin.js";
import { requestOf } from "./browser.js";
import { PASSWORD } from "./people.js";

export const PIN = "271828";

/**
 * @param {any} device
 * @param {import("./deeds.js").Wish} wish
 * @param {{id: string, keep: (work: Promise<unknown>) => void}} how id names the deed
 * @returns {Promise<string | null>} the entry that the page confirms; null where it was refused
 */
export async function byForm(device, { kind, on, base, body, files }, { id, keep }) {
  const data = new FormData();
  const hidden = { form: kind, entry: id, on, then: "/", then_error: "/", ...baseField(base) };
  for (const [name, value] of Object.entries(hidden)) data.append(name, value);
  for (const [path, value] of leavesOf(body)) data.append(`body.${path}`, value);
  if (kind in SIGNINGS) data.append("sign.secret", await secretOf(device));
  for (const [path, file] of files) data.append(path ? `body.${path}` : "photo", file);
  const request = requestOf(`/do/${kind}`, { method: "POST", data });
  const response = await answerForm(device, request, keep);
  const to = response.headers.get("Location") ?? "";
  return response.status === 303 ? new URL(to, "http://localhost").searchParams.get("done") : null;
}

/** What a person gives to sign: their PIN, or the password where they have none here. */
async function secretOf(device) {
  return device.database.read(["meta"], async (tx) => {
    const { signin, device: known } = await sessionOf(tx);
    const holder = (await holdersOf(tx))[signin?.login];
    return holder && holder.device === known?.id ? PIN : PASSWORD;
  });
}

const baseField = (base) => (base ? { base: String(base) } : {});

function leavesOf(node, path = "") {
  if (typeof node !== "object" || node === null) return [[path, String(node)]];
  return Object.entries(node).flatMap(([name, value]) =>
    leavesOf(value, path ? `${path}.${name}` : name),
  );
}

/**
 * Past all that a page checks.
 * @returns {Promise<string | null>} null where nobody is signed in
 */
export async function byAppend(device, { kind, on, base, body, files }, { id }) {
  const { signin, device: known } = await device.database.read(["meta"], sessionOf);
  if (!signin || !known) return null;
  const { login: actor, session } = signin;
  const own = structuredClone(body);
  const blobs = [];
  for (const [path, file] of files) {
    const blob = await blobOf(file);
    blobs.push(blob);
    if (path) own[path.split(".")[0]][path.split(".")[1]] = blob.sha256;
  }
  const key = on.replace("{new}", id);
  const v = VERSIONS[kind] ?? 1;
  const intent = { id, kind, v, on: key, base, body: own, blobs, actor, session };
  return append(device.database, intent, { now: device.now(), app: device.app });
}

async function blobOf(file) {
  const bytes = await file.arrayBuffer();
  const sha256 = hashOf(new Uint8Array(bytes));
  return { sha256, size: file.size, type: file.type, name: file.name, bytes };
}

export const hashOf = (content) => createHash("sha256").update(content).digest("hex");

export { newId };

/**
 * The exact bytes of a confirmed entry, read past the tab that recorded it.
 * @returns {Promise<{id: string, sha256: string | null}>} null: it is lost already
 */
export async function confirmedAs(eyes, id) {
  const row = await eyes.read(["outbox", "ledger"], (tx) => findEntry(tx, id));
  return { id, sha256: row && hashOf(row.bytes) };
}
