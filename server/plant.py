"""Plant: the running whole, put together from the settings; what routes and commands act on."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import Connection, select

from server.accounts.sessions import standings
from server.domain.model import DOCUMENTS, KINDS, MODEL
from server.domain.rights import AREAS_BY_ROLE
from server.lateness.note import note
from server.pages.liquid import Renderer
from server.pages.table import PAGES
from server.records.project import project
from server.schema import brought_up
from server.settings import HERE, Settings
from sync import documents, journal
from sync.blobs import Blobs
from sync.compose import Chain, Deed
from sync.entry import read
from sync.pokes import Listener
from sync.problem import Problem
from sync.push import Delivery, Engine
from sync.reconcile import Candidate, Outcome, Reconciler, Result
from sync.store import Store, table_of
from sync.tables import DeviceRow
from sync.writer import Writer, utc_now

LANGUAGES = ("zh_CN", "en")
WEB_TRIES = 5


@dataclass
class Plant:
    """Settings, database, engine and texts of one server process.

    `late` is set while there may be something noted as late that no case tells of.
    """

    settings: Settings
    store: Store
    engine: Engine
    writer: Writer
    late: threading.Event
    pokes: list[Callable[[dict[str, int]], None]] = field(default_factory=list)
    listener: Listener | None = None

    @cached_property
    def blobs(self) -> Blobs:
        """Where photos and signatures are kept."""
        return Blobs(self.store, self.settings.data / "blobs")

    @cached_property
    def locale(self) -> dict[str, Any]:
        """The messages of both languages."""
        folder = HERE / "locale"
        return {
            lang: json.loads((folder / f"{lang}.json").read_text("utf-8")) for lang in LANGUAGES
        }

    @cached_property
    def problems(self) -> dict[str, Any]:
        """Every Problem's status and texts."""
        text = (HERE / "locale" / "problems.yaml").read_text("utf-8")
        found: dict[str, Any] = yaml.safe_load(text)
        return found

    @cached_property
    def kinds(self) -> dict[str, Any]:
        """The entry kinds as pages and devices are told of them."""
        return {
            kind.name: {"roles": sorted(kind.roles), "request": kind.request, "v": kind.v}
            | ({"signs": list(kind.signing.meanings)} if kind.signing else {})
            for kind in KINDS.values()
        }

    @cached_property
    def renderer(self) -> Renderer:
        """The Liquid environment over the templates."""
        return Renderer(HERE / "templates", self.locale, self.problems, self.kinds)

    @cached_property
    def build(self) -> str:
        """What the device app, the templates and the texts are, as one short id."""
        told = [self._shared, self.renderer.templates]
        whole = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
        for path in sorted(self.settings.dist.rglob("*")):
            if path.is_file():
                whole.update(path.name.encode() + path.read_bytes())
        return whole.hexdigest()[:12]

    @cached_property
    def shared(self) -> dict[str, Any]:
        """All that the device needs to answer with the same pages."""
        return {"build": self.build, **self._shared}

    @cached_property
    def _shared(self) -> dict[str, Any]:
        return {
            "pages": PAGES,
            "locale": self.locale,
            "problems": self.problems,
            # By type the fields of lists; by `type?` those of the search text.
            "index": {name: list(cls.index) for name, cls in DOCUMENTS.items()}
            | {f"{name}?": list(cls.searched) for name, cls in DOCUMENTS.items() if cls.searched},
            "kinds": self.kinds,
            "areas": AREAS_BY_ROLE,
            "types": {name: cls.area for name, cls in DOCUMENTS.items()},
            "late_hours": self.settings.late_hours,
            "public_url": self.settings.public_url,
        }

    def require_own_app(self) -> None:
        """A device app, where one is built, has these templates. Problem: app_of_other_templates.

        Else a page would say one thing from the server and another from the device.
        """
        built = self.settings.dist / "build.json"
        if not built.is_file():
            return
        if json.loads(built.read_text("utf-8")).get("templates") != self.renderer.digest:
            raise Problem("app_of_other_templates", {"folder": str(self.settings.dist)})

    def now(self) -> datetime:
        """The server's clock, UTC."""
        return utc_now()

    def today(self) -> str:
        """The date where the plant is."""
        return self.now().astimezone(ZoneInfo(self.settings.time_zone)).date().isoformat()

    def local_now(self) -> str:
        """The moment as an entry tells it: ISO 8601 with the plant's offset from UTC."""
        here = self.now().astimezone(ZoneInfo(self.settings.time_zone))
        return here.isoformat(timespec="milliseconds")

    def foresee(self, deed: Deed, device: str) -> Outcome:
        """What would become of a deed, without writing anything."""
        from_nothing = Chain(device, 0, "0" * 64)
        _, raw = from_nothing.add(deed)
        with self.store.read() as connection:
            model = self.engine.model
            reconciler = Reconciler(
                model, lambda keys: documents.load(connection, model.documents, keys)
            )
            candidate = Candidate(read(raw), self.now())
            return reconciler.run([candidate], {})[0].outcome

    def said_before(self, entry_id: str, device: str) -> dict[str, Any] | None:
        """The verdict of an entry that this device has sent already."""
        with self.store.read() as connection:
            row = journal.find(connection, entry_id)
        return journal.verdict_of(row) if row and row["device"] == device else None

    def record(self, deed: Deed, device: str, *, entry_id: str = "") -> dict[str, Any]:
        """Append a deed of a web session's own device; its verdict. Problem: busy.

        With an id of its own, a deed that was sent twice at once is still recorded once.
        """
        with self.store.turn(f"device {device}"):
            said = self.said_before(entry_id, device) if entry_id else None
            if said is not None:
                return said
            for _ in range(WEB_TRIES):
                entry_id, raw = self._chain(device).add(deed, entry_id=entry_id, app=self.build)
                answer = self.writer.submit(Delivery(device, [(raw, None)])).result()
                for verdict in answer.verdicts:
                    if verdict["id"] == entry_id:
                        return verdict
        raise Problem("busy", {})

    def _chain(self, device: str) -> Chain:
        with self.store.read() as connection:
            return chain_of(connection, device)

    def close(self) -> None:
        """Finish what is queued and let go of the database."""
        if self.listener:
            self.listener.close()
        self.writer.close()
        self.store.close()


def chain_of(connection: Connection, device: str) -> Chain:
    """Where a device's chain of entries ends. Problem: device_unknown."""
    table = table_of(DeviceRow)
    row = connection.execute(select(table).where(table.c.id == device)).first()
    if row is None:
        raise Problem("device_unknown", {"device": device})
    return Chain(device, row.last_seq, row.last_hash)


def opened(settings: Settings) -> Plant:
    """The plant over its database, made or upgraded as it needs. Problem: schema_newer."""
    settings.data.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url)
    brought_up(store)
    limit = timedelta(hours=settings.late_hours)
    late = threading.Event()
    late.set()  # perhaps the process before this one died before it told

    def written(connection: Connection, results: list[Result], now: datetime) -> None:
        project(connection, results)
        if note(connection, results, now, limit):
            late.set()

    engine = Engine(store, MODEL, standings, written)
    listeners: list[Callable[[dict[str, int]], None]] = []

    def poke(scopes: dict[str, int]) -> None:
        for listener in list(listeners):
            listener(scopes)

    plant = Plant(settings, store, engine, Writer(engine, poke=poke), late, listeners)
    if store.is_shared:
        plant.listener = Listener(store, poke)
    return plant
