/**
 * A form that asks for the site offers only what is there (`data-sites` of an option), and need not
 * say at each choice where that is. Without this script each choice says whose it is, and what does
 * not fit is refused.
 */

/** @param {HTMLSelectElement} site */
export function followSite(site) {
  const { form } = site;
  if (!form) return;
  forgetNames(form, site);
  const isChosen = [...site.options].some((option) => option.defaultSelected);
  const named = [...form.querySelectorAll("option[data-sites]")].find(
    (option) => option instanceof HTMLOptionElement && option.defaultSelected,
  );
  const [first] = named ? sitesOf(named) : [];
  // What the person came for says where it is.
  if (first && !isChosen && named && !sitesOf(named).includes(site.value)) site.value = first;
  site.addEventListener("change", () => offer(form, site.value));
  offer(form, site.value);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} site
 */
function offer(form, site) {
  for (const select of form.querySelectorAll("select")) {
    for (const option of select.options) {
      if (!option.dataset["sites"]) continue;
      option.hidden = option.disabled = !sitesOf(option).includes(site);
    }
    const [chosen] = select.selectedOptions;
    if (chosen && !chosen.disabled) continue;
    const free = [...select.options].find((option) => !option.disabled);
    select.value = free?.value ?? "";
  }
}

/**
 * On a phone the name of the site is what would push the rest of a choice out of sight.
 * @param {HTMLFormElement} form
 * @param {HTMLSelectElement} site
 */
function forgetNames(form, site) {
  const names = [...site.options].map((option) => ` · ${option.text}`);
  for (const option of form.querySelectorAll("option")) {
    if (!option.dataset["sites"]) continue;
    option.text = names.reduce((text, name) => text.replace(name, ""), option.text);
  }
}

/** @param {Element} option @returns {string[]} */
function sitesOf(option) {
  return (option.getAttribute("data-sites") ?? "").split(" ").filter(Boolean);
}
