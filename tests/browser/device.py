"""A tablet or a phone in somebody's hands: a real Chromium with a profile that outlives it.

How pages are operated lives here; what must come of it is in the tests.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, ViewportSize, expect

from tests.browser.chromium import chromium_arguments, find_chromium
from tests.browser.fake_camera import camera_arguments
from tests.browser.real_server import RealServer

TABLET: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
MM_20_PX = 126  # on a tablet; where an inch has 160 pixels, as Android counts them
PASSWORD = "traveler-demo"
WAIT_MS = 30_000
ASK_AGAIN_MS = 100
WORKER_STATE = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  return new Promise((answer) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => answer(data);
    active.postMessage({ type: "hello" }, [port2]);
  });
}"""

# The worker's clock: what records and what asks the server go by it.
SET_CLOCK = """(ahead_ms) => {
  self.RealDate ??= Date;
  const { RealDate } = self;
  self.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length > 0 ? given : [RealDate.now() + ahead_ms]));
    }
    static now() {
      return RealDate.now() + ahead_ms;
    }
  };
}"""


class Device:
    """One device of one person."""

    def __init__(
        self,
        playwright: Playwright,
        server: RealServer,
        folder: Path,
        *,
        viewport: ViewportSize = TABLET,
        locale: str = "zh-CN",
        home: Path | None = None,
        camera: bool = True,
        arguments: Sequence[str] = (),
    ) -> None:
        self.server = server
        self.film = folder / "camera.mjpeg"
        self._playwright = playwright
        self._folder = folder
        self._viewport = viewport
        self._locale = locale
        # Whose browser it is, and thereby which authorities it trusts.
        self._environment: dict[str, str | float | bool] = {**os.environ}
        self._environment |= {"HOME": str(home)} if home else {}
        # Whether the person has let the app use the camera, or said no.
        self._camera = camera
        self._arguments = arguments
        self._context: BrowserContext | None = None
        self.problems: list[str] = []
        folder.mkdir(parents=True)

    @property
    def context(self) -> BrowserContext:
        """The browser that is open."""
        assert self._context is not None
        return self._context

    @property
    def page(self) -> Page:
        """Its page."""
        return self.context.pages[0]

    def open(self) -> None:
        """Start the browser; what it kept from the last time is still there."""
        self._context = self._playwright.chromium.launch_persistent_context(
            self._folder / "profile",
            executable_path=find_chromium(),
            args=chromium_arguments(
                *camera_arguments(self.film, is_granted=self._camera), *self._arguments
            ),
            viewport=self._viewport,
            locale=self._locale,
            has_touch=True,
            permissions=["camera"] if self._camera else [],
            env=self._environment,
        )
        self._context.set_default_timeout(WAIT_MS)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def close(self) -> None:
        """End the browser."""
        self.context.close()
        self._context = None

    def kill_tab(self) -> None:
        """The tab goes without being asked; another one is opened."""
        dying = self.page
        self.context.new_page()
        dying.close(run_before_unload=False)

    def sign_in(self, login: str) -> None:
        """Sign in and wait until the device has what it needs to work alone."""
        self.go("/sign-in")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        expect(self.page.locator("[data-net]")).to_be_visible()
        self.wait_for(lambda state: state["ready"] and state["login"] == login)

    def set_pin(self, pin: str) -> None:
        """Give the signed-in person a PIN on this device."""
        self.go("/pin")
        self.page.fill("[name=pin]", pin)
        self.page.fill("[name=again]", pin)
        self.page.fill("#pin-password", PASSWORD)
        self.page.click("form[action='/pin'] button[type=submit]")
        expect(self.page.locator(".notice-good")).to_be_visible()

    def switch(self, login: str, pin: str) -> None:
        """Whoever is here locks the device, and somebody opens it by the keys of the PIN pad."""
        self.page.locator(".bar-lock button").click()
        self.page.locator(f"[data-person='{login}']").click()
        self.press(pin)
        expect(self.page.locator("body")).to_have_attribute("data-login", login)

    def press(self, pin: str) -> None:
        """The keys of the PIN pad, with a finger."""
        for digit in pin:
            self.page.locator(f"[data-pad-key='{digit}']:visible").first.click()

    def go(self, path: str) -> None:
        """Open an address of the app."""
        self.page.goto(self.server.url + path)

    def state(self) -> dict[str, Any]:
        """What the worker says of itself: ready, waiting, online …"""
        found: dict[str, Any] = self.page.evaluate(WORKER_STATE)
        return found

    def set_clock(self, ahead_ms: float) -> None:
        """Set the clock by which the worker records, asks and judges PINs."""
        for worker in self.context.service_workers:
            worker.evaluate(SET_CLOCK, ahead_ms)

    def wait_for(self, met: Callable[[dict[str, Any]], bool]) -> None:
        """Until the worker's state meets a condition; asked ten times a second."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while not met(state := self.state()):
            assert time.monotonic() < deadline, f"still {state}"
            self.page.wait_for_timeout(ASK_AGAIN_MS)

    def wait_until_sent(self) -> None:
        """Until nothing waits on this device any more."""
        self.wait_for(lambda state: state["waiting"] == 0)

    def waiting(self) -> int:
        """How many entries wait on this device, as the bar says."""
        return int(self.page.locator("[data-net]").get_attribute("data-waiting") or 0)

    def fill(self, values: Mapping[str, str]) -> None:
        """Fill the form fields of these names; radio buttons take the value to choose."""
        for name, value in values.items():
            choice = self.page.locator(f'#main label:has([name="{name}"][value="{value}"]):visible')
            field = self.page.locator(f'#main [name="{name}"]:visible')
            if choice.count():
                choice.click()
            elif field.first.evaluate("f => f.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def submit(self, kind: str, *, button: str = "button[type=submit]") -> str:
        """Send the form of this kind; the id of the entry that the page confirms."""
        done = self.page.locator("[data-done]")
        before = done.get_attribute("data-done") if done.count() else ""
        self.page.locator(f'#main form[action="/do/{kind}"] {button}').first.click()
        done = self.page.locator(f'[data-done]:not([data-done="{before}"])')
        expect(done).to_be_visible()
        entry = done.get_attribute("data-done") or ""
        assert entry in self.page.url
        return entry

    def sign(self) -> None:
        """A finger draws on the signature field."""
        box = self.page.locator("[data-signature] canvas").bounding_box()
        assert box is not None
        self.page.locator("[data-signature] canvas").scroll_into_view_if_needed()
        box = self.page.locator("[data-signature] canvas").bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
        mouse.down()
        for step in range(1, 9):
            bend = 25 if step % 2 else -25
            mouse.move(box["x"] + 20 + step * 25, box["y"] + box["height"] / 2 + bend)
        mouse.up()

    def opened_in_ms(self, path: str) -> float:
        """How long a page takes from the request to the DOM, by the browser's own clock."""
        self.go(path)
        took: float = self.page.evaluate(
            "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        )
        return took


# Opens one for somebody: `opened` in conftest.py.
Opened = Callable[..., Device]
