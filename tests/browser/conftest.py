"""What most browser tests begin with: Playwright, and a demo plant behind a real server process."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.real_server import RealServer


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """Serving; who kills it starts it again."""
    server = RealServer(tmp_path_factory.mktemp("plant") / "data")
    server.start()
    yield server
    server.kill()
