/**
 * A form that asks for the site offers only what is there (`data-sites` of an option). Without this
 * script each choice says whose it is, and what does not fit is refused.
 */

/** @param {HTMLSelectElement} site */
export function followSite(site) {
  const { form } = site;
  if (!form) return;
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

/** @param {Element} option @returns {string[]} */
function sitesOf(option) {
  return (option.getAttribute("data-sites") ?? "").split(" ").filter(Boolean);
}
