/**
 * A label that stays before the camera is one read, not fifteen a second.
 *
 * Here: which reads are repeats. Not here: the camera, what happens with a read.
 */

export const QUIET_MS = 1500;

/**
 * A text counts again when it has been out of sight for QUIET_MS; each text has its own time, so
 * that two labels in one picture don't take turns.
 * @param {() => number} now milliseconds of any steady clock
 * @returns {(text: string) => boolean} true: a repeat, to be left alone
 */
export function repeats(now) {
  /** @type {Map<string, number>} */
  const seenAt = new Map();
  return (text) => {
    const at = now();
    for (const [other, last] of seenAt) if (at - last >= QUIET_MS) seenAt.delete(other);
    const repeat = seenAt.has(text);
    seenAt.set(text, at);
    return repeat;
  };
}
