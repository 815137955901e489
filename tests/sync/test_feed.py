"""Pull: pages of the feed; nothing is skipped or comes late, what left a scope is taken back."""

import threading
from typing import Any

import msgspec
import pytest

from sync import pull as pulling
from sync.pull import pull
from sync.statements import upsert
from sync.tables import DocumentRow, FeedRow
from tests.simulation.replica import Replica
from tests.simulation.together import together
from tests.sync.desk import C, D, Desk

FLOOR = frozenset({"S.floor"})


@pytest.fixture
def replica(desk: Desk) -> Replica:
    return Replica(desk.store, FLOOR)


def keys(count: int) -> list[str]:
    return [f"counter/S:{number:03}" for number in range(count)]


def stored(desk: Desk) -> dict[str, dict[str, Any]]:
    rows = desk.rows(DocumentRow)
    return {r["key"]: msgspec.json.decode(r["body"]) for r in rows if r["type"] == "counter"}


def test_the_first_sync_equals_the_documents(desk, ann, replica):
    desk.push(ann, *(ann.write("counter.opened", key) for key in keys(7)))
    page = replica.pull()
    assert page.complete
    assert page.scopes_added == ["S.floor"]
    assert replica.bodies == stored(desk)
    assert replica.cursors == {"S.floor": 7}
    assert page.changes[0] == {
        "scope": "S.floor",
        "version": 1,
        "key": "counter/S:000",
        "type": "counter",
        "body": page.changes[0]["body"],
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 1000])
def test_pages_of_any_size_give_the_same(desk, ann, limit):
    replica = Replica(desk.store, frozenset({"S.floor", "S.yard", "S.desk"}))
    desk.push(ann, *(ann.write("counter.opened", key) for key in keys(7)))
    desk.push(ann, *(ann.write("counter.moved", key, {"to": "yard"}) for key in keys(4)))
    pages = replica.pull_all(limit)
    assert replica.bodies == stored(desk)
    assert len(replica.seen) == len(set(replica.seen)) == 11
    assert pages == max(1, -(-11 // limit))


def test_a_page_is_not_complete_while_another_scope_still_has_changes(desk, ann):
    replica = Replica(desk.store, frozenset({"S.floor", "S.yard"}))
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.opened", D))
    desk.push(ann, ann.write("counter.moved", D, {"to": "yard"}))
    page = replica.pull(2)
    assert (page.complete, page.cursors) == (False, {"S.floor": 3, "S.yard": 0})
    page = replica.pull(2)
    assert (page.complete, page.cursors) == (True, {"S.floor": 3, "S.yard": 1})


@pytest.mark.parametrize("limit", [0, -5])
def test_a_limit_without_sense_still_brings_the_device_on(desk, ann, replica, limit):
    desk.push(ann, *(ann.write("counter.opened", key) for key in keys(3)))
    assert replica.pull_all(limit) == 3


def test_nobody_can_ask_for_more_than_a_page(desk, ann, replica, monkeypatch):
    monkeypatch.setattr(pulling, "PAGE_MAX", 2)
    desk.push(ann, *(ann.write("counter.opened", key) for key in keys(3)))
    assert len(replica.pull(10**9).changes) == 2


def test_many_changes_of_one_document_are_delivered_once(desk, ann, replica):
    desk.push(ann, ann.write("counter.opened", C))
    for _ in range(5):
        desk.push(ann, ann.write("counter.raised", C))
    page = replica.pull()
    assert [change["version"] for change in page.changes] == [6]
    assert replica.bodies[C]["value"] == 6


def test_a_change_between_two_pages_is_not_lost(desk, ann, replica):
    desk.push(ann, *(ann.write("counter.opened", key) for key in keys(4)))
    replica.pull(2)
    desk.push(ann, ann.write("counter.raised", "counter/S:000", {"by": 9}))
    desk.push(ann, ann.write("counter.raised", "counter/S:003", {"by": 9}))
    replica.pull_all(1)
    assert replica.bodies == stored(desk)


def test_what_leaves_a_scope_leaves_a_tombstone_there(desk, ann, replica):
    yard = Replica(desk.store, frozenset({"S.yard"}))
    desk.push(ann, ann.write("counter.opened", C))
    replica.pull()
    answer = desk.push(ann, ann.write("counter.moved", C, {"to": "yard"}))
    effects = [{"scope": "S.floor", "version": 2}, {"scope": "S.yard", "version": 1}]
    assert answer.verdicts[0]["effects"] == effects
    change = replica.pull().changes[0]
    assert (change["key"], change["type"], change["body"]) == (C, "counter", None)
    assert replica.bodies == {}
    yard.pull()
    assert yard.bodies == stored(desk)
    assert desk.verified().faults == []


def test_what_comes_back_into_a_scope_is_delivered_again(desk, ann, replica):
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.moved", C, {"to": "yard"}))
    assert replica.pull().changes == []
    desk.push(ann, ann.write("counter.moved", C, {"to": "floor"}))
    replica.pull()
    assert replica.bodies == stored(desk)


def test_what_is_outside_the_allowed_scopes_is_never_delivered(desk, ann, replica):
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.opened", D))
    desk.push(ann, ann.write("counter.moved", D, {"to": "secret"}), ann.write("bad", C))
    replica.pull()
    assert set(replica.bodies) == {C}
    replica.cursors["S.secret"] = 0
    page = replica.pull()
    assert (page.changes, page.scopes_dropped) == ([], ["S.secret"])


def test_a_scope_gained_starts_from_nothing_and_one_dropped_is_named(desk, ann, replica):
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.opened", D))
    desk.push(ann, ann.write("counter.moved", D, {"to": "yard"}))
    replica.pull()
    replica.allowed = frozenset({"S.yard"})
    page = replica.pull()
    assert (page.scopes_added, page.scopes_dropped) == (["S.yard"], ["S.floor"])
    assert page.cursors == {"S.yard": 1}
    assert set(replica.bodies) == {D}
    replica.allowed = frozenset()
    page = replica.pull()
    assert (page.changes, page.cursors, page.complete) == ([], {}, True)


def test_a_cursor_from_before_a_restore_does_not_go_back(desk, ann, replica):
    desk.push(ann, ann.write("counter.opened", C))
    replica.cursors = {"S.floor": 40}
    page = replica.pull()
    assert (page.changes, page.cursors) == ([], {"S.floor": 40})


def test_while_writers_go_on_readers_of_any_page_size_miss_nothing(desk, ann, bob):
    replicas = [Replica(desk.store, frozenset({"S.floor", "S.yard"})) for _ in range(3)]
    desk.push(ann, *(ann.write("counter.opened", key) for key in keys(5)))
    done = threading.Event()

    def write(sender, hall):
        for number in range(25):
            key = keys(5)[number % 5]
            desk.push(
                sender,
                sender.write("counter.raised", key),
                sender.write("counter.moved", key, {"to": hall}),
            )

    def write_all():
        try:
            together(lambda: write(ann, "yard"), lambda: write(bob, "floor"))
        finally:
            done.set()

    def read(replica, limit):
        while not done.is_set():
            replica.pull(limit)
        replica.pull_all(limit)

    together(write_all, *(lambda r=r, n=n: read(r, n) for n, r in enumerate(replicas, start=1)))
    for replica in replicas:
        assert replica.bodies == stored(desk)
        assert len(replica.seen) == len(set(replica.seen)), "delivered twice"
    assert desk.verified().faults == []


def test_a_reader_sees_one_moment_though_others_write_meanwhile(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    with desk.store.read() as connection:
        first = pull(connection, FLOOR, {}, limit=10)
        desk.push(ann, ann.write("counter.raised", C))
        assert pull(connection, FLOOR, {}, limit=10).cursors == first.cursors == {"S.floor": 1}


def test_an_upsert_replaces_all_but_the_key_and_may_have_nothing_to_do(desk):
    row = {"scope": "S.x", "key": C, "version": 1, "gone": False}
    with desk.store.write() as connection:
        upsert(connection, FeedRow, [])
        upsert(connection, FeedRow, [row])
        upsert(connection, FeedRow, [row | {"version": 2, "gone": True}])
    assert desk.rows(FeedRow) == [row | {"version": 2, "gone": True}]
