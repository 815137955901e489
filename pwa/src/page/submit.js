/**
 * Sending a form: once, however often the button is pressed, and under one name, so that a second
 * try after a lost answer is known for the same deed.
 */
import { v7 as newId } from "uuid";

/** @type {WeakMap<HTMLFormElement, {said: string, id: string}>} what each form sent last */
const sent = new WeakMap();
/** @type {WeakSet<HTMLFormElement>} forms on their way */
const underway = new WeakSet();

export function startSubmit() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = /** @type {HTMLFormElement} */ (event.target);
      if (!isDeed(form)) return;
      if (underway.has(form)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      underway.add(form);
      form.setAttribute("aria-busy", "true");
      name(form);
    },
    { capture: true },
  );

  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = /** @type {CustomEvent} */ (event).detail.elt;
    if (form instanceof HTMLFormElement) free(form);
  });
  // A page that comes back from the browser's memory may hold a form that was sent.
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach(free));
}

/** @param {HTMLFormElement} form */
function isDeed(form) {
  return form.method === "post" && new URL(form.action).pathname.startsWith("/do/");
}

/**
 * The same words keep their name; words that changed are another deed.
 * @param {HTMLFormElement} form
 */
function name(form) {
  const said = saidBy(form);
  const before = sent.get(form);
  const id = before?.said === said ? before.id : newId();
  sent.set(form, { said, id });
  let field = /** @type {HTMLInputElement | null} */ (form.querySelector("input[name='entry']"));
  if (!field) {
    field = document.createElement("input");
    field.type = "hidden";
    field.name = "entry";
    form.append(field);
  }
  field.value = id;
}

/** @param {HTMLFormElement} form */
function saidBy(form) {
  const pairs = [...new FormData(form)].filter(([key]) => key !== "entry");
  const plain = pairs.map(([key, value]) =>
    typeof value === "string" ? [key, value] : [key, value.name, value.size, value.lastModified],
  );
  return JSON.stringify(plain);
}

/** @param {HTMLFormElement} form */
function free(form) {
  underway.delete(form);
  form.removeAttribute("aria-busy");
}
