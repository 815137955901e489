"""The schema: from nothing, from the version before there were migrations, and from a newer one.

`schema_0001` was written by that version itself: its own statements for both databases, and the
rows of a small plant after a day of the simulation.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from server import cli
from server.accounts.passwords import hash_of, is_right
from server.domain.model import MODEL
from server.domain.sums import broken
from server.plant import Plant, opened
from server.schema import brought_up, must_be_current
from server.settings import Settings
from sync.problem import Problem
from sync.push import Delivery
from sync.store import Store
from sync.verify import verify
from tests.postgres import BOTH, database
from tests.simulation.demo import enrolled
from tests.simulation.together import together
from tests.sync.desk import told

OLD = Path(__file__).parent / "schema_0001"
LOT = "lot/SZ:M-1:L1"


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the test's own."""
    if request.param == "postgresql":
        with database() as address:
            yield address
    else:
        yield f"sqlite:///{tmp_path / 'plant.sqlite3'}"


@pytest.fixture
def old(url: str) -> str:
    """A plant as the version before left it."""
    engine = create_engine(url, poolclass=NullPool)
    told = json.loads((OLD / "rows.json").read_text("utf-8"))
    with engine.begin() as connection:
        for statement in (OLD / f"{engine.dialect.name}.sql").read_text("utf-8").split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
        there = MetaData()
        there.reflect(connection)
        for row in told["journal"]:
            row["raw"] = row["raw"].encode()
        for name, rows in told.items():
            connection.execute(there.tables[name].insert(), rows)
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('journal_pos_seq', max(pos)) FROM journal"))
    return url


@pytest.fixture
def plant(old: str, tmp_path: Path) -> Iterator[Plant]:
    """That plant as this version opens it."""
    made = opened(Settings(data=tmp_path, database=old))
    yield made
    made.close()


def revision(store: Store) -> str | None:
    with store.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def delivery(device: str, *raws: bytes) -> Delivery:
    return Delivery(device, [(raw, None) for raw in raws])


def problem_of(store: Store) -> str:
    with pytest.raises(Problem) as raised:
        must_be_current(store)
    store.close()
    return raised.value.code


def test_what_the_steps_make_is_what_the_classes_say(url):
    store = Store(url)
    brought_up(store)
    with store.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []
    store.close()


def test_a_plant_of_the_version_before_is_whole_with_all_that_was_in_it(plant):
    report = verify(plant.store, MODEL, broken)
    assert report.faults == []
    assert report.entries == len(json.loads((OLD / "rows.json").read_text("utf-8"))["journal"])
    with plant.store.read() as connection:
        assert is_right(hash_of(connection, "wang.fang"), "a good old password")
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_what_was_recorded_before_gets_the_same_words_and_work_goes_on(plant):
    with plant.store.read() as connection:
        query = "SELECT device, raw, status FROM journal WHERE seq = 1 ORDER BY pos"
        rows = connection.execute(text(query)).all()
    for row in rows:
        answer = plant.writer.submit(delivery(row.device, bytes(row.raw))).result()
        assert [verdict["status"] for verdict in answer.verdicts] == [row.status]
    tablet = enrolled(plant, "new", "wang.fang")
    raw = tablet.write("note.added", LOT, {"text": "after the upgrade"})
    assert told(plant.writer.submit(delivery("new", raw)).result()) == [("applied", None)]
    assert verify(plant.store, MODEL, broken).faults == []


def test_the_sums_of_the_scopes_are_made_from_what_lies_in_them(old, tmp_path):
    store = Store(old)
    with store.write() as connection:
        gone = "UPDATE feed SET gone = (1 = 1) WHERE key = :key"
        assert connection.execute(text(gone), {"key": LOT}).rowcount
    brought_up(store)
    with store.read() as connection:
        feed = connection.execute(text("SELECT scope, key, version FROM feed WHERE NOT gone")).all()
        scopes = connection.execute(
            text("SELECT scope, count AS documents, digest FROM scopes")
        ).all()
    store.close()
    for scope in scopes:
        live = [f"{row.key} {row.version}" for row in feed if row.scope == scope.scope]
        total = sum(int(hashlib.sha256(one.encode()).hexdigest()[:16], 16) for one in live)
        assert (scope.documents, scope.digest) == (len(live), f"{total % 2**64:016x}")
    assert sum(scope.documents for scope in scopes) == len(feed) > 0


def test_an_upgrade_that_fails_leaves_everything_as_it_was(old, monkeypatch):
    def full(self: Store, connection: object) -> None:
        raise RuntimeError("the disk is full")

    store = Store(old)
    with monkeypatch.context() as broken_off:
        broken_off.setattr(Store, "identify", full)
        with pytest.raises(RuntimeError):
            brought_up(store)
    assert revision(store) is None
    brought_up(store)
    assert revision(store) == "0006"
    store.close()


def test_many_that_start_at_once_upgrade_it_once(old):
    stores = [Store(old) for _ in range(4)]
    together(*(lambda store=store: brought_up(store) for store in stores))
    assert {revision(store) for store in stores} == {"0006"}
    for store in stores:
        store.close()


def test_a_database_of_a_newer_version_is_left_alone(url):
    store = Store(url)
    brought_up(store)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Problem) as raised:
        brought_up(store)
    assert raised.value.code == "schema_newer"
    assert raised.value.params["found"] == "9999"
    assert problem_of(store) == "schema_newer"


def test_who_only_reads_asks_for_the_upgrade_first(old):
    assert problem_of(Store(old)) == "schema_older"


def test_an_empty_database_is_no_plant(url):
    assert problem_of(Store(url)) == "no_plant"


def test_verify_tells_what_to_do_and_changes_nothing(old, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["traveler", "verify", "--database", old])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert "start it once with traveler serve" in capsys.readouterr().err
    store = Store(old)
    assert revision(store) is None
    store.close()
