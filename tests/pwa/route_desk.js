/** A device with a counter in its replica and a few pages; requests as its worker gets them. */
import { createServer, counter, INDEX } from "./plant.js";
import { ready } from "./world.js";

export const HOME = "http://localhost";
globalThis.location = { origin: HOME };
globalThis.caches = { delete: async () => true };

export const A = "counter/SZ:A";
const PAGES = [
  { name: "counter", path: "/counters/{id}", template: "show", title: "t", doc: "counter/{id}" },
  { name: "scan", path: "/scan", template: "scan", title: "t", query: ["code"] },
  { name: "outbox", path: "/outbox", template: "outbox", title: "t" },
  { name: "sign_in", path: "/sign-in", template: "show", title: "t", server_only: true },
];
const PROBLEMS = "{% for one in form.problems %}[{{ one.code }}]{% endfor %}";
const DONE = "{{ done.status }}";
export const TEMPLATES = {
  "layout/page": `<html>{{ main | rendered_main }}${PROBLEMS}${DONE}{{ me.login }}</html>`,
  "layout/fragment": "part:{{ main | rendered_main }}",
  show: "{{ doc.n }} v{{ doc.version }} {{ lang }} waiting {{ net.waiting }}",
  scan: "scan {{ query.code }}",
  outbox:
    "{% for one in outbox %}{{ one.label }}:{{ one.status }}:{{ one.blobs_left }} {% endfor %}",
  "error/problem": "problem {{ problem.code }}",
  "error/offline": "no network",
};
const INDICES = { ...INDEX, counter: ["code"] };
export const SHARED = { pages: PAGES, index: INDICES };

export function request(path, { method = "GET", headers = {}, mode = "navigate", body } = {}) {
  return {
    url: HOME + path,
    method,
    mode,
    headers: new Headers(headers),
    referrer: "",
    formData: async () => {
      const data = new FormData();
      for (const [name, value] of body ?? []) data.append(name, value);
      return data;
    },
  };
}

/** The network as seen by fetch in the worker. */
export function network(answer) {
  const asked = [];
  globalThis.fetch = async (what) => {
    asked.push(what.url ?? what);
    if (!answer) throw new TypeError("no network");
    return answer(what);
  };
  return asked;
}

export async function desk() {
  const server = createServer();
  server.put(counter("A", 3, { version: 7, code: "AA" }));
  const device = await ready(server, { shared: SHARED, templates: TEMPLATES });
  network(null);
  return { server, device };
}
