/** Device time as text: the moment of an entry with its offset from UTC, and today's date. */

/** @param {number} value @param {number} [digits] */
function padded(value, digits = 2) {
  return String(value).padStart(digits, "0");
}

/**
 * @param {Date} date
 * @returns {string} as in 2026-11-22
 */
export function localDay(date) {
  const month = padded(date.getMonth() + 1);
  return `${padded(date.getFullYear(), 4)}-${month}-${padded(date.getDate())}`;
}

/**
 * @param {Date} date
 * @returns {string} as in 2026-11-22T09:41:07.120+08:00
 */
export function localMoment(date) {
  const offset_min = -date.getTimezoneOffset();
  const size = Math.abs(offset_min);
  const sign = offset_min < 0 ? "-" : "+";
  const offset = `${sign}${padded(Math.floor(size / 60))}:${padded(size % 60)}`;
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => padded(n));
  return `${localDay(date)}T${clock.join(":")}.${padded(date.getMilliseconds(), 3)}${offset}`;
}
