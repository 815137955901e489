"""Worker: a thread for each printer that takes what waits for it, sends it, and says what came.

It hears the hint that devices hear; what it missed it finds in the documents. Any number of
processes may do this side by side (`server.printing.queue`).
"""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from labels.error import LabelError
from labels.printing import zpl
from server.domain.label import Print, lot_key_of
from server.domain.model import DOCUMENTS
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.plant import Plant
from server.printing import ipp, queue, zebra
from server.printing.drawn import print_labels, problem_of
from server.printing.installed import waiting
from server.printing.printers import PrinterSetting
from server.printing.queue import Job, Taken
from server.printing.sending import BrokeOff, NotSent, Refused
from server.setup import perform
from sync import documents
from sync.compose import Deed
from sync.problem import Problem

LOOK_EVERY_S = 20.0
REST_S = 0.2
SLACK = timedelta(minutes=2)
log = structlog.get_logger()


class Worker:
    """Serves one printer from `start` on until `stop`."""

    def __init__(self, plant: Plant, printer: PrinterSetting) -> None:
        self._plant, self._printer = plant, printer
        self._call = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=printer.key, daemon=True)

    def start(self) -> None:
        """What waits already is printed too, unless it is too late for that."""
        self._plant.pokes.append(self.hear)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Finish the job at hand, if it does not take too long, then stop."""
        self._plant.pokes.remove(self.hear)
        self._ending.set()
        self._call.set()
        self._thread.join(timeout_s)

    def hear(self, scopes: Mapping[str, int]) -> None:
        """Something moved; it may be for this printer."""
        if any(scope.startswith(f"{self._printer.site}.") for scope in scopes):
            self._call.set()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._call.clear()
            rest = LOOK_EVERY_S
            try:
                self.work()
                rest = self._rest()
            except (OSError, Problem, SQLAlchemyError) as error:
                log.warning("printing", printer=self._printer.key, error=type(error).__name__)
            except Exception:
                log.exception("printing", printer=self._printer.key)
            self._call.wait(rest)

    def work(self) -> None:
        """All that is due now."""
        self._adopt()
        self._tell()
        while not self._ending.is_set():
            with self._plant.store.write() as connection:
                taken = queue.take(
                    connection, self._printer.key, self._plant.store.name, self._plant.now()
                )
            if taken is None:
                break
            self._print(taken)
            self._tell()
        self._tell()

    def _rest(self) -> float:
        with self._plant.store.read() as connection:
            due = queue.next_due(connection, self._printer.key)
        if due is None:
            return LOOK_EVERY_S
        left = datetime.fromisoformat(due) - self._plant.now()
        return min(LOOK_EVERY_S, max(REST_S, left.total_seconds()))

    def _adopt(self) -> None:
        """What the documents have waiting; what comes too late asks first."""
        now, key = self._plant.now(), self._printer.key
        with self._plant.store.read() as connection:
            prints = [
                (labels.key, one)
                for labels in waiting(connection, key)
                for one in labels.prints
                if one.printer == key and one.state == "waiting"
            ]
            known = queue.known(connection, key)
        jobs = [(Job(on, one.code, one.round, key, one.asked_at), one) for on, one in prints]
        fresh = [(job, one) for job, one in jobs if job.id not in known]
        limit = timedelta(minutes=self._plant.settings.print_late_minutes)
        late = [(job, one) for job, one in fresh if now - _moment(one.asked_at) > limit]
        for job, _ in late:
            self._report_late(job, now)
        in_time = [job for job, one in fresh if (job, one) not in late]
        if in_time:
            with self._plant.store.write() as connection:
                queue.adopt(connection, in_time, now)

    def _print(self, taken: Taken) -> None:
        now, settings = self._plant.now(), self._plant.settings
        one, lot = self._asked(taken.job)
        if one is None or lot is None:
            with self._plant.store.write() as connection:
                queue.drop(connection, taken)
            return
        patience = timedelta(minutes=settings.print_give_up_minutes)
        waited = now - _moment(taken.first_at)
        if waited > patience + SLACK:  # nobody was there to try it
            with self._plant.store.write() as connection:
                queue.drop(connection, taken)
            self._report_late(taken.job, now)
            return
        try:
            self._send(taken, one, lot)
        except NotSent as error:
            if waited < patience:
                self._keep(taken, "waiting", error.why)
            else:
                self._keep(taken, "failed", error.why)
        except BrokeOff as error:
            self._keep(taken, "perhaps", error.why)
        except Refused as error:
            self._keep(taken, "failed", error.why)
        except LabelError as error:
            self._keep(taken, "failed", problem_of(error))
        else:
            self._keep(taken, "sent", None)

    def _asked(self, job: Job) -> tuple[Print | None, Mapping[str, object] | None]:
        """The print as it stands now, unless it was called off; the lot that it is of."""
        lot_key = lot_key_of(job.labels)
        with self._plant.store.read() as connection:
            found = documents.load(connection, DOCUMENTS, {job.labels, lot_key})
        labels, lot = found.get(job.labels), found.get(lot_key)
        prints = getattr(labels, "prints", [])
        one = next((p for p in prints if p.code == job.code and p.round == job.round), None)
        if one is None or one.state != "waiting":
            return None, None
        return one, lot.as_json() if lot else None

    def _send(self, taken: Taken, one: Print, lot: Mapping[str, object]) -> None:
        base_url = self._plant.settings.public_url
        drawn = print_labels(one.model_dump(mode="json"), lot, base_url=base_url)
        if not drawn:
            raise Refused(Problem("label_void_already", {"print": one.code}))
        if self._printer.technique == "zpl":
            pieces = [zpl([label], dpi=self._printer.dpi).encode() for label in drawn]
            zebra.send(self._printer, pieces, lambda: self._progress(taken))
        else:
            ipp.send(self._printer, drawn, lambda: self._progress(taken), self._ending.wait)

    def _progress(self, taken: Taken) -> None:
        with self._plant.store.write() as connection:
            held = queue.sending(connection, taken, self._plant.now())
        if not held:
            raise Problem("busy", {})  # too slow: another process has declared it perhaps printed

    def _keep(self, taken: Taken, state: str, why: Problem | None) -> None:
        log.info("print", id=taken.job.id, state=state, why=why and why.code)
        with self._plant.store.write() as connection:
            if state == "waiting" and why:
                queue.put_back(connection, taken, why, self._plant.now())
            else:
                queue.finish(connection, taken, state, why)

    def _tell(self) -> None:
        """Say in entries what the documents do not know yet."""
        with self._plant.store.read() as connection:
            news = queue.untold(connection, self._printer.key)
        for one in news:
            self._report(one.job, one.state, one.why)
            with self._plant.store.write() as connection:
                queue.tell(connection, one)

    def _report_late(self, job: Job, now: datetime) -> None:
        minutes = int((now - _moment(job.asked_at)).total_seconds() // 60)
        self._report(job, "late", {"code": "print_late", "params": {"minutes": minutes}})

    def _report(self, job: Job, state: str, why: Mapping[str, object] | None) -> None:
        body = {"print": job.code, "round": job.round, "state": state,
                "why": why and why["code"], "params": (why and why["params"]) or {}}  # fmt: skip
        deed = Deed(
            "label.reported", job.labels, body, SYSTEM, SETUP_SESSION, self._plant.local_now()
        )
        perform(self._plant, [(deed, self._plant.now())])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
