"""Pokes between the processes on one PostgreSQL: heard once, never before the commit, and again
after the database was gone.
"""

import json
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from sync.pokes import CHANNEL, PAYLOAD_MAX_BYTES, Listener, payloads
from tests.postgres import server
from tests.sync.desk import C, D, Desk

pytestmark = pytest.mark.postgres
PATIENCE_S = 20


@pytest.fixture
def kind() -> str:
    """SQLite serves one process."""
    return "postgresql"


@dataclass
class Ear:
    """Another process on the same database, and what it hears."""

    desk: Desk
    heard: queue.SimpleQueue[dict[str, int]] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.listener = Listener(self.desk.store, self.heard.put)
        assert self.listener.listening.wait(PATIENCE_S)

    def next(self) -> dict[str, int]:
        return self.heard.get(timeout=PATIENCE_S)

    def until(self, scope: str, version: int) -> None:
        while self.next().get(scope) != version:
            pass

    def close(self) -> None:
        self.listener.close()
        self.desk.store.close()


@pytest.fixture
def ear(desk: Desk) -> Iterator[Ear]:
    made = Ear(Desk(desk.url))
    yield made
    made.close()


def test_another_process_hears_what_moved(desk, ann, ear):
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.opened", D))
    assert ear.next() == {"S.floor": 2}
    desk.push(ann, ann.write("counter.moved", C, {"to": "yard"}))
    assert ear.next() == {"S.floor": 3, "S.yard": 1}


def test_what_was_undone_is_never_heard(desk, ann, ear):
    desk.fails = True
    with pytest.raises(RuntimeError):
        desk.push(ann, ann.write("counter.opened", C))
    desk.fails = False
    bob = desk.enrol("tablet-b")
    desk.push(bob, bob.write("counter.opened", "counter/T:t"))
    assert ear.next() == {"T.floor": 1}


def test_who_tells_does_not_hear_itself(desk, ann, ear):
    own: queue.SimpleQueue[dict[str, int]] = queue.SimpleQueue()
    listener = Listener(desk.store, own.put)
    assert listener.listening.wait(PATIENCE_S)
    desk.push(ann, ann.write("counter.opened", C))
    assert ear.next() == {"S.floor": 1}
    eve = ear.desk.enrol("tablet-e")
    ear.desk.push(eve, eve.write("counter.opened", D))
    assert own.get(timeout=PATIENCE_S) == {"S.floor": 2}
    listener.close()


@pytest.mark.parametrize("cut", ["its connection is ended", "the database is gone for a while"])
def test_after_it_was_cut_off_it_catches_up_and_hears_again(desk, ann, ear, cut):
    desk.push(ann, ann.write("counter.opened", C))
    assert ear.next() == {"S.floor": 1}
    if cut == "its connection is ended":
        assert server().hang_up(desk.url, only=f"LISTEN {CHANNEL}") == 1
    else:
        server().restart()
    desk.push(ann, ann.write("counter.opened", D))
    ear.until("S.floor", 2)
    assert ear.listener.listening.wait(PATIENCE_S)
    desk.push(ann, ann.write("counter.raised", D))
    ear.until("S.floor", 3)


def test_a_listener_that_fails_hears_the_next(desk, ann, ear):
    failed: list[dict[str, int]] = []

    def deaf(then: Callable[[dict[str, int]], None], scopes: dict[str, int]) -> None:
        if not failed:
            failed.append(scopes)
            raise RuntimeError("the event loop is closed")
        then(scopes)

    ear.listener._heard = lambda scopes: deaf(ear.heard.put, scopes)
    for key in (C, D):
        desk.push(ann, ann.write("counter.opened", key))
    assert (failed, ear.next()) == ([{"S.floor": 1}], {"S.floor": 2})


def listeners(desk: Desk) -> int:
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    with desk.store.read() as connection:
        return connection.scalar(text(f"{count} AND query LIKE 'LISTEN%'")) or 0


def test_closing_hangs_up_at_once_and_gives_its_connection_back(desk):
    ear = Ear(Desk(desk.url))
    ear.close()
    deadline = time.monotonic() + PATIENCE_S
    while listeners(desk):  # its process at the database needs a moment to go
        assert time.monotonic() < deadline


def test_more_scopes_than_one_notification_takes_are_told_in_several():
    scopes = {f"厂{number}.floor": number for number in range(2000)}
    told = [json.loads(one) for one in payloads(scopes, "me")]
    assert max(len(one.encode()) for one in payloads(scopes, "me")) <= PAYLOAD_MAX_BYTES
    assert {one["by"] for one in told} == {"me"}
    assert {name: n for one in told for name, n in one["scopes"].items()} == scopes
    assert list(payloads({}, "me")) == []
