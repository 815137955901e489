"""What every engine can be told to do, and waiting for what comes of it.

Each engine's own client stands beside this; what people do with one is in `hand`.
"""

import time
from typing import Any, Protocol

PATIENCE_S = 40
ASK_AGAIN_S = 0.1
ON_ITS_WAY = ("context", "destroyed", "navigat", "no such frame")


class Refused(Exception):
    """The driver could not do it; its own words."""


class Engine(Protocol):
    """A browser that can be led."""

    name: str

    def go(self, url: str) -> None: ...

    def run(self, script: str, *arguments: object) -> Any:
        """The body of a function; a promise is waited for."""

    def click(self, selector: str) -> None: ...

    def keys(self, text: str) -> None:
        """Typed into whatever has the focus, as fast as the engine takes it."""

    def press(self, key: str) -> None:
        """One key by its name: Enter, Escape."""

    def upload(self, selector: str, path: str) -> None:
        """Choose a file."""

    def draw(self, points: list[tuple[int, int]]) -> None:
        """A pointer goes down on the first of these points of the window and up on the last."""

    def resize(self, width: int, height: int) -> None:
        """The page's own width and height."""

    def picture(self) -> bytes:
        """What the page shows, as PNG."""

    def thrown(self) -> list[str]:
        """Errors that no script of the page caught, where the engine tells."""

    @property
    def is_open(self) -> bool: ...

    def close(self) -> None: ...


def wait(engine: Engine, script: str, *arguments: object, patience_s: float = PATIENCE_S) -> Any:
    """Until the body of a function gives something true; a page on its way gives nothing."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            if found := engine.run(script, *arguments):
                return found
        except Refused as refused:
            is_moving = any(word in str(refused).lower() for word in ON_ITS_WAY)
            if not is_moving or time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline, f"never: {script} {arguments}"
