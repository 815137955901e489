"""Sending: what a way to a printer is told, and how it says that nothing went out or that it broke.

The ways themselves are `server.printing.zebra` and `server.printing.ipp`.
"""

import socket
from collections.abc import Callable

from sync.problem import Problem

# Called before the first byte of a label goes out, and again and again while they go.
Progress = Callable[[], None]
# Waits so many seconds; whether the server ends meanwhile, and nobody watches any more.
Pause = Callable[[float], bool]
CONNECT_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 30.0


class NotSent(Exception):
    """Not one byte of a label went out: it may be tried again."""

    def __init__(self, why: Problem) -> None:
        super().__init__(why.code)
        self.why = why


class BrokeOff(Exception):
    """It broke under way: some labels may have been printed."""

    def __init__(self, why: Problem) -> None:
        super().__init__(why.code)
        self.why = why


class Refused(Exception):
    """The printer does not want it, and will not want it the next time either."""

    def __init__(self, why: Problem) -> None:
        super().__init__(why.code)
        self.why = why


def unreached(host: str, error: OSError) -> NotSent:
    """Why nobody answered: printer_refused, printer_unknown_host, printer_silent."""
    code = "printer_silent"
    if isinstance(error, ConnectionRefusedError):
        code = "printer_refused"
    elif isinstance(error, socket.gaierror):
        code = "printer_unknown_host"
    return NotSent(Problem(code, {"host": host}))
