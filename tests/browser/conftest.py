"""What browser tests begin with: Playwright, a demo plant behind a real server process, and devices
of the people who work there.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.device import Device, Opened
from tests.browser.fake_camera import reel
from tests.browser.real_server import RealServer

NOTHING = Image.new("RGB", (420, 420), "white")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """What the server's environment says beside the usual; a module may have its own."""
    return {}


@pytest.fixture(scope="module")
def plant(
    tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str]
) -> Iterator[RealServer]:
    """A demo plant for the tests of a module, new for each."""
    server = RealServer(tmp_path_factory.mktemp("plant") / "data")
    server.environment = settings
    yield server
    server.kill()


@pytest.fixture
def server(plant: RealServer) -> RealServer:
    """It runs, also after a test that killed it."""
    if not plant.answers():
        plant.start()
    return plant


@pytest.fixture
def opened(playwright: Playwright, server: RealServer, tmp_path: Path) -> Iterator[Opened]:
    """A device that somebody signed in on, with what its camera sees; none of its pages may have
    thrown.
    """
    devices: list[Device] = []

    def open_for(login: str, *, film: Sequence[Image.Image] = (), **more: Any) -> Device:
        device = Device(playwright, server, tmp_path / f"{login}-{len(devices)}", **more)
        devices.append(device)
        reel(device.film, *(film or [NOTHING]))
        device.open()
        device.sign_in(login)
        return device

    yield open_for
    for device in devices:
        device.close()
    assert [problem for device in devices for problem in device.problems] == []
