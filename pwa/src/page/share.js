/**
 * The buttons that hand a picture of a label to another app (the printer's own, the system's print
 * dialog, a message), where the system can do that; else it is saved as a file.
 */

/** A file may be asked for late: some browsers read it only when the person has agreed. */
const KEPT_MS = 60_000;

export function startShare() {
  document.addEventListener("click", (event) => {
    const at = /** @type {Element | null} */ (event.target);
    const button = /** @type {HTMLButtonElement | null} */ (at?.closest("[data-share]") ?? null);
    if (button) void hand(button);
  });
}

/** @param {HTMLButtonElement} button */
async function hand(button) {
  const address = button.dataset["share"] ?? "";
  button.disabled = true;
  try {
    const response = await fetch(address);
    const blob = await response.blob();
    // What can't be drawn is told on a page of its own.
    if (!response.ok || !blob.type.startsWith("image/")) location.assign(address);
    else await give(new File([blob], nameOf(address), { type: blob.type }));
  } catch {
    location.assign(address);
  } finally {
    button.disabled = false;
  }
}

/** @param {string} address `/lots/{id}/label.png` @returns {string} a name that any system takes */
function nameOf(address) {
  const [path = ""] = address.split("?");
  const [id = "", file = ""] = path.split("/").slice(-2).map(decodeURIComponent);
  return `${id}-${file}`.replace(/[^\p{L}\p{N}._-]/gu, "_");
}

/** @param {File} file */
async function give(file) {
  if (navigator.canShare?.({ files: [file] })) {
    const error = await navigator.share({ files: [file] }).then(
      () => null,
      (reason) => reason,
    );
    // Nobody is asked twice who has closed the system's sheet.
    if (!error || error.name === "AbortError") return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
