/**
 * Answers that are no page of ours (a proxy's error, a half page, none at all) change nothing: what
 * is shown and filled in stays, and a notice says that it did not go through.
 */
import { show } from "./status.js";

const MAIN = /<main\s[^>]*\bid=["']?main["'\s>]/;

export function startAnswers() {
  document.body.addEventListener("htmx:beforeRequest", () => show("[data-no-answer]", false));
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (!detail.shouldSwap || MAIN.test(detail.serverResponse)) return;
    detail.shouldSwap = false;
    unanswered();
  });
  for (const name of ["htmx:sendError", "htmx:timeout"])
    document.body.addEventListener(name, unanswered);
}

function unanswered() {
  show("[data-no-answer]", true);
  document.querySelector("[data-no-answer]")?.scrollIntoView({ block: "nearest" });
}
