"""The ground: a demo plant and those who come to it; on SQLite or PostgreSQL.

There are tablets that sign and one that need not, one that was revoked, and somebody signed in.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.accounts import devices, sessions
from server.accounts.tables import AccountRow
from server.app import create_app
from server.domain.model import DOCUMENTS
from server.plant import Plant, chain_of, opened
from server.settings import Settings
from server.setup import build_demo, perform_now
from sync.compose import Chain, Deed
from sync.journal import stream
from sync.signature import SigningKey
from sync.statements import upsert
from tests import postgres
from tests.fuzz.wire import Wire
from tests.server.web.plant_in_use import EVERYWHERE, PASSWORD, QUICK, copied, people

OTHER_LOGIN = "zhao.lei"
AT = "2026-11-22T09:41:07.120+08:00"
VECTORS = Path(__file__).parents[1] / "vectors"
KEYS = [SigningKey.from_number(number) for number in (1001, 1002, 1003)]


@dataclass(frozen=True)
class Example:
    """What an entry of the demo or of the test vectors says: its kind, document and body."""

    kind: str
    on: str
    body: dict[str, Any]


@dataclass
class Tablet:
    """A device that was let in, and what it has sent."""

    device: str
    token: str
    session: str
    key: SigningKey | None
    sent: list[tuple[bytes, str | None]] = field(default_factory=list)


@dataclass
class Ground:
    """Everything that a batch of requests needs."""

    plant: Plant
    wire: Wire
    cookie: str
    tablets: list[Tablet]
    examples: list[Example]

    def chain(self, tablet: Tablet) -> Chain:
        """Where the tablet's chain ends, as the server knows it."""
        with self.plant.store.read() as connection:
            return chain_of(connection, tablet.device)

    def deed(self, tablet: Tablet, kind: str, on: str, body: dict[str, Any]) -> Deed:
        """A deed of whoever is signed in on the tablet."""
        return Deed(kind, on, body, EVERYWHERE, tablet.session, AT)


@contextmanager
def ground(database: str) -> Iterator[Ground]:
    """A plant as it is when the demo was built."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="traveler-fuzz-")))
        if database == "sqlite":
            plant = stack.enter_context(copied(folder))
        else:
            url = stack.enter_context(postgres.database(_filled))
            plant = opened(Settings(data=folder, database=url))
            stack.callback(plant.close)
        wire = Wire(create_app(plant))
        stack.callback(wire.close)
        cookie = _signed_in(plant, EVERYWHERE)
        tablets = [_tablet(plant, cookie, key) for key in (KEYS[0], None, KEYS[1])]
        tablets.append(_tablet(plant, _signed_in(plant, OTHER_LOGIN), KEYS[2]))
        with plant.store.write() as connection:
            devices.revoke(connection, tablets[2].device, plant.now())
        # Revoking a device ends its sign-in.
        yield Ground(plant, wire, _signed_in(plant, EVERYWHERE), tablets, _examples(plant))


def _filled(url: str) -> None:
    plant = opened(Settings(database=url))
    try:
        build_demo(plant, plant.now().date())
        quick = QUICK.hash(PASSWORD)
        body: dict[str, object] = {"name": "测试", "roles": people()[EVERYWHERE]}
        perform_now(plant, "person.added", f"person/org:{EVERYWHERE}", body)
        rows = [{"login": login, "password_hash": quick} for login in (EVERYWHERE, OTHER_LOGIN)]
        with plant.store.write() as connection:
            upsert(connection, AccountRow, rows)
    finally:
        plant.close()


def _examples(plant: Plant) -> list[Example]:
    """One of each kind and document that there is."""
    with plant.store.read() as connection:
        told = [json.loads(row["raw"]) for row in stream(connection)]
    for path in sorted(VECTORS.glob("*.*.json")):
        told += [vector["entry"] for vector in json.loads(path.read_text("utf-8"))]
    found = {(one["kind"], one["on"]): Example(one["kind"], one["on"], one["body"]) for one in told}
    return list(found.values())


def _signed_in(plant: Plant, login: str) -> str:
    told = {"login": login, "password": PASSWORD, "browser": "b" * 24}
    return sessions.sign_in(plant.store, DOCUMENTS, **told, now=plant.now(), days=1)


def _tablet(plant: Plant, cookie: str, key: SigningKey | None) -> Tablet:
    with plant.store.write() as connection:
        session = sessions.of_token(connection, DOCUMENTS, cookie, plant.now())
        assert session is not None
        asked = devices.Asked(key=key.public if key else None, name="tablet")
        enrolled = devices.enrol(connection, session, asked, now=plant.now())
    return Tablet(enrolled.device, enrolled.token, enrolled.session, key)
