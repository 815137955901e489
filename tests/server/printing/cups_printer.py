"""`make printers`: labels go to CUPS' own IPP Everywhere printer, whose paper is a file.

Not among the tests that run everywhere: `ippeveprinter` (Debian: cups-ipp-utils) ends at once where
no avahi-daemon runs. Here both must be there.
"""

import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from server.printing import ipp
from server.printing.pwg import SYNC, pwg
from tests.browser.real_server import free_port
from tests.server.printing.test_ipp import labels, setting

PATIENCE_S = 20


@pytest.mark.parametrize("kind", ["application/pdf", "image/pwg-raster"])
def test_cups_own_printer_takes_the_labels(tmp_path: Path, kind: str):
    program = shutil.which("ippeveprinter")
    assert program, "needs ippeveprinter: apt-get install cups-ipp-utils"
    port, spool = free_port(), tmp_path / "spool"
    spool.mkdir()
    call = [program, "-p", str(port), "-d", str(spool), "-k", "-r", "off", "-f", kind,
            "-n", "localhost", "Traveler Test"]  # fmt: skip
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as eve:
        try:
            must_start(eve, port)
            ipp.send(setting(port), labels(), lambda: None, threading.Event().wait)
            [document] = list(spool.iterdir())
            data = document.read_bytes()
        finally:
            eve.terminate()
    assert data.startswith(b"%PDF" if kind == "application/pdf" else SYNC)
    if kind != "application/pdf":
        assert data == pwg(labels())


def must_start(eve: subprocess.Popen[bytes], port: int) -> None:
    """Until it listens."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert eve.poll() is None, "ippeveprinter ended: it needs avahi-daemon running"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the printer did not start")
