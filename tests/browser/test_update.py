"""A new version of the app: offered, never forced, never under a half-filled form.

Real Chromium, and a server process that is started anew with another build.
"""

import json
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from server.demo import plant
from tests.browser.device import ASK_AGAIN_MS, WAIT_MS, Device, Opened
from tests.browser.real_server import RealServer
from tests.browser.test_journey import page_of

LOGIN = "wang.fang"
ISSUE = page_of(plant.SHARED_LOT) + "?form=material.issued"
# The browser looks by itself when a page is loaded, and an open page has it look now and then.
LOOK_FOR_A_NEW_VERSION = """async () => {
  const registration = await navigator.serviceWorker.ready;
  await registration.update();
}"""


@pytest.fixture
def tablet(opened: Opened) -> Device:
    return opened(LOGIN, locale="en-US")


def upgrade(server: RealServer, late_hours: int) -> str:
    """Start the server as another build: what devices are told of late records is part of it."""
    server.kill()
    server.environment["TRAVELER_LATE_HOURS"] = str(late_hours)
    server.start()
    return server.build()


class OldVersion:
    """The worker that runs now. Chromium puts an idle one to rest after half a minute, which is
    the latest moment for a new one to begin; one that is looked into, as here, never: it is told.
    """

    def __init__(self, tablet: Device) -> None:
        self._page = tablet.page
        self._browser = tablet.context.new_cdp_session(self._page)
        self._versions: list[str] = []
        self._browser.on("ServiceWorker.workerVersionUpdated", self._heard)
        self._browser.send("ServiceWorker.enable")
        tablet.wait_for(lambda _: len(self._versions) > 0)

    def _heard(self, told: dict[str, Any]) -> None:
        for version in told["versions"]:
            if version["status"] == "activated":
                self._versions.append(version["versionId"])

    def rest_until(self, build: str) -> None:
        """Until the page shows this build."""
        deadline = time.monotonic() + WAIT_MS / 1000
        shown = self._page.locator(f"body[data-build='{build}']")
        while not shown.count():
            assert time.monotonic() < deadline, "the new version never began"
            self._browser.send("ServiceWorker.stopWorker", {"versionId": self._versions[0]})
            self._page.wait_for_timeout(ASK_AGAIN_MS)


def build_shown(tablet: Device) -> str | None:
    return tablet.page.locator("body").get_attribute("data-build")


def test_a_new_version_is_offered_and_starts_when_the_person_says_so(
    server: RealServer, tablet: Device
):
    old = build_shown(tablet)
    version = OldVersion(tablet)
    new = upgrade(server, 23)
    assert new != old
    tablet.page.evaluate(LOOK_FOR_A_NEW_VERSION)
    offer = tablet.page.locator("[data-update]")
    expect(offer).to_contain_text("A new version is ready")
    for path in ("/lots", "/", page_of(plant.SHARED_LOT)):
        tablet.go(path)
        expect(offer).to_be_visible()
        assert build_shown(tablet) == old, "nobody has agreed"
    offer.get_by_role("button").click()
    version.rest_until(new)
    expect(offer).to_be_hidden()
    server.kill()
    tablet.go("/lots")
    expect(tablet.page.locator("body")).to_have_attribute("data-build", new)
    server.start()


def test_a_form_that_was_begun_is_sent_first_by_the_version_that_showed_it(
    server: RealServer, tablet: Device
):
    tablet.go(ISSUE)
    old = build_shown(tablet)
    version = OldVersion(tablet)
    tablet.fill({"body.quantity": "1.5"})
    new = upgrade(server, 22)
    tablet.page.evaluate(LOOK_FOR_A_NEW_VERSION)
    offer = tablet.page.locator("[data-update]")
    offer.get_by_role("button").click()
    expect(offer).to_contain_text("once this form is sent")
    assert build_shown(tablet) == old
    quantity = tablet.page.locator('#main [name="body.quantity"]:visible')
    expect(quantity).to_have_value("1.5")
    entry = tablet.submit("material.issued")
    version.rest_until(new)
    tablet.wait_until_sent()
    rows = server.rows("select status from journal where entry_id = ?", entry)
    assert [status for (status,) in rows] in (["applied"], ["merged"])
    [(raw,)] = server.rows("select raw from journal where entry_id = ?", entry)
    assert json.loads(raw)["app"] == old, "recorded by the version that showed the form"
