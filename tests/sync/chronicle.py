"""A small past of two sites and three devices, and hands that change it unseen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from sync.entry import digest_of
from sync.journal import link_of
from sync.signature import SigningKey
from tests.sync.desk import C, Desk, desk_in

OTHER = "counter/T:other"
KEY = SigningKey.from_number(7)


def lived(folder: Path) -> Desk:
    """A desk with a past: applied, refused, parked, signed, unreadable, one after another."""
    desk = desk_in(folder)
    ann, bob = desk.enrol("tablet-a"), desk.enrol("tablet-b")
    eve = desk.enrol("tablet-e", key=KEY.public)
    bob.actor, bob.session = "bob", "s-bob"
    opened = ann.write("counter.opened", C)
    desk.push(ann, opened, ann.write("counter.raised", C, after=json.loads(opened)["id"]))
    desk.push(bob, bob.write("counter.opened", OTHER), bob.number(b"rubbish"))
    mine = [eve.write("counter.painted", C, {"to": "blue"}), eve.write("counter.raised", C)]
    desk.push(eve, *((raw, KEY.sign(raw)) for raw in mine))
    desk.push(ann, ann.write("counter.raised", C, actor="bob"), ann.write("counter.raised", C))
    desk.push(ann, ann.write("counter.reserved", C, {"seen": 77}))
    desk.push(bob, bob.write("counter.raised", OTHER, {"by": 2}))
    return desk


def do(desk: Desk, *statements: str, **values: object) -> None:
    """Change the database; each statement must change something."""
    with desk.store.write() as connection:
        for statement in statements:
            assert connection.execute(text(statement), values).rowcount, "changed nothing"


def rewrite(desk: Desk, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of an entry and make good again whatever can be computed: links, heads,
    the device's own chain as far as nobody signed it, and where it ends.
    """
    with desk.store.write() as connection:
        rows = connection.execute(text("SELECT * FROM journal ORDER BY pos")).mappings().all()
        links: dict[str, str] = {}
        ends: dict[str, str] = {}
        for row in rows:
            new = dict(row)
            if row["entry_id"] == name:
                new["raw"] = change(bytes(row["raw"]))
            new["raw"] = _joined(new, ends)
            new["link"] = link_of(links.get(row["site"], "0" * 64), new)
            links[row["site"]] = new["link"]
            ends[row["device"]] = digest_of(new["raw"])
            _write(connection, "journal", "pos", new, "raw", "link")
        for site, link in links.items():
            _write(connection, "heads", "site", {"site": site, "link": link}, "link")
        for device, end in ends.items():
            _write(connection, "devices", "id", {"id": device, "last_hash": end}, "last_hash")


def _joined(row: dict[str, Any], ends: dict[str, str]) -> bytes:
    try:
        told = json.loads(row["raw"])
    except ValueError:
        return bytes(row["raw"])
    told["prev"] = ends.get(row["device"], "0" * 64)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _write(
    connection: Connection, table: str, key: str, row: dict[str, Any], *columns: str
) -> None:
    values = {name: row[name] for name in (key, *columns)}
    changes = ", ".join(f"{name} = :{name}" for name in columns)
    connection.execute(text(f"UPDATE {table} SET {changes} WHERE {key} = :{key}"), values)
