/**
 * The camera's buttons: the lamp, and how close it looks.
 */

/** @typedef {import("./camera.js").Camera} Camera */

const LEVELS = [1, 2, 4];

/**
 * @param {HTMLElement} root
 * @param {{camera: () => Camera | null, signal: AbortSignal}} parts
 */
export function wireControls(root, { camera, signal }) {
  const torch = /** @type {HTMLElement | null} */ (root.querySelector("[data-scan-torch]"));
  const zoom = /** @type {HTMLElement | null} */ (root.querySelector("[data-scan-zoom]"));
  const said = root.querySelector("[data-scan-zoom-level]");
  let lit = false;
  let step = 0;

  async function switchTorch() {
    if (await camera()?.torch(!lit)) lit = !lit;
    torch?.setAttribute("aria-pressed", String(lit));
  }

  async function closer() {
    step = (step + 1) % LEVELS.length;
    const level = LEVELS[step] ?? 1;
    if (said) said.textContent = `${level}×`;
    await camera()?.zoom(level);
  }

  function closed() {
    if (torch) torch.hidden = true;
    if (zoom) zoom.hidden = true;
  }

  torch?.addEventListener("click", switchTorch, { signal });
  zoom?.addEventListener("click", closer, { signal });
  closed();

  return {
    closed,
    /**
     * Frames are coming, also after a break: then the lamp is out.
     * @param {{torch: boolean}} can
     */
    ready(can) {
      lit = false;
      torch?.setAttribute("aria-pressed", "false");
      if (torch) torch.hidden = !can.torch;
      if (zoom) zoom.hidden = false;
    },
  };
}
