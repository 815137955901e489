"""Setting up: entries by the system itself (sites, people, the demo plant), and their passwords."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, select

from server.accounts.passwords import set_password
from server.accounts.sessions import SERVER_DEVICE, device_row
from server.demo import plant as demo
from server.demo.people import PASSWORDS
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.plant import Plant, chain_of
from sync import documents
from sync.blobs import PIECE_MAX_BYTES
from sync.compose import Deed
from sync.problem import Problem
from sync.push import Delivery, push_within
from sync.store import hold, table_of
from sync.tables import DeviceRow


def perform(plant: Plant, deeds: Iterable[tuple[Deed, datetime]]) -> None:
    """Append deeds by the server's own device, each at its moment, all in one transaction.

    Problem: the one for which a deed was refused; then nothing was written.
    """
    with plant.store.write() as connection:
        moved = perform_within(connection, plant, deeds)
    for poke in list(plant.pokes):
        poke(moved)


def perform_within(
    connection: Connection, plant: Plant, deeds: Iterable[tuple[Deed, datetime]]
) -> dict[str, int]:
    """The same within a transaction that is open already; the scopes that moved.

    Whoever else performs waits from before the first deed is asked for until the transaction ends.
    """
    hold(connection, f"device {SERVER_DEVICE}")
    _server_device(connection, plant.now())
    moved: dict[str, int] = {}
    for deed, now in deeds:
        _, raw = chain_of(connection, SERVER_DEVICE).add(deed, app="setup")
        answers, scopes = push_within(
            connection, plant.engine, [Delivery(SERVER_DEVICE, [(raw, None)])], now
        )
        verdict = answers[0].verdicts[0]
        if verdict["status"] in ("rejected", "parked"):
            raise Problem(verdict["code"], verdict["params"])
        moved |= scopes
    return moved


def perform_now(plant: Plant, kind: str, on: str, body: Mapping[str, object]) -> None:
    """One deed of the system, now. Problem: as `perform`."""
    perform_all_now(plant, kind, {on: body})


def perform_all_now(plant: Plant, kind: str, bodies: Mapping[str, Mapping[str, object]]) -> None:
    """Deeds of one kind by the system, now, all or none; bodies by key. Problem: as `perform`."""
    deeds = [
        Deed(kind, on, dict(body), SYSTEM, SETUP_SESSION, plant.local_now())
        for on, body in bodies.items()
    ]
    perform(plant, [(deed, plant.now()) for deed in deeds])


def build_demo(plant: Plant, today: date) -> bool:
    """Build the demo plant in an empty database; False if there is something in it already."""
    with plant.store.read() as connection:
        if documents.count(connection):
            return False
    for sha256, data in demo.blobs().items():
        for offset in range(0, len(data), PIECE_MAX_BYTES):
            piece = data[offset : offset + PIECE_MAX_BYTES]
            plant.blobs.add(sha256, piece, offset=offset, length=len(data), now=plant.now())
    with plant.store.write() as connection:
        for login, password in PASSWORDS.items():
            set_password(connection, login, password)
    perform(plant, _demo_deeds(today))  # last: what has documents counts as built
    return True


def _demo_deeds(today: date) -> Iterable[tuple[Deed, datetime]]:
    for deed in demo.entries(today):
        blobs = [blob.model_dump() for blob in deed.blobs]
        at = deed.at.isoformat(timespec="milliseconds")
        made = Deed(
            deed.kind, deed.on, deed.body, deed.actor, SETUP_SESSION, at, blobs=blobs, v=deed.v
        )
        yield made, deed.at


def _server_device(connection: Connection, now: datetime) -> None:
    table = table_of(DeviceRow)
    if connection.execute(select(table).where(table.c.id == SERVER_DEVICE)).first() is None:
        row = device_row(SERVER_DEVICE, "server", "org", token="", now=now)
        connection.execute(table.insert().values(**row))
