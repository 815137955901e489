/**
 * The labels of a print as pictures for another app (that of a Bluetooth printer, a message), where
 * the system can hand files over; else they are saved as files.
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
  const images = [...document.querySelectorAll("[data-printout] img")];
  const addresses = images.map((image) => pngOf(/** @type {HTMLImageElement} */ (image).src));
  button.disabled = true;
  try {
    await give(await Promise.all(addresses.map(fetched)));
  } catch {
    // What is wrong with it is said on a page of its own.
    location.assign(addresses[0] ?? "/");
  } finally {
    button.disabled = false;
  }
}

/** The same label for a printer's dots. @param {string} address */
function pngOf(address) {
  const url = new URL(address);
  url.pathname = url.pathname.replace(/\.svg$/, ".png");
  return url.href;
}

/** @param {string} address @returns {Promise<File>} Throws TypeError where there is no picture. */
async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new TypeError(`${response.status}`);
  return new File([await response.blob()], nameOf(new URL(address)), { type: "image/png" });
}

/** Lot and label number, in letters that any system takes. @param {URL} url */
function nameOf({ pathname, searchParams }) {
  const [id = ""] = pathname.split("/").slice(-2).map(decodeURIComponent);
  const parts = [id, searchParams.get("p") ?? "label"];
  return `${parts.join("_").replace(/[^\p{L}\p{N}._-]/gu, "_")}.png`;
}

/** @param {File[]} files */
async function give(files) {
  if (navigator.canShare?.({ files })) {
    const error = await navigator.share({ files }).then(
      () => null,
      (reason) => reason,
    );
    // Nobody is asked twice who has closed the system's sheet.
    if (!error || error.name === "AbortError") return;
  }
  for (const file of files) save(file);
}

/** @param {File} file */
function save(file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
