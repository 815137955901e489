/**
 * What a camera can beside looking: its lamp and its zoom, where the browser lets us at them.
 */

/** @param {MediaStreamTrack} track */
export function hasTorch(track) {
  const can = /** @type {{torch?: boolean}} */ (track.getCapabilities?.() ?? {});
  return can.torch === true;
}

/**
 * @param {MediaStreamTrack} track
 * @param {number} level
 * @returns {Promise<number>} how far the camera itself went; 1 where it cannot
 */
export async function zoomedBy(track, level) {
  const { zoom } = /** @type {{zoom?: {min: number, max: number}}} */ (
    track.getCapabilities?.() ?? {}
  );
  if (!zoom || !(zoom.min > 0) || zoom.max <= zoom.min) return 1;
  const reached = Math.min(level, zoom.max / zoom.min);
  const set = /** @type {MediaTrackConstraintSet} */ ({ zoom: zoom.min * reached });
  return track.applyConstraints({ advanced: [set] }).then(
    () => reached,
    () => 1,
  );
}

/**
 * @param {MediaStreamTrack} track
 * @param {boolean} on
 * @returns {Promise<boolean>} whether it did
 */
export async function light(track, on) {
  const lamp = /** @type {MediaTrackConstraintSet} */ ({ torch: on });
  return track.applyConstraints({ advanced: [lamp] }).then(
    () => true,
    () => false,
  );
}
