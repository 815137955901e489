"""Firefox and WebKitGTK as Debian has them, each test once in each."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.browser.device import TABLET
from tests.browser.drivers.engine import Engine
from tests.browser.drivers.firefox import Firefox
from tests.browser.drivers.hand import Hand
from tests.browser.drivers.webkit import WebKit
from tests.browser.real_server import RealServer

LIBRARIES = Path("/usr/lib")
FAKE_CAMERA = {
    "media.navigator.streams.fake": True,
    "permissions.default.camera": 1,
    "intl.accept_languages": "zh-CN, zh",
}
MOCK_CAMERA = ["--enable-media-stream=true", "--enable-mock-capture-devices=true"]

Opened = Callable[..., Hand]


def firefox(folder: Path, *, camera: bool = True, preferences: object = None) -> Engine:
    """With the camera that it makes up itself, or none; `preferences` as in about:config."""
    program = which("firefox-esr") or which("firefox")
    assert program, "Firefox is not installed"
    told = dict(preferences) if isinstance(preferences, dict) else {}
    return Firefox(program, folder / "profile", (FAKE_CAMERA if camera else {}) | told)


def webkit(folder: Path, *, camera: bool = True, preferences: object = None) -> Engine:
    """With the camera that it makes up itself, or none; it has no preferences."""
    assert preferences is None
    program = next(LIBRARIES.glob("*/webkit2gtk-4.*/MiniBrowser"), None)
    assert program, "WebKitGTK's MiniBrowser is not installed"
    arguments = MOCK_CAMERA if camera else []
    return WebKit(str(program), arguments, folder / "log", {**os.environ})


ENGINES = {"Firefox": firefox, "WebKitGTK": webkit}


def only(name: str) -> pytest.MarkDecorator:
    """For what the other engine can't do; docs/quality.md says what and why."""
    return pytest.mark.parametrize("engine", [name], indirect=True)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Its name."""
    name: str = request.param
    return name


@pytest.fixture
def opened(engine: str, server: RealServer, tmp_path: Path) -> Iterator[Opened]:
    """A tablet with this engine; no script of its pages may have thrown. One that was closed can be
    opened again, another stands beside one that is open.
    """
    hands: list[Hand] = []

    def open_one(**more: Any) -> Hand:
        folder = tmp_path / str(sum(hand.engine.is_open for hand in hands))
        folder.mkdir(exist_ok=True)
        hand = Hand(ENGINES[engine](folder, **more), server)
        hand.engine.resize(TABLET["width"], TABLET["height"])
        hands.append(hand)
        return hand

    yield open_one
    still = [hand.engine for hand in hands if hand.engine.is_open]
    thrown = [error for one in still for error in one.thrown()]
    for number, one in enumerate(still):
        # What a failure looks like.
        (tmp_path / f"last-{number}.png").write_bytes(one.picture())
        one.close()
    assert thrown == []


@pytest.fixture
def told(engine: str) -> Callable[[str], None]:
    """Says what was just seen to work; `make browsers` shows it."""
    return lambda words: print(f"{engine}: {words}", flush=True)
