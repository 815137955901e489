/**
 * What open pages say to the worker; each message has a `type`. The worker's own messages to all
 * pages are `net` (net.js) and `changed` {keys}.
 */
import { draftOf, keepDraft } from "./drafts.js";
import { markAnewRead, markLostRead } from "./identity.js";
import { markRead } from "./outbox_page.js";
import { learnWho } from "./session_routes.js";
import { exportOutbox, importOutbox } from "./transfer.js";

/** @typedef {import("./device.js").Device} Device */
/**
 * @typedef {object} Message
 * @property {string} type
 * @property {boolean} [force] sync: don't sit out the back-off
 * @property {boolean} [again] sync: also photos that were refused
 * @property {import("./drafts.js").Draft} [draft] draft: what was filled in
 * @property {string} [place] draft_of: the page's address
 * @property {string} [id] read: the entry
 * @property {string} [text] import: the file
 */

/**
 * @param {Device} device
 * @param {Message} message
 * @param {(answer: any) => void} reply
 * @returns {Promise<void>} when everything it set off has ended
 */
export async function take(device, message, reply) {
  switch (message.type) {
    case "hello":
      reply(await device.net.state());
      break;
    case "sync":
      await device.sync.run({ force: message.force ?? true });
      await device.sync.blobs({ again: message.again ?? false });
      reply({ type: "done" });
      break;
    case "enrol":
      await follow(device);
      break;
    case "read":
      await markRead(device.database, message.id ?? "");
      await device.net.tell();
      reply({ type: "done" });
      break;
    case "anew_read":
      await markAnewRead(device.database);
      await device.net.tell();
      break;
    case "lost_read":
      await markLostRead(device.database);
      await device.net.tell();
      break;
    case "draft":
      if (message.draft) await keepDraft(device.database, message.draft, device.now());
      break;
    case "draft_of":
      reply({ draft: await draftOf(device.database, message.place ?? "", device.now()) });
      break;
    case "export":
      reply({ type: "exported", text: await exportOutbox(device.database) });
      break;
    case "import":
      await bringIn(device, message.text ?? "", reply);
      break;
    default: // a newer page's message; it will do without
  }
}

/** @param {Device} device */
async function follow(device) {
  /** @type {Promise<unknown>[]} */
  const set_off = [];
  await learnWho(device, (work) => void set_off.push(work));
  await device.net.tell();
  await Promise.all(set_off);
}

/**
 * @param {Device} device
 * @param {string} text
 * @param {(answer: any) => void} reply
 */
async function bringIn(device, text, reply) {
  try {
    reply({ type: "imported", count: await importOutbox(device.database, text, device.now()) });
  } catch (error) {
    return reply({ type: "imported", count: -1, why: String(error) });
  }
  await device.sync.run();
  await device.sync.blobs();
}
