/**
 * Photos and signatures that cannot be shown yet: another device still has them, or there is no
 * network to fetch them by. In their place stands why (`data-text-missing`), until they are there.
 */

/** @type {WeakSet<HTMLImageElement>} */
const wired = new WeakSet();

/** @param {HTMLImageElement} image */
export function wireEvidence(image) {
  if (wired.has(image)) return;
  wired.add(image);
  image.addEventListener("error", () => say(image, image.dataset["textMissing"] ?? ""));
  image.addEventListener("load", () => say(image, ""));
  // It may have failed before this script came.
  if (image.complete && image.currentSrc && image.naturalWidth === 0) {
    say(image, image.dataset["textMissing"] ?? "");
  }
}

/** Perhaps they are there now. */
export function tryEvidence() {
  /** @type {NodeListOf<HTMLImageElement>} */
  const missing = document.querySelectorAll("img[data-evidence][hidden]");
  for (const image of missing) {
    image.loading = "eager"; // what is hidden would never be near the screen
    const { src } = image;
    image.removeAttribute("src");
    image.src = src;
  }
}

/**
 * @param {HTMLImageElement} image
 * @param {string} words empty: the picture is there
 */
function say(image, words) {
  image.hidden = words !== "";
  const next = image.nextElementSibling;
  const place = next?.matches(".evidence-missing") ? next : null;
  if (words === "") return place?.remove();
  if (place) return;
  const said = document.createElement("span");
  said.className = "evidence-missing";
  said.textContent = words;
  image.after(said);
}
