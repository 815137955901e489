/**
 * The preview of a label follows what is being written on it.
 */

const FACT = /^body\.facts\.(\w+)$/;
/** After the last key: each picture is a request. */
const REST_MS = 400;

export function startPreview() {
  let timer = 0;
  document.addEventListener("input", (event) => {
    const at = /** @type {HTMLElement | null} */ (event.target);
    const form = /** @type {HTMLFormElement | null} */ (at?.closest("form[data-label-form]"));
    if (!form) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => show(form), REST_MS);
  });
}

/** A form that came back keeps what was typed, so the label shows it too. @param {Element} form */
export function showTyped(form) {
  if (document.querySelector("[data-problems]")) show(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
function show(form) {
  const figure = /** @type {HTMLElement | null} */ (document.querySelector("[data-preview]"));
  const image = figure?.querySelector("img");
  const facts = factsOf(form);
  if (!figure || !image || !facts) return;
  const hint = figure.querySelector("[data-preview-hint]");
  const shown = (/** @type {boolean} */ isShown) => {
    image.toggleAttribute("hidden", !isShown);
    hint?.toggleAttribute("hidden", isShown);
  };
  image.onload = () => shown(true);
  image.onerror = () => shown(false);
  image.src = `${figure.dataset["preview"]}&facts=${encodeURIComponent(JSON.stringify(facts))}`;
}

/** @param {HTMLFormElement} form @returns {Record<string, string> | null} null: it asks for none */
function factsOf(form) {
  /** @type {Record<string, string>} */
  const facts = {};
  for (const [name, value] of new FormData(form)) {
    const [, fact] = FACT.exec(name) ?? [];
    if (fact && typeof value === "string") facts[fact] = value.trim();
  }
  return Object.keys(facts).length > 0 ? facts : null;
}
