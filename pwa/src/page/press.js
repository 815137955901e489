/**
 * A press: from when a finger, a mouse button or a key goes down until its click was heard. What
 * leaves its place meanwhile is pressed in vain, and a gloved finger rests long: what the page does
 * by itself waits till then.
 */

/** How long after a finger goes up its click may come. */
const CLICK_FOLLOWS_MS = 350;

let isDown = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let end;
/** @type {(() => void)[]} */
let waiting = [];

export function startPress() {
  listen(["pointerdown", "keydown"], () => {
    clearTimeout(end);
    isDown = true;
  });
  listen(["pointerup", "keyup"], () => endIn(CLICK_FOLLOWS_MS));
  listen(["click", "pointercancel"], () => endIn(0));
  addEventListener("blur", () => endIn(0)); // of the window: a finger may go up elsewhere
}

export function isPressed() {
  return isDown;
}

/** @param {() => void} then at once, or when nothing is pressed any more; in the order asked */
export function whenReleased(then) {
  if (isDown) waiting.push(then);
  else then();
}

/** @param {number} delay_ms */
function endIn(delay_ms) {
  clearTimeout(end);
  end = setTimeout(() => {
    isDown = false;
    const due = waiting;
    waiting = [];
    for (const then of due) then();
  }, delay_ms);
}

/**
 * @param {string[]} types
 * @param {() => void} hear before anything on the page does
 */
function listen(types, hear) {
  for (const type of types) addEventListener(type, hear, { capture: true, passive: true });
}
