/**
 * When the server's certificate ends. Once it has, a browser tells an app only that nobody answers;
 * this device then knows why, and can say it.
 */

/** @typedef {import("./types").Database} Database */

const HEADER = "Traveler-Certificate-Ends";

/**
 * @param {Database} database
 * @returns {(headers: Headers) => void} keeps what an answer says; behind a proxy it says nothing
 */
export function certificateKeeper(database) {
  /** @type {string | null} */
  let known = null;

  return (headers) => {
    const ends = headers.get(HEADER) ?? "";
    if (ends === known) return;
    known = ends;
    const keeping = database.write(["meta"], (tx) =>
      tx.objectStore("meta").put(ends, "certificate_ends"),
    );
    keeping.catch(() => (known = null));
  };
}
