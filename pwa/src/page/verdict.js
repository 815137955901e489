/**
 * What must be filled in only where the step passes (`data-on-pass`): who does not accept does not
 * sign. The domain judges it again, by the limits too.
 */

export function startVerdict() {
  document.addEventListener("change", ({ target }) => {
    const field = /** @type {HTMLInputElement} */ (target);
    if (field.name === "body.verdict" && field.form) followVerdict(field.form);
  });
}

/** @param {HTMLFormElement} form */
export function followVerdict(form) {
  const isPass = form.querySelector("[name='body.verdict'][value=pass]:checked") !== null;
  for (const field of form.querySelectorAll("[data-on-pass]")) {
    if (!(field instanceof HTMLInputElement) || field.required === isPass) continue;
    field.required = isPass;
    field.dispatchEvent(new Event("change")); // a signature judges itself
  }
}
