/**
 * Photos: small PNGs of noise that a decoder accepts; some are larger than one piece of an upload.
 */
import { deflateSync } from "node:zlib";

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const TRUE_COLOUR = 2;
const POLYNOMIAL = 0xedb88320;

/**
 * @param {ReturnType<typeof import("./dice.js").diceOf>} dice
 * @param {number} side_px
 * @returns {File}
 */
export function photo(dice, side_px) {
  const rows = [];
  for (let y = 0; y < side_px; y += 1) rows.push(Uint8Array.of(0), dice.bytes(side_px * 3));
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, side_px);
  header.setUint32(4, side_px);
  header.setUint8(8, 8);
  header.setUint8(9, TRUE_COLOUR);
  const parts = [
    SIGNATURE,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", new Uint8Array(0)),
  ];
  return new File(parts, "photo.png", { type: "image/png" });
}

function chunk(name, data) {
  const named = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}
