"""Chance: all that is random in a simulated day follows from its seed, also what the engine draws.

Ids, tokens, secrets and the time come from here, so a failing seed replays byte for byte. What is
drawn for what is in the modules that draw.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from random import Random
from unittest.mock import patch
from uuid import UUID


class Chance(Random):
    """Dice that also make ids."""

    now_ms: Callable[[], int] = staticmethod(lambda: 0)

    def happens(self, probability: float) -> bool:
        return self.random() < probability

    def uuid7(self) -> UUID:
        """A UUIDv7 of the simulated moment."""
        time_part, low = self.now_ms() << 80, self.getrandbits(62)
        return UUID(int=time_part | 7 << 76 | self.getrandbits(12) << 64 | 2 << 62 | low)

    def uuid4(self) -> UUID:
        return UUID(int=self.getrandbits(128), version=4)

    def hex(self, number: int | None = None) -> str:
        """As `secrets.token_hex`; also stands for `token_urlsafe`, whose letters don't matter."""
        return self.randbytes(number or 32).hex()


@contextmanager
def seeded(chance: Chance, now: Callable[[], datetime]) -> Iterator[None]:
    """Within this the engine draws its ids and secrets from `chance` and reads this clock.

    They are nobody's parameter in the engine, so this is the one place that replaces them.
    """
    with ExitStack() as stack:
        for name, made in (
            ("uuid.uuid4", chance.uuid4),
            ("secrets.token_hex", chance.hex),
            ("secrets.token_urlsafe", chance.hex),
            ("sync.compose.uuid7", chance.uuid7),
            ("server.plant.utc_now", now),
        ):
            stack.enter_context(patch(name, made))
        yield
