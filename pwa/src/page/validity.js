/**
 * What a field lacks, said in the language of the page; browsers say it in their own.
 */

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

export function startValidity() {
  // Neither bubbles. The browser shows what stands there after these.
  document.addEventListener("invalid", ({ target }) => said(/** @type {Field} */ (target)), true);
  for (const type of ["input", "change"]) {
    document.addEventListener(type, ({ target }) => unsaid(/** @type {Element} */ (target)), true);
  }
}

/** @param {Field} field */
function said(field) {
  const { validity, dataset } = field;
  if (validity.customError && !("said" in dataset)) return; // somebody else's words
  field.setCustomValidity("");
  const { textMissing, textChoose, textWrong, textNumber } = document.body.dataset;
  const isChosen = ["file", "radio", "select-one"].includes(field.type);
  const missing = isChosen ? textChoose : textMissing;
  const wrong = field.inputMode === "decimal" ? textNumber : textWrong;
  const text = validity.valueMissing ? missing : wrong;
  if (validity.valid || !text) return;
  field.dataset["said"] = "";
  field.setCustomValidity(text);
}

/** @param {Element} at a choice answers for all of its name */
function unsaid(at) {
  for (const field of at.closest("form")?.querySelectorAll("[data-said]") ?? []) {
    const one = /** @type {Field} */ (field);
    if (one !== at && one.name !== /** @type {Field} */ (at).name) continue;
    delete one.dataset["said"];
    one.setCustomValidity("");
  }
}
