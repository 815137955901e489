/**
 * A bitmap of one bit as PNG (ISO/IEC 15948), with its resolution: who prints it gets it in its
 * true size. The canvas' own PNG has neither.
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const [GREY_OF_ONE_BIT, PER_METRE] = [[1, 0, 0, 0, 0], 1];
const MM_PER_METRE = 1000;
const MM_PER_INCH = 25.4;
const POLYNOMIAL = 0xedb88320;

/**
 * @param {{width: number, height: number, rows: Uint8Array}} bitmap see raster.js
 * @param {number} dpi
 * @returns {Promise<Blob>}
 */
export async function pngOf({ width, height, rows }, dpi) {
  const dots = Math.round((dpi * MM_PER_METRE) / MM_PER_INCH);
  const head = [...word(width), ...word(height), ...GREY_OF_ONE_BIT];
  const parts = [
    new Uint8Array(SIGNATURE),
    chunk("IHDR", new Uint8Array(head)),
    chunk("pHYs", new Uint8Array([...word(dots), ...word(dots), PER_METRE])),
    chunk("IDAT", await deflated(filtered(rows, height))),
    chunk("IEND", new Uint8Array()),
  ];
  return new Blob(parts, { type: "image/png" });
}

/** Before each row its filter: none. @param {Uint8Array} rows @param {number} n of them */
function filtered(rows, n) {
  const length = rows.length / n;
  const out = new Uint8Array(rows.length + n);
  for (let y = 0; y < n; y += 1)
    out.set(rows.subarray(y * length, (y + 1) * length), y * (length + 1) + 1);
  return out;
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Uint8Array<ArrayBuffer>>} zlib */
async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {string} name @param {Uint8Array} data @returns {Uint8Array<ArrayBuffer>} */
function chunk(name, data) {
  const body = new Uint8Array(name.length + data.length);
  body.set(new TextEncoder().encode(name));
  body.set(data, name.length);
  const whole = new Uint8Array(body.length + 8);
  whole.set(word(data.length));
  whole.set(body, 4);
  whole.set(word(checksum(body)), body.length + 4);
  return whole;
}

/** CRC-32 (annex D). @param {Uint8Array} bytes */
function checksum(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  }
  return ~rest >>> 0;
}

/** Four bytes, the highest first. @param {number} value */
function word(value) {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}
