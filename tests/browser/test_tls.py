"""TLS as a tablet meets it: a real server with its own authority, and a Chromium that trusts it.

That certificates are made, renewed and kept rightly is in tests/server/tls.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Error, Playwright, expect

from server.demo import plant
from tests.browser.device import Device
from tests.browser.fake_camera import mjpeg
from tests.browser.test_audit import AXE, RUN_AXE
from tests.browser.test_journey import page_of
from tests.browser.test_scanner import qr
from tests.browser.tls_server import LONG_AGO, TlsServer, trusting_home

LOGIN = "wang.fang"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    server = TlsServer(tmp_path_factory.mktemp("plant") / "data")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def tablet(playwright: Playwright, server: TlsServer, tmp_path: Path) -> Iterator[Device]:
    home = trusting_home(tmp_path / "home", server.authority)
    tablet = Device(playwright, server, tmp_path / "tablet", home=home, locale="en-US")
    mjpeg(tablet.film, qr(server.url + page_of(plant.SHARED_LOT)))
    tablet.open()
    yield tablet
    tablet.close()
    assert not tablet.problems


def test_a_tablet_that_trusts_the_authority_works_offline_and_scans(
    server: TlsServer, tablet: Device
):
    tablet.sign_in(LOGIN)
    assert tablet.page.evaluate("isSecureContext")
    tablet.go("/scan")
    expect(tablet.page.locator("#main")).to_have_attribute("data-page", re.compile("lot"))
    server.kill()
    tablet.go("/lots")
    expect(tablet.page.locator("[data-net]")).to_have_attribute("data-state", "offline")
    server.start()


def test_a_tablet_that_does_not_trust_it_is_not_let_in_and_learns_how_to(
    playwright: Playwright, server: TlsServer, tmp_path: Path
):
    stranger = Device(playwright, server, tmp_path / "stranger", home=tmp_path / "empty")
    stranger.open()
    page = stranger.page
    page.goto(server.setup_url)
    expect(page).to_have_url(f"{server.setup_url}/trust")
    with page.expect_download() as coming:
        page.locator('a[href="/trust/traveler-ca.crt"]').click()
    assert coming.value.suggested_filename == "traveler-ca.crt"
    page.locator('a[lang="en"]').click()
    expect(page.locator("h1")).to_have_text("Set up this device")
    opening = page.locator(f'a[href="{server.url}"]')
    expect(opening).to_be_visible()
    page.wait_for_function("() => document.querySelector('.setup-code img').naturalWidth > 0")
    page.evaluate(AXE.read_text("utf-8") + "; null")
    assert page.evaluate(RUN_AXE) == []
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        stranger.go("/")
    stranger.close()


def test_when_the_certificate_has_ended_the_device_says_so_and_keeps_what_is_recorded(
    server: TlsServer, tablet: Device
):
    tablet.sign_in(LOGIN)
    server.kill()
    server.use_certificate_of(datetime.now(UTC) - LONG_AGO)
    server.start()
    # As on the day on which the certificate that the tablet knows has ended as well.
    tablet.page.clock.set_system_time(datetime.now(UTC) + LONG_AGO)
    tablet.go(page_of(plant.SHARED_LOT) + "?form=material.issued")
    tablet.fill({"body.quantity": "1"})
    tablet.submit("material.issued")
    notice = tablet.page.locator("[data-certificate]")
    expect(notice).to_contain_text("Everything recorded is kept here")
    assert tablet.waiting() == 1
    server.kill()
    server.environment.clear()
    server.start()
    tablet.wait_until_sent()
    expect(notice).to_be_hidden()
