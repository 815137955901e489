"""What is wrong with an answer, or with the plant after it; one line per finding."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import func, select

from server.domain.delivery import LATE
from server.plant import LANGUAGES, Plant
from server.web.wire import EnrolAnswer, ProblemAnswer, PullAnswer, PushAnswer
from sync.blobs import FORMATS
from sync.entry import digest_of
from sync.journal import id_of_bytes, verdict_of
from sync.store import table_of
from sync.tables import BlobRow, DeviceRow, DocumentRow, JournalRow
from tests.fuzz.wire import Answer, Request

SHAPES: dict[str, type[Any]] = {
    "/sync/push": PushAnswer,
    "/sync/pull": PullAnswer,
    "/sync/enrol": EnrolAnswer,
}
BUSY, ADDED = 503, 204
WHAT_IS_A_DEFECT = "handler_failed"


def wrong_words(plant: Plant, request: Request, answer: Answer) -> Iterable[str]:
    """An answer is of the right shape, or a Problem that is known, or nothing as nobody waits."""
    if answer.raised is not None and not request.hangs_up:
        yield f"raised {answer.raised!r}"
    if answer.status >= 500 and answer.status != BUSY:
        yield f"status {answer.status}"
    if answer.status == 0 and not request.hangs_up:
        yield "no answer"
    if answer.status >= 400 and request.method != "HEAD":
        yield from _wrong_problem(plant, answer)
    elif request.method in ("HEAD", "OPTIONS"):
        return
    elif answer.status == ADDED:
        if answer.body:
            yield "a body where none belongs"
    elif answer.status == 200:
        yield from _wrong_shape(request, answer)
    elif answer.status and answer.status < 400:
        yield f"status {answer.status}"


def _wrong_problem(plant: Plant, answer: Answer) -> Iterable[str]:
    if not answer.headers.get("content-type", "").startswith("application/json"):
        yield f"a Problem as {answer.headers.get('content-type')}"
        return
    told = json.loads(answer.body)
    problem = msgspec.convert(told, ProblemAnswer)
    if set(told) != {"code", "params", "text"} or set(problem.text) != set(LANGUAGES):
        yield f"a Problem with {sorted(told)} in {sorted(told['text'])}"
    known = plant.problems.get(problem.code)
    if known is None:
        yield f"nobody knows the code {problem.code}"
    elif known["status"] != answer.status:
        yield f"{problem.code} with {answer.status} instead of {known['status']}"
    if not all(problem.text.values()) or problem.code in problem.text.values():
        yield f"{problem.code} has no text"
    if answer.status == BUSY and not answer.headers.get("retry-after", "").isdigit():
        yield "busy, and not for how long"


def _wrong_shape(request: Request, answer: Answer) -> Iterable[str]:
    path = request.path.partition("?")[0]
    if path not in SHAPES:
        if hashlib.sha256(answer.body).hexdigest() != path.removeprefix("/blobs/"):
            yield "other bytes than were asked for"
        if answer.headers.get("content-type") not in FORMATS.values():
            yield f"a blob as {answer.headers.get('content-type')}"
        return
    told = json.loads(answer.body)
    try:
        shape = msgspec.convert(told, SHAPES[path])
    except msgspec.ValidationError as error:
        yield f"not the right shape: {error}"
        return
    names = set(vars(shape))
    if set(told) != names:
        yield f"the fields {sorted(set(told) ^ names)}"


class Books:
    """What the server was told and has answered, held against what it has kept."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._pos = self._last_pos()
        self._answered: dict[str, dict[str, Any]] = {}
        self._kept: Counter[str] = Counter()
        self._devices = self._counted(DeviceRow)
        self._documents = self._counted(DocumentRow)
        self.entries = 0
        self.verdicts: Counter[str] = Counter()

    def take(self, request: Request, answer: Answer) -> Iterable[str]:
        """After each request: what is new is what was answered, and the other way round."""
        rows = self._new_rows()
        yield from self._kept_twice(rows)
        if request.path == "/sync/push" and answer.status == 200:
            yield from self._wrong_push(request, json.loads(answer.body), rows)
        elif rows and not request.hangs_up:
            yield f"{len(rows)} entries kept, answered with {answer.status}"
        devices, documents = self._counted(DeviceRow), self._counted(DocumentRow)
        let_in = devices - self._devices
        if let_in and (request.path != "/sync/enrol" or let_in > 1 or answer.status != 200):
            yield f"{let_in} devices let in"
        if documents != self._documents and not rows:
            yield "documents changed, and no entry did it"
        self._devices, self._documents = devices, documents
        self.entries += len(rows)

    def _wrong_push(
        self, request: Request, told: dict[str, Any], rows: list[dict[str, Any]]
    ) -> Iterable[str]:
        sent = _entries(request.body)
        verdicts = told["verdicts"]
        self.verdicts.update(one["code"] or one["status"] for one in verdicts)
        if told["need"] != "resend_from" and len(verdicts) != len(sent):
            yield f"{len(sent)} entries, {len(verdicts)} verdicts, need {told['need']}"
        # Of what comes late the server records on its own that it did.
        new = {row["entry_id"]: row for row in rows if row["kind"] != LATE}
        if not set(new) <= {one["id"] for one in verdicts}:
            yield "kept what it did not answer"
        following = iter(sent)
        for verdict in verdicts:
            entry_id = verdict["id"]
            raw = next((raw for raw in following if entry_id in _ids(raw)), None)
            row = new.get(entry_id) or self._row(entry_id)
            if raw is None or row is None or bytes(row["raw"]) != raw:
                yield f"{entry_id} was answered: sent {raw!r}, kept {row and row['raw']!r}"
            elif verdict_of(row) != verdict:
                yield f"{entry_id}: says {verdict}, keeps {verdict_of(row)}"
            if self._answered.setdefault(entry_id, verdict) != verdict:
                yield f"{entry_id}: other words than before"
            if verdict["code"] == WHAT_IS_A_DEFECT:
                yield f"{entry_id}: a handler failed, {verdict['params']}, {raw!r}"

    def _kept_twice(self, rows: list[dict[str, Any]]) -> Iterable[str]:
        for row in rows:
            sha256 = digest_of(bytes(row["raw"]))
            self._kept[sha256] += 1
            if self._kept[sha256] > 1:
                yield f"{row['entry_id']}: the same bytes are there already"

    def _new_rows(self) -> list[dict[str, Any]]:
        table = table_of(JournalRow)
        with self._plant.store.read() as connection:
            found = select(table).where(table.c.pos > self._pos).order_by(table.c.pos)
            rows = [dict(row) for row in connection.execute(found).mappings()]
        self._pos = rows[-1]["pos"] if rows else self._pos
        return rows

    def _row(self, entry_id: str) -> dict[str, Any] | None:
        table = table_of(JournalRow)
        with self._plant.store.read() as connection:
            found = connection.execute(select(table).where(table.c.entry_id == entry_id))
            row = found.mappings().first()
        return dict(row) if row else None

    def _last_pos(self) -> int:
        with self._plant.store.read() as connection:
            return int(connection.scalar(select(func.max(table_of(JournalRow).c.pos))) or 0)

    def _counted(self, model: type[Any]) -> int:
        with self._plant.store.read() as connection:
            counted = select(func.count()).select_from(table_of(model))
            return int(connection.scalar(counted) or 0)


class Shelf:
    """What was answered about blobs, held against the files and the database."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant

    def take(self, request: Request, answer: Answer) -> Iterable[str]:
        """After each request that may have added a piece."""
        if request.method != "PATCH" or answer.status != ADDED:
            return
        sha256 = request.path.partition("?")[0].removeprefix("/blobs/")
        there = self._plant.blobs.progress(sha256)
        told = int(answer.headers["upload-offset"])
        if there is None or there.offset != told:
            yield f"says {told} bytes, has {there}"
            return
        length = int(dict(request.headers)["upload-length"])
        if told == length and there.length != length:
            yield "said to be whole, and is not kept"

    def count(self) -> int:
        """How many blobs are kept."""
        with self._plant.store.read() as connection:
            return len(connection.scalars(select(table_of(BlobRow).c.sha256)).all())


def _entries(body: bytes) -> list[bytes]:
    """The entries in a push, read by another reader than the server's."""
    told = json.loads(body.decode("utf-8", "surrogatepass"))
    return [one["entry"].encode("utf-8", "surrogatepass") for one in told["entries"]]


def _ids(raw: bytes) -> set[str]:
    found = {id_of_bytes(digest_of(raw))}
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return found
    if isinstance(told, dict) and isinstance(told.get("id"), str):
        found.add(told["id"])
    return found
