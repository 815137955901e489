"""The schedule: simulated time, and what happens in it in which order.

Tasks are generators that yield where a real program would wait: between two durable writes
(`Pause`) and for the network (`Ask`). At each yield they may be killed, and then lose all but what
was durable.
"""

import heapq
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

Act = Callable[[], None]


@dataclass(frozen=True)
class Pause:
    """Time passes; whatever was durable before it lasts."""

    ms: int = 0


@dataclass(frozen=True)
class Ask:
    """A question to the server; the task goes on with its answer, or with Unreachable."""

    route: str
    question: dict[str, Any]


class Unreachable(Exception):
    """No answer that anything can be concluded from."""


class Refused(Exception):
    """The server answered that it cannot go on."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


Task = Generator[Pause | Ask, Any, Any]


@dataclass
class Schedule:
    """What is to happen, by time; what comes at the same time comes in the order of asking."""

    now_ms: int = 0
    _waiting: list[tuple[int, int, Act]] = field(default_factory=list)
    _count: int = 0

    def after(self, ms: int, act: Act) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (self.now_ms + max(0, ms), self._count, act))

    def run(self, until_ms: int) -> None:
        """All that is due up to this moment."""
        while self._waiting and self._waiting[0][0] <= until_ms:
            self.now_ms, _, act = heapq.heappop(self._waiting)
            act()
        self.now_ms = until_ms
