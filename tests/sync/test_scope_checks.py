"""Scope checks: what a pull says of a scope is what lies in it, however it came about."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync import feed
from sync.pull import pull
from sync.restore import renew
from sync.scope_sum import ScopeSum
from tests.simulation.replica import Replica
from tests.sync.desk import C, D, Desk

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "scope_check.json").read_text())
ALL = frozenset({"S.floor", "S.yard", "S.desk"})


def checks(desk: Desk) -> dict[str, dict[str, Any]]:
    with desk.store.read() as connection:
        return pull(connection, ALL, {}, limit=1000).checks


def counted_anew(desk: Desk) -> dict[str, dict[str, Any]]:
    with desk.store.read() as connection:
        sums = feed.recounted(connection)
    told = {scope: sums.get(scope, ScopeSum()) for scope in ALL}
    return {scope: {"count": s.count, "digest": s.digest} for scope, s in told.items()}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_sum_is_what_the_vectors_say(case):
    lies = ScopeSum()
    for step in case["steps"]:
        change = lies.add if step["do"] == "add" else lies.remove
        change(step["key"], step["version"])
    assert (lies.count, lies.digest) == (case["count"], case["digest"])


def test_every_change_keeps_the_checks_true(desk, ann):
    deeds = [
        ("counter.opened", C, {}),
        ("counter.opened", D, {}),
        ("counter.raised", C, {}),
        ("counter.moved", D, {"to": "yard"}),
        ("counter.raised", D, {}),
        ("bad", "counter/S:z", {}),
        ("counter.moved", D, {"to": "floor"}),
        ("counter.moved", C, {"to": "yard"}),
    ]
    seen = []
    for kind, key, body in deeds:
        desk.push(ann, ann.write(kind, key, body))
        assert checks(desk) == counted_anew(desk)
        seen.append(tuple(checks(desk)[scope]["count"] for scope in sorted(ALL)))
    assert seen == [
        (0, 1, 0),
        (0, 2, 0),
        (0, 2, 0),
        (0, 1, 1),
        (0, 1, 1),
        (1, 1, 1),
        (1, 2, 0),
        (1, 1, 1),
    ]


def test_many_changes_in_one_batch_keep_the_checks_true(desk, ann):
    keys = [f"counter/S:{number:03}" for number in range(30)]
    desk.push(ann, *(ann.write("counter.opened", key) for key in keys))
    again = [ann.write("counter.raised", key) for key in keys]
    moves = [ann.write("counter.moved", key, {"to": "yard"}) for key in keys[::3]]
    back = [ann.write("counter.moved", key, {"to": "floor"}) for key in keys[::6]]
    desk.push(ann, *again, *moves, *back)
    assert checks(desk) == counted_anew(desk)
    assert [checks(desk)[s]["count"] for s in ("S.floor", "S.yard")] == [25, 5]


def test_a_push_that_failed_leaves_the_checks_as_they_were(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    before = checks(desk)
    desk.fails = True
    with pytest.raises(RuntimeError):
        desk.push(ann, ann.write("counter.raised", C))
    assert checks(desk) == before == counted_anew(desk)


def test_only_a_complete_pull_brings_checks_and_only_of_allowed_scopes(desk, ann):
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.opened", D))
    desk.push(ann, ann.write("counter.moved", D, {"to": "secret"}))
    with desk.store.read() as connection:
        first = pull(connection, ALL, {}, limit=1)
        assert (first.complete, first.checks) == (False, {})
        last = pull(connection, ALL, first.cursors, limit=1000)
    assert last.complete
    assert set(last.checks) == ALL
    assert last.checks["S.yard"] == {"count": 0, "digest": "0" * 16}


def test_a_pull_of_nothing_new_brings_the_same_checks(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    replica = Replica(desk.store, ALL)
    assert replica.pull().checks == replica.pull().checks == counted_anew(desk)


def test_after_a_restore_the_checks_are_of_the_new_versions(desk, ann):
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.moved", C, {"to": "yard"}))
    desk.push(ann, ann.write("counter.opened", D))
    before = checks(desk)
    renew(desk.store)
    assert checks(desk) == counted_anew(desk)
    assert checks(desk)["S.floor"]["count"] == before["S.floor"]["count"]
    assert checks(desk)["S.floor"]["digest"] != before["S.floor"]["digest"]
    desk.push(ann, ann.write("counter.raised", D))
    assert checks(desk) == counted_anew(desk)
