/**
 * Why a label could not be drawn: an `<img>` only says that it failed, so whoever draws it is asked
 * once more, and answers in a person's words.
 */

/**
 * @param {string} src of the picture
 * @returns {Promise<string>} empty where nobody answers
 */
export async function whyNot(src) {
  const answer = await fetch(src).catch(() => null);
  if (!answer || answer.ok) return "";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(".finished-bad p")?.textContent?.trim() ?? "";
}
