/**
 * Where a photo was taken: read from the EXIF of the phone's JPEG, and put into the small one that
 * is sent, if the person allows it. Nothing else of the EXIF is ever kept.
 *
 * EXIF 2.32: an APP1 segment, "Exif\0\0", then TIFF; IFD0's tag 8825 points at the GPS IFD with the
 * sides (1, 3) and the degrees, minutes and seconds as rationals (2, 4).
 */

/** @typedef {{latitude: number, longitude: number}} Position in degrees, south and west negative */

const [SOI, APP1, SOS] = [0xffd8, 0xffe1, 0xffda];
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const GPS_POINTER = 0x8825;
const ENTRY_BYTES = 12;
const SECOND_PARTS = 1000;

/**
 * @param {ArrayBuffer} jpeg
 * @returns {Position | null} null: no JPEG, or it doesn't say
 */
export function positionOf(jpeg) {
  try {
    const tiff = tiffOf(new DataView(jpeg));
    return tiff && gpsOf(tiff);
  } catch (error) {
    if (error instanceof RangeError) return null; // cut off or untrue offsets
    throw error;
  }
}

/**
 * @param {DataView} view
 * @returns {DataView | null} the TIFF inside of the EXIF
 */
function tiffOf(view) {
  if (view.getUint16(0) !== SOI) return null;
  for (let at = 2; at + 4 < view.byteLength; ) {
    const [marker, length] = [view.getUint16(at), view.getUint16(at + 2)];
    if (marker === SOS || marker < 0xff00 || length < 2) return null;
    const isExif = marker === APP1 && EXIF.every((byte, n) => view.getUint8(at + 4 + n) === byte);
    if (isExif) return new DataView(view.buffer, view.byteOffset + at + 10, length - 8);
    at += 2 + length;
  }
  return null;
}

/** @param {DataView} tiff @returns {Position | null} */
function gpsOf(tiff) {
  const little = tiff.getUint16(0) === 0x4949;
  const pointer = entriesAt(tiff, tiff.getUint32(4, little), little).get(GPS_POINTER);
  if (pointer === undefined) return null;
  const gps = entriesAt(tiff, tiff.getUint32(pointer, little), little);
  const latitude = angleOf(tiff, gps, { side: 1, angle: 2, little });
  const longitude = angleOf(tiff, gps, { side: 3, angle: 4, little });
  if (latitude === null || longitude === null) return null;
  const isOnEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return isOnEarth ? { latitude, longitude } : null;
}

/**
 * @param {DataView} tiff
 * @param {number} start
 * @param {boolean} little
 * @returns {Map<number, number>} by tag, where its value stands, or where the offset of it does
 */
function entriesAt(tiff, start, little) {
  const found = new Map();
  const count = tiff.getUint16(start, little);
  for (let n = 0; n < count; n += 1) {
    const at = start + 2 + n * ENTRY_BYTES;
    found.set(tiff.getUint16(at, little), at + 8);
  }
  return found;
}

/**
 * @param {DataView} tiff
 * @param {Map<number, number>} gps
 * @param {{side: number, angle: number, little: boolean}} tags
 * @returns {number | null}
 */
function angleOf(tiff, gps, { side, angle, little }) {
  const [sideAt, angleAt] = [gps.get(side), gps.get(angle)];
  if (sideAt === undefined || angleAt === undefined) return null;
  const start = tiff.getUint32(angleAt, little);
  const part = (/** @type {number} */ n) =>
    tiff.getUint32(start + n * 8, little) / tiff.getUint32(start + n * 8 + 4, little);
  const degrees = part(0) + (part(1) || 0) / 60 + (part(2) || 0) / 3600;
  if (!Number.isFinite(degrees)) return null;
  return "SW".includes(String.fromCharCode(tiff.getUint8(sideAt))) ? -degrees : degrees;
}

/**
 * @param {Blob} jpeg without EXIF
 * @param {Position} position
 * @returns {Blob} the same picture, with nothing but the position in its EXIF
 */
export function withPosition(jpeg, { latitude, longitude }) {
  const bytes = new Uint8Array(4 + EXIF.length + 128);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, APP1);
  view.setUint16(2, bytes.length - 2);
  bytes.set(EXIF, 4);
  const tiff = new DataView(bytes.buffer, 4 + EXIF.length);
  tiff.setUint32(0, 0x4d4d002a);
  tiff.setUint32(4, 8);
  tiff.setUint16(8, 1);
  putEntry(tiff, 10, { tag: GPS_POINTER, type: 4, count: 1 }).setUint32(18, 26);
  tiff.setUint16(26, 4);
  putSide(tiff, 28, { tag: 1, side: latitude < 0 ? "S" : "N" });
  putAngle(tiff, 40, { tag: 2, degrees: Math.abs(latitude), at: 80 });
  putSide(tiff, 52, { tag: 3, side: longitude < 0 ? "W" : "E" });
  putAngle(tiff, 64, { tag: 4, degrees: Math.abs(longitude), at: 104 });
  return new Blob([jpeg.slice(0, 2), bytes, jpeg.slice(2)], { type: jpeg.type });
}

/**
 * @param {DataView} tiff
 * @param {number} at
 * @param {{tag: number, type: number, count: number}} entry
 */
function putEntry(tiff, at, { tag, type, count }) {
  tiff.setUint16(at, tag);
  tiff.setUint16(at + 2, type);
  tiff.setUint32(at + 4, count);
  return tiff;
}

/** @param {DataView} tiff @param {number} at @param {{tag: number, side: string}} what */
function putSide(tiff, at, { tag, side }) {
  putEntry(tiff, at, { tag, type: 2, count: 2 }).setUint8(at + 8, side.charCodeAt(0));
}

/**
 * @param {DataView} tiff
 * @param {number} place
 * @param {{tag: number, degrees: number, at: number}} what at: where the three rationals go
 */
function putAngle(tiff, place, { tag, degrees, at }) {
  putEntry(tiff, place, { tag, type: 5, count: 3 }).setUint32(place + 8, at);
  const thousandths = Math.round(degrees * 3600 * SECOND_PARTS);
  const minutes = Math.floor(thousandths / (60 * SECOND_PARTS));
  const parts = [Math.floor(minutes / 60), minutes % 60, thousandths % (60 * SECOND_PARTS)];
  for (const [n, part] of parts.entries()) {
    tiff.setUint32(at + n * 8, part);
    tiff.setUint32(at + n * 8 + 4, n === 2 ? SECOND_PARTS : 1);
  }
}
