/** The number on the app's icon: how many entries wait on this device to be sent. */

/** @param {number} waiting */
export function paintBadge(waiting) {
  const { navigator } = /** @type {any} */ (globalThis);
  // Where the app is not installed there is no icon, and the browser says no.
  const painting = waiting > 0 ? navigator?.setAppBadge?.(waiting) : navigator?.clearAppBadge?.();
  painting?.catch(() => undefined);
}
