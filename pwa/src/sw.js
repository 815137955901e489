/**
 * The service worker: it listens and delegates. What is done is in the modules that it names.
 *
 * A new version waits until a person agrees (message `activate`) or no page is open.
 */
import { image } from "./answers.js";
import { assetFor, dropOldCaches, evidenceFor, precache, sharedLoader } from "./assets.js";
import { getBlob } from "./blobs.js";
import { paintBadge } from "./badge.js";
import { BUILD } from "./build.js";
import { createDevice } from "./device.js";
import { answerLabel } from "./label_route.js";
import { createLabels } from "./labels/labels.js";
import { alone } from "./locks.js";
import { take } from "./messages.js";
import { answerForm } from "./form_route.js";
import { openNotice, showNotice } from "./notices.js";
import { answerLock, answerPin, answerSwitch } from "./person_routes.js";
import { answerFromNetwork, answerPage, wayOf } from "./route.js";
import { answerLanguage, answerSignIn, answerSignOut } from "./session_routes.js";
import { TEMPLATES } from "traveler:templates";

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);

const device = createDevice({
  fetch: (input, init) => fetch(input, init),
  shared: sharedLoader(),
  templates: TEMPLATES,
  broadcast,
  app: BUILD,
});

const EVERY_PAGE = /** @type {const} */ ({ type: "window", includeUncontrolled: true });
const labels = createLabels((path) => assetFor(new Request(path)));

/** @type {Record<import("./route.js").Way, (event: FetchEvent) => Promise<Response>>} */
const WAYS = {
  asset: ({ request }) => assetFor(request),
  blob: ({ request }) => blobFor(request),
  form: (event) => answerForm(device, event.request, (work) => event.waitUntil(work)),
  label: ({ request }) => answerLabel(device, request, labels),
  language: ({ request }) => answerLanguage(device, request),
  lock: () => answerLock(device),
  network: ({ request }) => answerFromNetwork(device, request),
  page: ({ request }) => answerPage(device, request),
  pin: ({ request }) => answerPin(device, request),
  sign_in: (event) => answerSignIn(device, event.request, (work) => event.waitUntil(work)),
  sign_out: ({ request }) => answerSignOut(device, request),
  switch: (event) => answerSwitch(device, event.request, (work) => event.waitUntil(work)),
};

worker.addEventListener("install", (event) => event.waitUntil(precache()));

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOldCaches().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const way = wayOf(event.request, worker.location.origin);
  if (way) event.respondWith(WAYS[way](event));
});

worker.addEventListener("push", (event) => {
  event.waitUntil(showNotice(worker.registration, event.data));
});

worker.addEventListener("notificationclick", (event) => {
  event.waitUntil(openNotice(worker.clients, event.notification));
});

worker.addEventListener("message", (event) => {
  if (event.data?.type === "activate") return event.waitUntil(begin());
  if (event.data?.type === "claim") return event.waitUntil(worker.clients.claim());
  const reply = (/** @type {any} */ answer) =>
    (event.ports[0] ?? event.source)?.postMessage(answer);
  event.waitUntil(take(device, event.data ?? {}, reply));
});

/**
 * Takes over between two entries, never in the middle of one. Nobody records while the lock is
 * held, and the browser may take its time: so it is asked, and not waited for.
 */
async function begin() {
  await alone("append", async () => void worker.skipWaiting());
}

/** @param {Request} request */
async function blobFor(request) {
  const sha256 = new URL(request.url).pathname.split("/").at(-1) ?? "";
  const blob = await getBlob(device.database, sha256).catch(() => undefined);
  return blob ? image(blob) : evidenceFor(request);
}

/** @param {any} message to every open page, also one that came past this worker */
async function broadcast(message) {
  if (message.type === "net") paintBadge(message);
  for (const client of await worker.clients.matchAll(EVERY_PAGE))
    client.postMessage(message);
}
