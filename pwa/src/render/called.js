/**
 * What people call a document. The twin of `_called` in server/pages/wording.py.
 */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ID_SHOWN_CHARS = 6;

/**
 * @param {string} key
 * @param {(type: string) => string | null} titleOf
 * @returns {string} its code; what it is and the end of its id, where that is all it has
 */
export function called(key, titleOf) {
  const code = key.slice(key.lastIndexOf(":") + 1);
  if (!UUID.test(code)) return code;
  const noun = titleOf(key.split("/", 1)[0] ?? "") ?? "";
  return `${noun} …${code.slice(-ID_SHOWN_CHARS)}`.trim();
}
