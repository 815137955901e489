/** The number on the app's icon: how many entries and pictures are not with the server yet. */

/** @param {import("./net.js").NetState} state */
export function paintBadge({ waiting: entries, photos, refused }) {
  const waiting = entries + photos + refused;
  const { navigator } = /** @type {any} */ (globalThis);
  // Where the app is not installed there is no icon, and the browser says no.
  const painting = waiting > 0 ? navigator?.setAppBadge?.(waiting) : navigator?.clearAppBadge?.();
  painting?.catch(() => undefined);
}
