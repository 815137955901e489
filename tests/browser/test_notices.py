"""Notices in a real Chromium: its worker shows what comes, and opens what it leads to.

What is sent, to whom and when is in tests/server/notices.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from server.demo import plant
from tests.browser.device import Device
from tests.browser.real_server import RealServer
from tests.browser.test_journey import page_of

# A headless browser has no place to show them at; what it was asked to show is kept instead.
KEEP = """() => {
  self.asked = [];
  self.registration.showNotification = async (title, { body, data }) => {
    self.asked.push({ title, body, url: data.url });
  };
}"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Device]:
    server = RealServer(tmp_path / "plant" / "data")
    server.data.parent.mkdir()
    server.start()
    with sync_playwright() as playwright:
        device = Device(playwright, server, tmp_path / "device", locale="en-US")
        device.open()
        device.context.grant_permissions(["notifications", "camera"])
        device.sign_in("zhang.wei")
        yield device
        device.close()
    server.kill()


def deliver(device: Device, message: dict[str, str]) -> None:
    """As the push service does, after the browser has decrypted it."""
    session = device.context.new_cdp_session(device.page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(one["registrationId"] for one in told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not registrations:
        device.page.wait_for_timeout(50)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": device.server.url,
            "registrationId": registrations[0],
            "data": json.dumps(message),
        },
    )


def test_a_notice_is_shown_with_where_it_leads(supervisor: Device):
    url = page_of(plant.OVERDRAWN_LOT)
    worker = supervisor.context.service_workers[0]
    worker.evaluate(KEEP)
    deliver(supervisor, {"title": "A new case", "body": "L2611-15", "url": url, "tag": url})
    while not (asked := worker.evaluate("self.asked")):
        supervisor.page.wait_for_timeout(50)
    assert asked == [{"title": "A new case", "body": "L2611-15", "url": url}]


def test_the_device_page_offers_notices_and_says_why_it_can_t(
    supervisor: Device,
):
    supervisor.go("/device")
    words = supervisor.page.locator("[data-notices-words]")
    said = "This device can be told of approvals, cases and visits that wait for you."
    expect(words).to_have_text(said)
    supervisor.page.locator("[data-notices-on]").click()
    # This browser reaches no push service.
    expect(words).to_contain_text("needs the internet", timeout=60_000)
    supervisor.server.kill()
    supervisor.go("/device")
    expect(words).to_have_text("Notices can be set where there is a network.")
    supervisor.server.start()
