/** Notices that the server sends to this device: shown, and opened where they lead. */
import { ownUrl } from "./addresses.js";

/** @typedef {{title: string, body: string, url: string, tag: string}} Notice */

const ICON = "/assets/icons/icon-192.png";

/**
 * @param {ServiceWorkerRegistration} registration
 * @param {PushMessageData | null} data
 */
export async function showNotice(registration, data) {
  /** @type {Notice} */
  const { title, body, url, tag } = data?.json() ?? { title: "随行 Traveler", url: "/" };
  await registration.showNotification(title, { body, tag, icon: ICON, badge: ICON, data: { url } });
}

/**
 * @param {Clients} clients
 * @param {Notification} notification
 */
export async function openNotice(clients, notification) {
  notification.close();
  const { href } = ownUrl(String(notification.data?.url ?? "/"));
  const open = await clients.matchAll({ type: "window" });
  const there = open.find((client) => client.url === href);
  // A page on which somebody works is never taken away.
  if (there) await there.focus();
  else await clients.openWindow(href);
}
