/**
 * node worker_start.mjs PORT URL TIMES SLOWER [anew]: how long a page takes that the service worker
 * has to be started for, the page on a processor so many times slower (Chromium can't slow a
 * worker). `anew`: what the worker keeps of pages that it made is taken away before each try. One
 * line of JSON: the times in ms from the start of the navigation, of each try.
 */
const [port, url, times, slower, anew] = process.argv.slice(2);
const rate = Number(slower);
const version = await fetch(`http://127.0.0.1:${port}/json/version`);
const { webSocketDebuggerUrl } = await version.json();
const socket = new WebSocket(webSocketDebuggerUrl);
await new Promise((open) => socket.addEventListener("open", open));

let last = 0;
const waiting = new Map();
const listeners = new Set();
socket.addEventListener("message", ({ data }) => {
  const message = JSON.parse(data);
  if (message.id) {
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result);
  } else for (const listener of listeners) listener(message);
});

function send(method, params = {}, sessionId = undefined) {
  last += 1;
  socket.send(JSON.stringify({ id: last, method, params, sessionId }));
  return new Promise((resolve, reject) => waiting.set(last, { resolve, reject }));
}

function once(method) {
  return new Promise((resolve) => {
    const listener = (message) => {
      if (message.method !== method) return;
      listeners.delete(listener);
      resolve(message.params);
    };
    listeners.add(listener);
  });
}

const { targetInfos } = await send("Target.getTargets");
const page = targetInfos.find(({ type }) => type === "page");
const { sessionId } = await send("Target.attachToTarget", {
  targetId: page.targetId,
  flatten: true,
});
for (const domain of ["Page", "Runtime", "ServiceWorker"]) {
  await send(`${domain}.enable`, {}, sessionId);
}
await send("Emulation.setCPUThrottlingRate", { rate }, sessionId);

const TIMES = `new Promise((told) => {
  const tell = () => {
    const [navigation] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    if (!paint || !navigation.loadEventEnd) return setTimeout(tell, 50);
    const { workerStart, responseStart, responseEnd, domContentLoadedEventEnd } = navigation;
    told({ workerStart, responseStart, responseEnd, dom: domContentLoadedEventEnd,
      paint: paint.startTime });
  };
  tell();
})`;
const FORGET = `new Promise((done, failed) => {
  const opening = indexedDB.open("traveler");
  opening.onerror = () => failed(opening.error);
  opening.onsuccess = () => {
    const tx = opening.result.transaction("made", "readwrite");
    tx.objectStore("made").clear();
    tx.oncomplete = () => done(opening.result.close());
    tx.onabort = () => failed(tx.error);
  };
})`;

function evaluated(expression) {
  const how = { expression, awaitPromise: true, returnByValue: true };
  return send("Runtime.evaluate", how, sessionId);
}

const tries = [];
// The first one only brings it to where all others begin.
for (let turn = 0; turn <= Number(times); turn += 1) {
  await send("Page.navigate", { url: "about:blank" }, sessionId);
  await send("ServiceWorker.stopAllWorkers", {}, sessionId);
  const loaded = once("Page.loadEventFired");
  await send("Page.navigate", { url }, sessionId);
  await loaded;
  const { result } = await evaluated(TIMES);
  if (turn > 0) tries.push(result.value);
  if (anew) await evaluated(FORGET);
}
console.log(JSON.stringify({ tries }));
socket.close();
