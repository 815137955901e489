/**
 * What stands on the canvas of a signature: as large as there is room for it, and as a PNG.
 */

/** @typedef {import("signature_pad").PointGroup} PointGroup */
/** @typedef {{width: number, height: number}} Size in CSS px */

/** Shares of the canvas: where a typed name stands, and how large it may be. */
const NAME = { line: 0.62, high: 0.34, wide: 0.9 };
/** Below a typed name, in CSS px. */
const SAID_PX = 14;

/**
 * Gives the canvas as many dots as the screen has where it stands.
 * @param {HTMLCanvasElement} canvas whose CSS size must not hang on its dots
 * @returns {boolean} whether they changed, which wipes it
 */
export function fit(canvas) {
  const ratio = Math.max(1, devicePixelRatio);
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (width === 0 || (canvas.width === width && canvas.height === height)) return false;
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.scale(ratio, ratio);
  return true;
}

const fontOf = (/** @type {number} */ high) => `${high}px system-ui, sans-serif`;

/**
 * A name that was typed, as large as there is room for it, and below it that it was.
 * @param {HTMLCanvasElement} canvas empty
 * @param {string} name
 * @param {string} said
 */
export function writeName(canvas, name, said) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = sizeOf(canvas);
  const line = height * NAME.line;
  const lines = [
    { text: name, high: height * NAME.high, y: line },
    { text: said, high: SAID_PX, y: line + SAID_PX * 2 },
  ];
  context.save();
  context.fillStyle = "black";
  context.textAlign = "center";
  for (const { text, high, y } of lines) {
    context.font = fontOf(high);
    const fits = Math.min(1, (width * NAME.wide) / context.measureText(text).width);
    context.font = fontOf(high * fits);
    context.fillText(text, width / 2, y);
  }
  context.restore();
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Size}
 */
export function sizeOf({ clientWidth, clientHeight }) {
  return { width: clientWidth, height: clientHeight };
}

/**
 * @param {Size} size
 * @param {Size} before
 * @returns {number} by how much ink must shrink that filled the one, to fit into the other
 */
export function ratioOf(size, before) {
  if (!before.width || !before.height) return 1;
  return Math.min(size.width / before.width, size.height / before.height);
}

/**
 * @param {PointGroup[]} strokes left as they are
 * @param {number} ratio
 * @returns {PointGroup[]}
 */
export function scaled(strokes, ratio) {
  return strokes.map((stroke) => ({
    ...stroke,
    points: stroke.points.map((point) => ({ ...point, x: point.x * ratio, y: point.y * ratio })),
  }));
}

/**
 * At once, without a promise: the person may press "send" right after the last stroke.
 * @param {HTMLCanvasElement} canvas
 * @returns {File}
 */
export function pngOf(canvas) {
  const base64 = canvas.toDataURL("image/png").split(",")[1] ?? "";
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new File([bytes], "signature.png", { type: "image/png" });
}
