/**
 * What this device holds for working without a network, and how fresh it is: the device page.
 */
import { feedOf } from "./feed.js";

/** What people know by name; the rest comes along with it. */
const TYPES = ["job", "lot", "item", "requisition", "order", "visit", "approval", "case"];

/**
 * @param {import("./view.js").Moment} moment
 * @returns {Promise<Record<string, any>>} synced_at: empty before the first sync was complete
 */
export async function holdingsOf({ tx, waiting }) {
  const replica = tx.objectStore("replica");
  const counts = [];
  for (const type of TYPES) {
    const count = await replica.count(IDBKeyRange.bound(`${type}/`, `${type}0`, false, true));
    if (count > 0) counts.push({ type: `${type}s`, count });
  }
  const { complete } = await feedOf(tx);
  return {
    complete,
    counts,
    total: await replica.count(),
    synced_at: (await tx.objectStore("meta").get("synced_at")) ?? "",
    waiting: waiting.length,
    photos: await tx.objectStore("blobs").index("state").count("waiting"),
  };
}
