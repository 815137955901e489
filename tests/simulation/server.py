"""The server of a simulated day: the real engine behind routes like those of `server/web/sync.py`.

The process can be killed after any SQL statement, and right after a commit; it then starts again
on what was durable. Whatever it says goes through JSON, as over the wire.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, event, func, select

from server import resume
from server.accounts import devices, sessions
from server.accounts.tables import SessionRow
from server.domain.rights import scopes_of
from server.lateness.tell import tell_late
from server.plant import Plant, chain_of, opened
from server.setup import perform_now
from sync import documents
from sync import pull as sync_pull
from sync import push as sync_push
from sync.document import utc_text
from sync.problem import Problem
from sync.reconcile import Model, Result
from sync.store import table_of
from sync.tables import FeedRow
from tests.server.domain.hand import Hand
from tests.simulation.chance import Chance
from tests.simulation.crates import NEWER, OLDER
from tests.simulation.grounds import Ground
from tests.simulation.reader import Reader
from tests.simulation.schedule import Schedule
from tests.simulation.signing import hand_of

Told = dict[str, Any]
AT_COMMIT = -1
SESSION_LASTS = timedelta(hours=4)


class PowerLoss(Exception):
    """The process is gone: whoever catches this can't write or commit either."""


@dataclass(frozen=True)
class Pushed:
    """One commit: who sent what, what was answered, what the handlers came to."""

    epoch: str
    deliveries: list[sync_push.Delivery]
    answers: list[Told]
    results: list[Result]


@dataclass(frozen=True)
class Pulled:
    """One page: who asked from where under which epoch, and what was given."""

    epoch: str
    login: str
    cursors: dict[str, int]
    page: Told


@dataclass
class Server:
    """One process over one database; after `kill_after` statements it dies, or at the commit."""

    ground: Ground
    schedule: Schedule
    chance: Chance
    pushed: Callable[[Pushed], None]
    pulled: Callable[[Pulled], None]
    reader: Reader
    model: Model = OLDER
    kill_after: int | None = None
    kills: int = 0
    resumed: int = 0
    _results: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plant = self._started()

    def now(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self.schedule.now_ms)

    def _started(self) -> Plant:
        """A process as `traveler serve` starts it: first it tries what it did not understand, and
        tells what came late before the last one died.
        """
        self.plant = self._opened()
        self.started_at = utc_text(self.now())
        self._results = []
        self.resumed += resume.resume(self.plant)
        tell_late(self.plant)
        self._tell_own()
        return self.plant

    def _opened(self) -> Plant:
        plant = opened(self.ground.settings)
        real = plant.engine.project

        def project(connection: Connection, results: list[Result], now: datetime) -> None:
            self._results += results
            real(connection, results, now)

        plant.engine = replace(plant.engine, model=self.model, project=project)
        if plant.store.engine.dialect.name == "sqlite":
            plant.store.close()
            event.listen(plant.store.engine, "connect", _hasten)
        event.listen(plant.store.engine, "after_cursor_execute", self._count_down)
        event.listen(plant.store.engine, "commit", self._at_commit)
        return plant

    def _count_down(self, *_: object) -> None:
        if self.reader.passed():
            return
        if self.kill_after is None or self.kill_after == AT_COMMIT:
            return
        if self.kill_after == 0:
            raise PowerLoss
        self.kill_after -= 1

    def _at_commit(self, _: object) -> None:
        if self.kill_after in (0, AT_COMMIT) and not self.reader.is_reading():
            raise PowerLoss

    @contextmanager
    def _mortal(self, kill_after: int | None) -> Iterator[None]:
        self.kill_after = kill_after
        try:
            yield
        finally:
            self.kill_after = None

    def restart(self) -> None:
        """As after the process died: nothing is left but the database."""
        self.kills += 1
        self.plant.close()
        self.ground.bury()
        self._started()

    def push(self, asked: list[Told], kill_after: int | None) -> list[Told]:
        """All that arrived together, in one commit. Raises PowerLoss."""
        deliveries = [
            sync_push.Delivery(one["device"], one["entries"], one["oldest"]) for one in asked
        ]
        self._results = []
        with self.reader.beside(self.plant), self._mortal(kill_after):
            answers, _ = sync_push.push(self.plant.engine, deliveries, self.now())
        told = [wired(asdict(answer)) | {"now_ms": self.schedule.now_ms} for answer in answers]
        self.pushed(Pushed(told[0]["epoch"], deliveries, told, self._results))
        return told

    def tell_late(self, kill_after: int | None) -> int:
        """After the commit, as the route does it: how many cases it made of what came late.

        Raises PowerLoss.
        """
        self._results = []
        with self._mortal(kill_after):
            tell_late(self.plant)
        count = len(self._results)
        self._tell_own()
        return count

    def device_of(self, asked: Told) -> str:
        """Problems: device_unknown, device_foreign."""
        with self.plant.store.read() as connection:
            device = devices.of_token(connection, asked["token"])
        if device is None:
            raise Problem("device_unknown", {"device": asked["device"]})
        if device != asked["device"]:
            raise Problem("device_foreign", {"device": asked["device"]})
        return device

    def pull(self, asked: Told) -> Told:
        """Problems: device_unknown, device_foreign, device_revoked, sign_in_needed."""
        device = self.device_of(asked)
        with self.plant.store.read() as connection:
            session = self._session(connection, asked["cookie"])
            devices.must_be_trusted(connection, device)
            allowed = scopes_of(session.person)
            epoch = self.plant.store.epoch(connection)
            cursors = sync_pull.cursors_in(epoch, asked["epoch"], asked["cursors"])
            page = sync_pull.pull(connection, allowed, cursors, limit=asked["limit"])
            told = {
                "epoch": epoch,
                "login": session.person.login,
                **{name: getattr(page, name) for name in page.__dataclass_fields__},
                "last_seq": chain_of(connection, device).last_seq,
            }
        answer = wired(told)
        self.pulled(Pulled(epoch, session.person.login, cursors, answer))
        return answer

    def enrol(self, asked: Told, kill_after: int | None) -> Told:
        """Problems: sign_in_needed, device_revoked. Raises PowerLoss."""
        with self._mortal(kill_after), self.plant.store.write() as connection:
            session = self._session(connection, asked["cookie"])
            wanted = devices.Asked(asked["device"] or "", asked["token"], asked["key"], "tablet")
            enrolled = devices.enrol(connection, session, wanted, now=self.now())
            epoch = self.plant.store.epoch(connection)
        self._enrol_signer(hand_of(session.person.login, enrolled.device))
        return wired({**asdict(enrolled), "epoch": epoch, "login": session.person.login})

    def _enrol_signer(self, hand: Hand) -> None:
        """The person sets a PIN where they sign in for the first time."""
        with self.plant.store.read() as connection:
            types = self.plant.engine.model.documents
            is_there = bool(documents.load(connection, types, {hand.on}))
        if not is_there:
            self.perform("signer.enrolled", hand.on, hand.enrolment)

    def _session(self, connection: Connection, cookie: str) -> sessions.Session:
        types = self.plant.engine.model.documents
        session = sessions.of_token(connection, types, cookie, self.now())
        if session is None:
            raise Problem("sign_in_needed", {})
        return session

    def sign_in(self, login: str, *, lasts: timedelta = SESSION_LASTS) -> str | None:
        """The cookie of a new sign-in (passwords are not simulated); None for who has left."""
        types = self.plant.engine.model.documents
        with self.plant.store.write() as connection:
            person = sessions.person_of(connection, types, login)
            if person is None or not person.active:
                return None
            session, cookie = self.chance.hex(16), self.chance.hex()
            row = {
                "id": session,
                "login": login,
                "token_sha256": sessions.hashed(cookie),
                "device": f"web-{session}",
                "started_at": utc_text(self.now()),
                "expires_at": utc_text(self.now() + lasts),
                "ended_at": None,
            }
            connection.execute(table_of(SessionRow).insert().values(**row))
        return cookie

    def perform(self, kind: str, on: str, body: Told) -> None:
        """A deed of the system itself."""
        self._results = []
        perform_now(self.plant, kind, on, body)
        self._tell_own()

    def upgrade(self) -> None:
        """The newer server takes the older one's place, and tries what was parked."""
        self.model = NEWER
        self.restart()

    def _tell_own(self) -> None:
        with self.plant.store.read() as connection:
            epoch = self.plant.store.epoch(connection)
        self.pushed(Pushed(epoch, [], [], self._results))

    def revoke(self, device: str) -> bool:
        """A device that was lost, say; False where a restored plant has never heard of it."""
        with self.plant.store.write() as connection:
            is_known = device in {row["id"] for row in devices.listed(connection)}
            if is_known:
                devices.revoke(connection, device, self.now())
        return is_known

    def revoked(self) -> set[str]:
        """The devices that are out of use."""
        with self.plant.store.read() as connection:
            return {row["id"] for row in devices.listed(connection) if row["revoked_at"]}

    def newest(self) -> dict[str, int]:
        """The newest version in each scope's feed, read from its rows."""
        table = table_of(FeedRow)
        newest = select(table.c.scope, func.max(table.c.version)).group_by(table.c.scope)
        with self.plant.store.read() as connection:
            return dict(connection.execute(newest).all())

    def end_session(self, cookie: str) -> None:
        """It runs out, or somebody ended it elsewhere."""
        ended = {"expires_at": utc_text(self.now())}
        table = table_of(SessionRow)
        with self.plant.store.write() as connection:
            mine = table.c.token_sha256 == sessions.hashed(cookie)
            connection.execute(table.update().where(mine).values(**ended))

    def back_up(self) -> None:
        self.ground.back_up(self.plant)

    def go_back(self) -> None:
        """The plant is lost, and is restored from its backup."""
        self.ground.go_back(self.plant)
        self.plant = self._opened()


def _hasten(connection: Any, _record: object) -> None:
    """The process is killed here, never the machine: nothing need wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def wired(answer: Told) -> Told:
    """As the other side reads it."""
    told: Told = msgspec.json.decode(msgspec.json.encode(answer))
    return told
