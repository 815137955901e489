"""IPP: printers as they are met, small ones of our own. CUPS' own is in `cups_printer`."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from labels.content import Label
from server.printing import ipp, ipp_message
from server.printing.drawn import lot_label
from server.printing.ipp_message import (
    ENUM,
    INTEGER,
    JOB,
    KEYWORD,
    MIME,
    OPERATION,
    PRINTER,
    Attribute,
)
from server.printing.printers import PrinterSetting
from server.printing.pwg import HEADER_BYTES, SYNC
from server.printing.sending import BrokeOff, NotSent, Pause, Refused
from tests.browser.real_server import free_port
from tests.server.domain.floor import Floor

BASE_URL = "https://traveler.example"


def labels(count: int = 2) -> list[Label]:
    floor = Floor()
    floor.received()
    lot = floor.lot().as_json()
    return [
        lot_label("lot", lot, base_url=BASE_URL, number=f"K7Q2M4XW-{n}")
        for n in range(1, count + 1)
    ]


def setting(port: int, path: str = "/ipp/print") -> PrinterSetting:
    return PrinterSetting(
        name="p", site="SZ", zh="办公室", en="Office", ipp=f"ipp://127.0.0.1:{port}{path}"
    )


class Small:
    """A printer that answers as it is told to, and keeps the documents that it got."""

    def __init__(self) -> None:
        self.formats: tuple[str, ...] = ("application/octet-stream", "application/pdf")
        self.reasons: tuple[str, ...] = ("none",)
        self.state, self.status, self.job_states = 3, 0, [5, 9]
        self.job_reasons: tuple[str, ...] = ("none",)
        self.hangs_up = False
        self.documents: list[bytes] = []
        self.jobs: list[dict[str, list[Any]]] = []

    def answer(self, operation: int, number: int, data: bytes) -> bytes:
        groups: dict[int, list[Attribute]] = {
            OPERATION: [Attribute(0x47, "attributes-charset", ("utf-8",))]
        }
        status = 0
        if operation == ipp.GET_PRINTER_ATTRIBUTES:
            groups[PRINTER] = [
                Attribute(MIME, "document-format-supported", self.formats),
                Attribute(ENUM, "printer-state", (self.state,)),
                Attribute(KEYWORD, "printer-state-reasons", self.reasons),
            ]
        elif operation == ipp.PRINT_JOB:
            status = self.status
            if status == ipp.UNSUPPORTED and b"media-col" not in data:
                status = 0
            told = ipp_message.read(data)
            self.jobs.append(told.attributes)
            self.documents.append(data[length_of(data) :])
            groups[JOB] = [Attribute(INTEGER, "job-id", (41,))]
        else:
            state = self.job_states.pop(0) if len(self.job_states) > 1 else self.job_states[0]
            groups[JOB] = [
                Attribute(ENUM, "job-state", (state,)),
                Attribute(KEYWORD, "job-state-reasons", self.job_reasons),
            ]
        return ipp_message.request(status, number, groups)


def length_of(message: bytes) -> int:
    """Where the attributes end and the document begins."""
    at = 8
    while message[at] != ipp_message.END:
        if message[at] <= ipp_message.DELIMITERS_MAX:
            at += 1
            continue
        (name,) = struct.unpack_from("!H", message, at + 1)
        (value,) = struct.unpack_from("!H", message, at + 3 + name)
        at += 5 + name + value
    return at + 1


@contextmanager
def small(printer: Small) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            _, _, operation, number = struct.unpack_from("!BBHI", data)
            if printer.hangs_up and operation == ipp.PRINT_JOB:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            answer = printer.answer(operation, number, data)
            self.send_response(200)
            self.send_header("content-type", "application/ipp")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def goes_on(_seconds: float) -> bool:
    return False


def sent(printer: Small, path: str = "/ipp/print", pause: Pause = goes_on) -> list[int]:
    steps: list[int] = []
    with small(printer) as port:
        ipp.send(setting(port, path), labels(), lambda: steps.append(len(printer.documents)), pause)
    return steps


def test_labels_go_as_one_pdf_of_their_own_size():
    printer = Small()
    steps = sent(printer)
    [document] = printer.documents
    assert document.startswith(b"%PDF")
    assert document.rstrip().endswith(b"%%EOF")
    [job] = printer.jobs
    assert job["document-format"] == ["application/pdf"]
    assert job["print-scaling"] == ["none"]
    assert steps[0] == 0, "told before the first byte"


def test_a_printer_that_knows_no_such_size_gets_the_pages_as_they_are():
    printer = Small()
    printer.status = ipp.UNSUPPORTED
    sent(printer)
    assert ["media-col" in job for job in printer.jobs] == [True, False]
    assert printer.documents[-1].startswith(b"%PDF")


def test_a_printer_without_pdf_gets_raster_that_reads_back():
    printer = Small()
    printer.formats = ("image/pwg-raster", "image/urf")
    sent(printer)
    pages = unpacked(printer.documents[0])
    assert [page.size for page in pages] == [(1170, 799), (1170, 799)]
    codes = [code.text for page in pages for code in zxingcpp.read_barcodes(page)]
    assert f"{BASE_URL}/lots/SZ%3AM-1%3AL1?p=K7Q2M4XW-2" in codes


def unpacked(data: bytes) -> list[Image.Image]:
    """PWG raster read by the letter of the standard."""
    assert data.startswith(SYNC)
    at, pages = len(SYNC), []
    while at < len(data):
        header = data[at : at + HEADER_BYTES]
        assert header.startswith(b"PwgRaster\0")
        width, height = struct.unpack_from("!2I", header, 372)
        at += HEADER_BYTES
        rows = bytearray()
        while len(rows) < width * height:
            same, at = data[at] + 1, at + 1
            row = bytearray()
            while len(row) < width:
                count, at = data[at], at + 1
                if count < 128:
                    row += data[at : at + 1] * (count + 1)
                    at += 1
                else:
                    row += data[at : at + 257 - count]
                    at += 257 - count
            rows += row * same
        pages.append(Image.frombytes("L", (width, height), bytes(rows)))
    return pages


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"reasons": ("media-empty-error",), "state": 5}, "printer_paper_out"),
        ({"reasons": ("cover-open",)}, "printer_head_open"),
        ({"reasons": ("paused",), "state": 5}, "printer_paused"),
        ({"formats": ("image/jpeg",)}, "printer_formats"),
        ({"status": 0x0507}, "printer_rejected"),
    ],
)
def test_a_printer_that_can_t_just_now_is_tried_again(told: dict[str, Any], code: str):
    printer = Small()
    vars(printer).update(told)
    with pytest.raises(NotSent) as raised:
        sent(printer)
    assert raised.value.why.code == code


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"status": 0x040A}, "printer_rejected"),
        ({"job_states": [8], "job_reasons": ("document-format-error",)}, "printer_aborted"),
        ({"job_states": [5, 7]}, "printer_cancelled"),
    ],
)
def test_a_job_that_the_printer_does_not_want_has_failed(told: dict[str, Any], code: str):
    printer = Small()
    vars(printer).update(told)
    with pytest.raises(Refused) as raised:
        sent(printer)
    assert raised.value.why.code == code
    assert raised.value.why.params.get("reason", "document-format-error") == (
        "document-format-error"
    )


def test_a_printer_that_hangs_up_on_the_document_has_perhaps_printed():
    printer = Small()
    printer.hangs_up = True
    with pytest.raises(BrokeOff) as raised:
        sent(printer)
    assert raised.value.why.code == "printer_broke_off"


def test_a_printer_that_is_off_refuses():
    with pytest.raises(NotSent) as raised:
        ipp.send(setting(free_port()), labels(1), lambda: None, goes_on)
    assert raised.value.why.code == "printer_refused"


@pytest.mark.parametrize("answer", [b"", b"nonsense", b"\x01\x01\x00\x00\x00\x00\x00\x01\x42\x00"])
def test_what_is_no_ipp_answer_is_told(answer: bytes):
    with pytest.raises(ValueError, match="IPP"):
        ipp_message.read(answer)


def test_a_server_that_ends_does_not_wait_for_a_printer_that_has_the_job():
    printer = Small()
    printer.job_states = [5]
    asked: list[float] = []

    def ends(seconds: float) -> bool:
        asked.append(seconds)
        return True

    sent(printer, pause=ends)
    assert (len(printer.documents), len(asked)) == (1, 1)
