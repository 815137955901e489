/**
 * How far photos and signatures are up, shown where they stand (`<progress data-upload>`).
 */

/** @typedef {{sha256: string, offset: number, size: number}} Upload */

/** @param {Upload} upload */
export function showUpload({ sha256, offset, size }) {
  /** @type {NodeListOf<HTMLProgressElement>} */
  const bars = document.querySelectorAll(`progress[data-upload="${sha256}"]`);
  for (const bar of bars) {
    bar.max = size;
    bar.value = offset;
    // In the outbox it stays, full; beside the picture it has said what it had to say.
    bar.hidden = offset >= size && bar.closest(".upload") === null;
  }
}
