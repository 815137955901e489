"""A printer behind a real TCP port: it takes ZPL, says how it is, and dies as it is told to."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

GOOD = ("030,0,0,1245,000,0,0,0,000,0,0,0", "000,0,0,0,0,2,4,0,00000000,1,000", "1234,0")
LABEL = re.compile(rb"\^XA.*?\^XZ", re.DOTALL)


@dataclass
class FakeZebra:
    """`labels` are those that came whole; `answers` the status lines, None for one that is mute.

    `dies_after`: hangs up with a reset once so many labels are there. `slow` holds back the answer
    to each status until it is set.
    """

    answers: tuple[str, ...] | None = GOOD
    dies_after: int | None = None
    slow: threading.Event | None = None
    labels: list[bytes] = field(default_factory=list)
    asked: int = 0
    came: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0

    def wait_for(self, count: int, timeout_s: float = 20) -> list[bytes]:
        """The labels, once there are so many."""
        with self.came:
            there = self.came.wait_for(lambda: len(self.labels) >= count, timeout_s)
        assert there, f"only {len(self.labels)} labels came"
        return list(self.labels)

    def wait_until_asked(self, count: int = 1, timeout_s: float = 20) -> None:
        with self.came:
            assert self.came.wait_for(lambda: self.asked >= count, timeout_s), self.asked

    def serve(self, connection: socket.socket) -> None:
        """One connection until it ends, one way or the other."""
        before, data = 0, b""
        while piece := connection.recv(65536):
            data += piece
            if self._is_asked(data):
                data = data.replace(b"~HS\r\n", b"")
                self._answer(connection)
            whole = LABEL.findall(data)
            if whole[before:]:
                with self.came:
                    self.labels += whole[before:]
                    before = len(whole)
                    self.came.notify_all()
            if self.dies_after is not None and before >= self.dies_after:
                reset(connection)
                return

    def _is_asked(self, data: bytes) -> bool:
        if b"~HS\r\n" not in data:
            return False
        with self.came:
            self.asked += 1
            self.came.notify_all()
        return True

    def _answer(self, connection: socket.socket) -> None:
        if self.slow is not None:
            self.slow.wait(20)
        if self.answers is not None:
            told = "".join(f"\x02{line}\x03\r\n" for line in self.answers)
            connection.sendall(told.encode())


def reset(connection: socket.socket) -> None:
    """Hang up without a goodbye."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()


@contextmanager
def fake_zebra(zebra: FakeZebra, port: int = 0) -> Iterator[FakeZebra]:
    """It listens while this is open."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        zebra.port = listening.getsockname()[1]
        thread = threading.Thread(target=_accept, args=(listening, zebra), daemon=True)
        thread.start()
        yield zebra
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _accept(listening: socket.socket, zebra: FakeZebra) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_served, args=(zebra, connection), daemon=True).start()


def _served(zebra: FakeZebra, connection: socket.socket) -> None:
    with connection:
        try:
            zebra.serve(connection)
        except OSError:
            return
