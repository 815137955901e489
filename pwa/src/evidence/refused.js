/**
 * A form that was refused comes back as a new one. Its texts come with it, but no page may fill in
 * a file: what was photographed or signed is moved over as it stands, picture, ink and all.
 */

const FIELDS = ".photo, [data-signature]";

export function startMovingOver() {
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const sent = /** @type {CustomEvent} */ (event).detail.requestConfig?.elt;
    if (!(sent instanceof HTMLFormElement) || sent.isConnected) return;
    if (!document.querySelector("#main [data-problems]")) return;
    const action = CSS.escape(sent.getAttribute("action") ?? "");
    const again = document.querySelector(`#main form[action="${action}"]`);
    for (const old of again ? sent.querySelectorAll(FIELDS) : []) {
      const file = /** @type {HTMLInputElement | null} */ (old.querySelector("input[type=file]"));
      if (!file?.files?.length) continue;
      const place = again?.querySelector(`input[type=file][name="${CSS.escape(file.name)}"]`);
      place?.closest(FIELDS)?.replaceWith(old);
    }
  });
}
