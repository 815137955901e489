"""A person at a tablet, whichever the engine: the same verbs as `tests.browser.device`.

What must come of it is in tests/browser/engines.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tests.browser.device import PASSWORD
from tests.browser.drivers.engine import PATIENCE_S, Engine, Refused, wait
from tests.browser.real_server import RealServer

TRIES = 3
STATE = """return navigator.serviceWorker.ready.then(({ active }) => new Promise((answer) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => answer(Object.entries(arguments[0]).every(
    ([name, value]) => data[name] === value) ? data : null);
  active.postMessage({ type: "hello" }, [port2]);
}))"""
SEEN = """const words = (one) => one.matches("input, textarea") ? one.value : one.innerText;
return [...document.querySelectorAll(arguments[0])].some((one) =>
  one.getClientRects().length > 0 && words(one).includes(arguments[1]))"""
# WebKit's pointer goes by what was drawn last: whatever was scrolled to is drawn there first.
DRAWN = """const frame = () => new Promise((then) => requestAnimationFrame(() => setTimeout(then)));
const drawn = () => frame().then(frame);"""
# A form is filled in where it can be seen: others of the page have fields of the same name. In the
# middle of the window, where no bar lies over it.
MARK = f"""{DRAWN}
const [selector, mark] = arguments;
for (const one of document.querySelectorAll("[" + mark + "]")) one.removeAttribute(mark);
const found = [...document.querySelectorAll(selector)]
  .find((one) => one.getClientRects().length > 0);
found?.setAttribute(mark, "");
found?.scrollIntoView({{ block: "center", behavior: "instant" }});
return found ? drawn().then(() => found.tagName) : null"""
# What is typed is typed by keys; what the engine has a picker for is set as the picker does. Gives
# how: null as long as there is no such field.
BEGIN = """const [selector, value] = arguments;
const field = [...document.querySelectorAll(selector)].find((one) => one.getClientRects().length);
if (!field) return null;
field.scrollIntoView({ block: "center", behavior: "instant" });
if (field.matches("select, [type=date], [type=time]")) {
  field.value = value;
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  return "chosen";
}
field.focus();
field.select();
return 'keys';"""
HOLDS = """return [...document.querySelectorAll(arguments[0])].some((one) =>
  one.getClientRects().length > 0 && one.value === arguments[1])"""
BOX = f"""{DRAWN}
const field = document.querySelector(arguments[0]);
field.scrollIntoView({{ block: "center", behavior: "instant" }});
return drawn().then(() => {{
  const {{ x, y, width, height }} = field.getBoundingClientRect();
  return [x, y, width, height];
}})"""
INKED = "return document.querySelector('[data-signature-file]').files.length === 1"
DONE = "return document.querySelector('[data-done]')?.dataset.done ?? ''"
DONE_AFTER = """const done = document.querySelector("[data-done]")?.dataset.done;
return done && done !== arguments[0] ? done : null"""

# What the page has against a form that was sent.
AGAINST = """return [...document.querySelectorAll("[data-problems], .wrong, #main :invalid")]
  .map((one) => one.innerText || one.name).filter(Boolean)"""


class Hand:
    """One tablet with an engine of its own."""

    def __init__(self, engine: Engine, server: RealServer) -> None:
        self.engine = engine
        self.server = server

    def go(self, path: str) -> None:
        """Open an address of the app."""
        self.engine.go(self.server.url + path)

    def run(self, script: str, *arguments: object) -> Any:
        """The body of a function, in the page."""
        return self.engine.run(script, *arguments)

    def wait(self, script: str, *arguments: object) -> Any:
        """Until it gives something true."""
        return wait(self.engine, script, *arguments)

    def see(self, selector: str, text: str = "", *, patience_s: float = PATIENCE_S) -> None:
        """Until it is on the page, in sight or further down, and says this, or holds it."""
        wait(self.engine, SEEN, selector, text, patience_s=patience_s)

    def tap(self, selector: str) -> None:
        """The first of these that can be seen; a page that is just renewed is asked again."""
        for _ in range(TRIES - 1):
            self.wait(MARK, selector, "data-hand")
            with suppress(Refused):
                self.engine.click("[data-hand]")
                return
        self.wait(MARK, selector, "data-hand")
        self.engine.click("[data-hand]")

    def wait_for(self, **told: object) -> None:
        """Until the worker says so of itself: ready, waiting, login …"""
        self.wait(STATE, told)

    def sign_in(self, login: str) -> None:
        """Until the device has what it needs to work alone."""
        self.go("/sign-in")
        self.give_password(login)

    def give_password(self, login: str) -> None:
        """On the sign-in page."""
        self.fill({"login": login, "password": PASSWORD}, within="main")
        self.tap("main button[type=submit]")
        self.see("[data-net]")
        self.wait_for(ready=True, login=login)

    def set_pin(self, pin: str) -> None:
        """Whoever is signed in."""
        self.go("/pin")
        own = "form[action='/pin']"
        self.fill({"pin": pin, "again": pin, "password": PASSWORD}, within=own)
        self.tap(f"{own} button[type=submit]")
        self.see(".notice-good")

    def switch(self, login: str, pin: str) -> None:
        """Whoever is here locks the tablet, and somebody opens it by the keys of the PIN pad."""
        self.tap(".bar-lock button")
        self.tap(f"[data-person='{login}']")
        self.press(pin)
        self.wait("return document.body?.dataset.login === arguments[0]", login)

    def press(self, pin: str) -> None:
        """The keys of the PIN pad."""
        for digit in pin:
            self.tap(f"[data-pad-key='{digit}']")

    def fill(self, values: Mapping[str, str], *, within: str = "#main") -> None:
        """Fields by their names; of radio buttons the one with this value."""
        for name, value in values.items():
            choice = f'{within} label:has([name="{name}"][value="{value}"][type=radio])'
            if self.run(SEEN, choice, ""):
                self.choose(choice)
                continue
            self.write(f'{within} [name="{name}"]', value)

    def choose(self, label: str) -> None:
        """The label of a radio button, which is then chosen."""
        self.tap(label)
        self.wait("return document.querySelector(arguments[0]) !== null", f"{label} :checked")

    def write(self, selector: str, value: str) -> None:
        """Into the field that can be seen, once more if the page was just renewed."""
        for _ in range(TRIES):
            if self.wait(BEGIN, selector, value) == "keys":
                self.engine.keys(value)
            if self.run(HOLDS, selector, value):
                return
        raise AssertionError(f"{selector} does not take {value}")

    def scan(self, text: str, selector: str, seen: str) -> None:
        """A hand-held scanner reads; until this is seen. Keys of a driver come when the machine has
        time, so a read may be torn in two: then it is read once more, as a person would.
        """
        for _ in range(TRIES):
            self.run("document.activeElement?.blur?.()")
            self.engine.keys(text)
            self.engine.press("Enter")
            with suppress(AssertionError):
                self.see(selector, seen, patience_s=PATIENCE_S / TRIES)
                return
        raise AssertionError(f"read {TRIES} times, and {selector} never says {seen}")

    def submit(self, kind: str, *, button: str = "[type=submit]") -> str:
        """Send the form of this kind; the id of the entry that the page confirms."""
        before = self.run(DONE)
        self.tap(f'#main form[action="/do/{kind}"] {button}')
        try:
            return str(self.wait(DONE_AFTER, before))
        except AssertionError as never:
            raise AssertionError(f"{kind} is not recorded: {self.run(AGAINST)}") from never

    def sign(self) -> None:
        """A pointer draws on the signature field, once more where no line came of it."""
        for _ in range(TRIES):
            x, y, _, height = self.run(BOX, "[data-signature] canvas")
            middle = round(y + height / 2)
            self.engine.draw([(round(x) + 20 * n, middle + 25 * (-1) ** n) for n in range(1, 10)])
            with suppress(AssertionError):
                wait(self.engine, INKED, patience_s=PATIENCE_S / TRIES)
                return
        raise AssertionError(f"drawn {TRIES} times, and the field is empty")
