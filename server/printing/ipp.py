"""Any printer that speaks IPP (RFC 8011), or a CUPS queue: Get-Printer-Attributes, Print-Job, and
Get-Job-Attributes until it is done.

The labels go as one PDF with pages of their own size, or as PWG raster where the printer takes no
PDF. Libraries for it bring an event loop or CUPS' own headers for these three requests.
"""

import getpass
import ssl
import time
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from labels.content import Label
from labels.printing import pdf
from server.printing.ipp_message import (
    CHARSET,
    INTEGER,
    JOB,
    KEYWORD,
    LANGUAGE,
    MIME,
    NAME,
    OPERATION,
    URI,
    Answer,
    Attribute,
    read,
    request,
)
from server.printing.printers import IPP_PORT, PrinterSetting
from server.printing.pwg import pwg
from server.printing.sending import (
    ANSWER_TIMEOUT_S,
    CONNECT_TIMEOUT_S,
    BrokeOff,
    NotSent,
    Pause,
    Progress,
    Refused,
    unreached,
)
from sync.problem import Problem

PRINT_JOB, GET_JOB_ATTRIBUTES, GET_PRINTER_ATTRIBUTES = 0x0002, 0x0009, 0x000B
PDF, PWG = "application/pdf", "image/pwg-raster"
ANSWER_BYTES_MAX = 1024 * 1024
UNSUPPORTED = 0x040B  # client-error-attributes-or-values-not-supported
WATCH_S, LOOK_S = 30.0, 0.5
STOPPED = 5  # printer-state
CANCELLED, ABORTED, COMPLETED = 7, 8, 9  # job-state
# printer-state-reasons that keep it from printing, by their beginning (RFC 8011 §5.4.12).
REASONS = {
    "media-empty": "printer_paper_out",
    "media-needed": "printer_paper_out",
    "cover-open": "printer_head_open",
    "door-open": "printer_head_open",
    "interlock-open": "printer_head_open",
    "marker-supply-empty": "printer_ribbon_out",
    "paused": "printer_paused",
}


def send(
    printer: PrinterSetting, labels: Sequence[Label], progress: Progress, pause: Pause
) -> None:
    """Print these labels as one job, and watch it for a while: IPP has no way to be told.

    Raises NotSent, BrokeOff, Refused, LabelError.
    """
    way = _Way(printer)
    kind = _format(way)
    document = pdf(labels, page="label") if kind == PDF else pwg(labels)
    progress()
    job = way.print(document, kind, labels[0])
    end = time.monotonic() + WATCH_S
    while time.monotonic() < end:
        told = way.job(job)
        state = told.first("job-state", 0) if told else COMPLETED
        if state == COMPLETED:
            return
        if state == CANCELLED:
            raise Refused(Problem("printer_cancelled", {}))
        if state == ABORTED:
            reason = ", ".join(str(r) for r in (told.attributes if told else {}).get(
                "job-state-reasons", []))  # fmt: skip
            raise Refused(Problem("printer_aborted", {"reason": reason}))
        progress()
        if pause(LOOK_S):
            return


def _format(way: "_Way") -> str:
    """What it takes, if it is well. Raises NotSent."""
    told = way.printer()
    if not told.is_good:
        raise NotSent(Problem("printer_rejected", {"status": f"0x{told.status:04x}"}))
    reasons = [str(reason) for reason in told.attributes.get("printer-state-reasons", [])]
    trouble = next((c for b, c in REASONS.items() if any(r.startswith(b) for r in reasons)), None)
    if trouble and (told.first("printer-state") == STOPPED or trouble != "printer_paused"):
        raise NotSent(Problem(trouble, {}))
    if told.first("printer-is-accepting-jobs", True) is False:
        raise NotSent(Problem("printer_rejected", {"status": "not-accepting-jobs"}))
    formats = told.attributes.get("document-format-supported", [PDF])
    for kind in (PDF, PWG):
        if kind in formats:
            return kind
    raise NotSent(Problem("printer_formats", {"printer": way.setting.label}))


class _Way:
    """The way to one printer; a connection for each request, as printers hang up when they like."""

    def __init__(self, setting: PrinterSetting) -> None:
        self.setting = setting
        self._uri = setting.ipp or ""
        self._parts: SplitResult = urlsplit(self._uri)
        self._number = 0

    @property
    def host(self) -> str:
        return f"{self._parts.hostname}:{self._parts.port or IPP_PORT}"

    def printer(self) -> Answer:
        """How it is, and what it takes. Raises NotSent."""
        wanted = ("document-format-supported", "printer-state", "printer-state-reasons",
                  "printer-is-accepting-jobs")  # fmt: skip
        asked = [Attribute(KEYWORD, "requested-attributes", wanted)]
        try:
            return self._ask(GET_PRINTER_ATTRIBUTES, {OPERATION: asked})
        except OSError as error:
            raise unreached(self.host, error) from error
        except (HTTPException, ValueError) as error:
            raise NotSent(Problem("printer_rejected", {"status": type(error).__name__})) from error

    def print(self, document: bytes, kind: str, label: Label) -> int:
        """Its number of the job. Raises NotSent, BrokeOff, Refused."""
        name = label.values.get("lot_code", "") or "Traveler"
        operation = [
            Attribute(NAME, "requesting-user-name", (getpass.getuser(),)),
            Attribute(NAME, "job-name", (f"Traveler {name}",)),
            Attribute(MIME, "document-format", (kind,)),
        ]
        size = {"x-dimension": round(label.layout.width_mm * 100),
                "y-dimension": round(label.layout.height_mm * 100)}  # fmt: skip
        job = [
            Attribute(0, "media-col", ({"media-size": size},)),
            Attribute(KEYWORD, "print-scaling", ("none",)),
        ]
        try:
            told = self._ask(PRINT_JOB, {OPERATION: operation, JOB: job}, document)
            if told.status == UNSUPPORTED:  # it knows no size but its own: those of the pages hold
                told = self._ask(PRINT_JOB, {OPERATION: operation}, document)
        except (OSError, HTTPException, ValueError) as error:
            why = Problem("printer_broke_off", {"printer": self.setting.label})
            raise BrokeOff(why) from error
        if not told.is_good:
            why = Problem("printer_rejected", {"status": f"0x{told.status:04x}"})
            busy = told.status in (0x0502, 0x0504, 0x0505, 0x0506, 0x0507)
            raise NotSent(why) if busy else Refused(why)
        return int(told.first("job-id", 0))

    def job(self, number: int) -> Answer | None:
        """How the job is; None where it can't be asked: it has been taken all the same."""
        wanted = ("job-state", "job-state-reasons")
        asked = [
            Attribute(INTEGER, "job-id", (number,)),
            Attribute(KEYWORD, "requested-attributes", wanted),
        ]
        try:
            told = self._ask(GET_JOB_ATTRIBUTES, {OPERATION: asked})
        except (OSError, HTTPException, ValueError):
            return None
        return told if told.is_good else None

    def _ask(
        self, operation: int, groups: dict[int, list[Attribute]], document: bytes = b""
    ) -> Answer:
        """Raises OSError, HTTPException, ValueError."""
        self._number += 1
        first = [
            Attribute(CHARSET, "attributes-charset", ("utf-8",)),
            Attribute(LANGUAGE, "attributes-natural-language", ("en",)),
            Attribute(URI, "printer-uri", (self._uri,)),
        ]
        groups = groups | {OPERATION: first + groups[OPERATION]}
        told = request(operation, self._number, groups)
        connection = self._connection()
        try:
            connection.connect()
            if connection.sock:
                connection.sock.settimeout(ANSWER_TIMEOUT_S)
            path = self._parts.path or "/"
            connection.request("POST", path, told + document, {"content-type": "application/ipp"})
            answer = connection.getresponse()
            if answer.status != 200:
                raise ValueError(f"HTTP {answer.status}")
            return read(answer.read(ANSWER_BYTES_MAX))
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port or IPP_PORT
        if self._parts.scheme == "ipps":
            context = ssl.create_default_context()
            return HTTPSConnection(host, port, timeout=CONNECT_TIMEOUT_S, context=context)
        return HTTPConnection(host, port, timeout=CONNECT_TIMEOUT_S)
