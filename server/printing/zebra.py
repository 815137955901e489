"""A Zebra, or any printer that takes ZPL, over raw TCP (port 9100).

Before the labels it is asked how it is (`~HS`, ZPL II Programming Guide), and again after them, as
the port itself acknowledges nothing. A printer that never answers is sent to all the same.
"""

import re
import socket
from collections.abc import Sequence

from server.printing.printers import PrinterSetting
from server.printing.sending import (
    ANSWER_TIMEOUT_S,
    CONNECT_TIMEOUT_S,
    BrokeOff,
    NotSent,
    Progress,
    unreached,
)
from sync.problem import Problem

HOW_ARE_YOU = b"~HS\r\n"
STATUS_TIMEOUT_S = 2.0
STATUS_LINES = 3
STATUS_BYTES_MAX = 4096
_LINE = re.compile(rb"\x02([^\x02\x03]*)\x03")


def send(printer: PrinterSetting, labels: Sequence[bytes], progress: Progress) -> None:
    """Hand over each label's ZPL. Raises NotSent, BrokeOff."""
    host, port = printer.place
    try:
        connection = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
    except OSError as error:
        raise unreached(f"{host}:{port}", error) from error
    with connection:
        answers = _is_well(connection, f"{host}:{port}")
        progress()
        try:
            for label in labels:
                connection.settimeout(ANSWER_TIMEOUT_S)
                connection.sendall(label)
                progress()
            _hand_over(connection, answers=answers)
        except OSError as error:
            why = Problem("printer_broke_off", {"printer": printer.label})
            raise BrokeOff(why) from error


def _is_well(connection: socket.socket, host: str) -> bool:
    """Whether it answers at all. Raises NotSent where it says that it can't print."""
    try:
        status = _status(connection)
    except TimeoutError:
        return False
    except OSError as error:
        raise unreached(host, error) from error
    found = _trouble(status)
    if found:
        raise NotSent(Problem(found, {}))
    return bool(status)


def _status(connection: socket.socket) -> list[list[bytes]]:
    """The fields of its three lines; none where it closes without a word. Raises OSError."""
    connection.settimeout(STATUS_TIMEOUT_S)
    connection.sendall(HOW_ARE_YOU)
    told = b""
    while len(_LINE.findall(told)) < STATUS_LINES and len(told) < STATUS_BYTES_MAX:
        piece = connection.recv(1024)
        if not piece:
            raise ConnectionResetError("closed before it answered")
        told += piece
    return [line.split(b",") for line in _LINE.findall(told)]


def _trouble(status: list[list[bytes]]) -> str | None:
    """What keeps it from printing: the flags of the first line and of the second."""
    first, second = (status[n] if len(status) > n else [] for n in (0, 1))
    flags = ((first, 1, "printer_paper_out"), (second, 2, "printer_head_open"),
             (second, 3, "printer_ribbon_out"), (first, 2, "printer_paused"))  # fmt: skip
    return next((code for line, at, code in flags if len(line) > at and line[at] == b"1"), None)


def _hand_over(connection: socket.socket, *, answers: bool) -> None:
    """Wait until the printer has taken all of it. Raises OSError where it did not."""
    if answers:
        connection.settimeout(ANSWER_TIMEOUT_S)
        connection.sendall(HOW_ARE_YOU)
        told = b""
        while len(_LINE.findall(told)) < 1:
            piece = connection.recv(1024)
            if not piece:
                raise ConnectionResetError("closed before it had taken all")
            told += piece
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(STATUS_TIMEOUT_S)
    try:
        while connection.recv(1024):
            pass
    except TimeoutError:
        return  # it keeps the connection open; what was sent is there
