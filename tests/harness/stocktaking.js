/** Stocktaking: what a browser holds, for the rounds that wait for it and for the final report. */
import { hashOf } from "./hands.js";

const all = (name) => (tx) => tx.objectStore(name).getAll();

/** @returns {Promise<{waits: number, blobs: number, ready: boolean, cursors: string}>} */
export async function standingOf(eyes) {
  return eyes.read(["meta", "outbox", "blobs"], async (tx) => {
    const feed = await tx.objectStore("meta").get("feed");
    return {
      waits: await tx.objectStore("outbox").count(),
      blobs: await tx.objectStore("blobs").index("state").count("waiting"),
      ready: Boolean(feed?.complete && feed.staged === null),
      cursors: JSON.stringify(Object.entries(feed?.cursors ?? {}).sort()),
    };
  });
}

/** Everything that must be compared with the server's data. */
export async function held({ name, eyes, confirmed, errors, counts, network }) {
  const [outbox, ledger, blobs, replica] = await Promise.all(
    ["outbox", "ledger", "blobs", "replica"].map((store) => eyes.read([store], all(store))),
  );
  const meta = (key) => eyes.read(["meta"], (tx) => tx.objectStore("meta").get(key));
  const { cursors } = await meta("feed");
  return {
    name,
    person: (await meta("signin"))?.login ?? "",
    device: (await meta("device"))?.id ?? "",
    confirmed,
    errors,
    counts,
    faults: network.counts,
    outbox: outbox.map(told),
    ledger: ledger.map(told),
    blobs: blobs.map(({ sha256, state, code }) => ({ sha256, state, code })),
    cursors,
    divergence: (await meta("divergence")) ?? {},
    replica: Object.fromEntries(replica.map(({ key, scopes, body }) => [key, { scopes, body }])),
  };
}

function told({ id, device, seq, bytes, verdict }) {
  const blobs = JSON.parse(bytes).blobs.map((blob) => blob.sha256);
  return { id, device, seq, sha256: hashOf(bytes), verdict, blobs };
}
