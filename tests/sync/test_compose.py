"""Compose and read: what the server writes for its own devices is like any device's."""

import json
from typing import Any

import pytest

from sync.compose import Chain, Deed
from sync.entry import (
    ENTRY_MAX_BYTES,
    FIRST_PREV,
    KEY_MAX_CHARS,
    digest_of,
    place_claimed,
    read,
)
from sync.problem import Problem
from sync.strict_json import DEPTH_MAX, INTEGER_MAX, parse
from tests.simulation.sender import AT, Sender
from tests.sync.desk import C, Desk, told


def deed(kind: str = "counter.raised", **body) -> Deed:
    return Deed(kind, C, body, "ann", "s-ann", AT)


def test_a_chain_numbers_its_entries_and_each_names_the_one_before():
    chain = Chain("web-1", 0, FIRST_PREV)
    raws = [chain.add(deed(by=number))[1] for number in range(3)]
    entries = [read(raw) for raw in raws]
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [e.prev for e in entries] == [FIRST_PREV, digest_of(raws[0]), digest_of(raws[1])]
    assert (chain.last_seq, chain.last_hash) == (3, digest_of(raws[2]))
    assert len({entry.id for entry in entries}) == 3


def test_what_is_composed_is_applied_like_any_entry(desk: Desk):
    desk.enrol("web-1")
    chain = Chain("web-1", 0, FIRST_PREV)
    raws = [chain.add(deed(kind))[1] for kind in ("counter.opened", "counter.raised")]
    answer = desk.push("web-1", *raws)
    assert told(answer) == [("applied", None)] * 2
    assert answer.last_seq == chain.last_seq
    assert desk.verified().faults == []


def test_text_of_any_language_goes_through_unchanged():
    text = "苏州 “é” \u2028 \U0001f529 </script>"
    entry_id, raw = Chain("web-1", 0, FIRST_PREV).add(deed(to=text), app="随行")
    entry = read(raw)
    assert (entry.id, entry.body, entry.app) == (entry_id, {"to": text}, "随行")


def test_an_entry_may_have_an_id_given_beforehand():
    wanted = "01900000-0000-7000-8000-000000000001"
    entry_id, raw = Chain("web-1", 0, FIRST_PREV).add(deed(), entry_id=wanted)
    assert entry_id == read(raw).id == wanted


def test_an_entry_of_just_the_largest_size_is_read():
    sender = Sender("t")
    room = ENTRY_MAX_BYTES - len(sender.draft("k", C, {"to": ""}))
    assert len(read(sender.draft("k", C, {"to": "x" * room})).body["to"]) == room
    with pytest.raises(Problem, match="entry_too_large"):
        read(sender.draft("k", C, {"to": "x" * (room + 1)}))


GOOD: dict[str, list[Any]] = {
    "on": ["lot/SZ:M-1001:L2611-03", "a/b:c", "person/org:wang.fang", "lot/SZ:批号-1"],
    "seq": [1, 2**53],
    "base": [None, 0, 17],
    "at": ["2026-11-22T09:41:07.120+08:00", "2026-11-22T01:41:07Z"],
    "skew_ms": [-(10**9), 0],
}
BAD: dict[str, list[Any]] = {
    "on": ["lot", "lot/", "lot/SZ", "lot/SZ:", "Lot/SZ:a", "lot/SZ:a b", "lot/SZ:a/b", "/S:a",
           "lot/S Z:a", "lot/SZ:" + "x" * KEY_MAX_CHARS, "lot/SZ:a\u2028", 7, None],
    "seq": [0, -1, 1.5, "one", None],
    "prev": ["", "0" * 63, "G" * 64, "A" * 64],
    "base": [-1, "v1"],
    "at": ["", "now", "2026-13-01T00:00:00Z", "2026-11-22"],
    "v": [0, 1001],
    "kind": ["x" * 65],
    "device": ["", "x" * 65],
    "actor": ["", None],
    "session": [""],
    "blobs": [[{"sha256": "x", "size": 1, "type": "image/png"}],
              [{"sha256": "a" * 64, "size": -1, "type": "image/png"}],
              [{"sha256": "a" * 64, "size": 1, "type": "image/png", "path": "/etc"}], {}],
}  # fmt: skip


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, some in GOOD.items() for v in some])
def test_what_protocol_allows_is_read(field, value):
    raw = Sender("t").draft("k", C, **{field: value})
    assert getattr(read(raw), field) == value


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, some in BAD.items() for v in some])
def test_what_protocol_does_not_allow_names_the_field(field, value):
    with pytest.raises(Problem) as raised:
        read(Sender("t").draft("k", C, **{field: value}))
    assert raised.value.code == "entry_malformed"
    assert raised.value.params["where"].startswith(field)


@pytest.mark.parametrize("field", ["id", "device", "seq", "prev", "kind", "actor", "session", "on"])
def test_a_field_that_is_missing_is_named(field):
    fields = json.loads(Sender("t").draft("k", C))
    del fields[field]
    with pytest.raises(Problem) as raised:
        read(json.dumps(fields).encode())
    assert raised.value.params["where"] == field


def test_a_field_that_nobody_knows_yet_is_no_error():
    """A newer app may tell more; the bytes are kept anyway."""
    assert read(Sender("t").draft("k", C, weather="rain")).kind == "k"


def test_numbers_and_depth_are_taken_up_to_their_limits():
    assert parse(str(INTEGER_MAX).encode()) == INTEGER_MAX
    assert parse(str(-INTEGER_MAX).encode()) == -INTEGER_MAX
    nested = b"[" * DEPTH_MAX + b"]" * DEPTH_MAX
    assert parse(nested)
    for wrong in (str(INTEGER_MAX + 1).encode(), b"[" + nested + b"]"):
        with pytest.raises(ValueError, match="too"):
            parse(wrong)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b'{"device":"t","seq":3}', ("t", 3)),
        (b'{"device":"t","seq":0}', None),
        (b'{"device":"t","seq":true}', None),
        (b'{"device":"t","seq":"3"}', None),
        (b'{"device":7,"seq":3}', None),
        (b'{"seq":3}', None),
        (b"[]", None),
        (b"rubbish", None),
    ],
)
def test_bytes_that_are_no_entry_may_still_tell_their_place(raw, place):
    assert place_claimed(raw) == place
