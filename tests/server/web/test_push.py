"""Push over HTTP: what is sent twice, out of order, broken, forged, foreign or far too much."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.model import KINDS, MODEL
from server.domain.sums import broken
from sync.entry import ENTRY_MAX_BYTES, PUSH_MAX_BYTES, PUSH_MAX_ENTRIES, digest_of
from sync.store import table_of
from sync.tables import JournalRow
from sync.verify import verify
from tests.server.web.plant_in_use import Device, House

LOT = "lot/SZ:M-1001:L2611-02"
OTHER_LOT = "lot/SZ:M-1005:L2611-16"
WRAPPED = {"entry": "{}", "sig": None}


@pytest.fixture
def device(house: House) -> Device:
    return house.device("wang.fang")


def raws(house: House) -> list[bytes]:
    table = table_of(JournalRow)
    with house.plant.store.read() as connection:
        return list(connection.scalars(select(table.c.raw)))


def changed(raw: bytes, **fields: Any) -> bytes:
    return json.dumps(json.loads(raw) | fields, ensure_ascii=False).encode()


def test_an_entry_is_applied_and_answered_with_what_it_did(house: House, device: Device):
    before = house.documents()[LOT]
    answer = device.push(device.note("看过了")).json()
    (verdict,) = answer["verdicts"]
    assert (verdict["status"], verdict["code"], verdict["case"]) == ("applied", None, None)
    assert [one["scope"] for one in verdict["effects"]] == ["SZ.floor"]
    assert (answer["last_seq"], answer["need"]) == (1, None)
    assert house.documents()[LOT] == before + 1
    assert house.body_of(LOT)["timeline"][0]["data"] == {"text": "看过了"}


def test_the_same_push_again_changes_nothing_and_says_the_same_words(house: House, device: Device):
    entries = [device.note(str(number)) for number in range(3)]
    first = device.verdicts(*entries)
    state = house.documents(), house.entries()
    assert device.verdicts(*entries) == first
    assert device.verdicts(entries[1], entries[1]) == [first[1], first[1]]
    assert (house.documents(), house.entries()) == state


def test_entries_out_of_order_are_asked_for_again_and_none_is_lost(house: House, device: Device):
    one, two, three = (device.note(text) for text in "123")
    answer = device.push(two, three).json()
    assert (answer["verdicts"], answer["need"], answer["last_seq"]) == ([], "resend_from", 0)
    answer = device.push(one, three, two).json()
    assert (len(answer["verdicts"]), answer["need"], answer["last_seq"]) == (1, "resend_from", 1)
    answer = device.push(one, two, three).json()
    assert [one["status"] for one in answer["verdicts"]] == ["applied"] * 3
    assert (answer["need"], answer["last_seq"]) == (None, 3)


def test_a_number_used_twice_is_kept_as_a_fork_beside_the_first(house: House, device: Device):
    first = device.note("mine")
    device.verdicts(first)
    device.chain.last_seq, device.chain.last_hash = 0, "0" * 64
    forged = device.note("the clone's")
    (verdict,) = device.verdicts(forged)
    assert (verdict["status"], verdict["code"]) == ("parked", "fork")
    assert {first, forged} <= set(raws(house))
    assert house.body_of(LOT)["timeline"][0]["data"]["text"] == "mine"


def test_a_broken_chain_is_kept_as_a_fork(house: House, device: Device):
    (verdict,) = device.verdicts(changed(device.note(), prev="f" * 64))
    assert (verdict["status"], verdict["code"]) == ("parked", "fork")


def test_another_devices_entry_is_kept_and_applied_to_nothing(house: House, device: Device):
    other = house.device("zhao.lei")
    before = house.documents(but=("case",))
    (verdict,) = device.verdicts(other.note())
    assert (verdict["status"], verdict["code"]) == ("parked", "device_foreign")
    assert house.documents(but=("case",)) == before


def test_an_unknown_kind_waits_and_so_does_what_follows_on_the_same_document_only(
    house: House, device: Device
):
    entries = [
        device.entry("lot.polished", LOT, {"shine": 11}),
        device.note("behind it"),
        device.note("beside it", on=OTHER_LOT),
    ]
    verdicts = device.verdicts(*entries)
    assert [(v["status"], v["code"]) for v in verdicts] == [
        ("parked", "unknown_kind"),
        ("parked", "waits_behind_parked"),
        ("applied", None),
    ]
    cases = [house.body_of(str(v["case"])) for v in verdicts[:2]]
    assert [one["state"] for one in cases] == ["open", "open"]
    assert set(entries) <= set(raws(house))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_body_of_any_kind_that_is_not_understood_is_told_and_never_an_error(
    shared_house: House, kind: str
):
    device = shared_house.device("all.roles")
    bodies: list[dict[str, Any]] = [
        {},
        {"nonsense": [1, {"a": None}]},
        {name: {"x": ["y"]} for name in KINDS[kind].body.model_fields},
        dict.fromkeys(KINDS[kind].body.model_fields, "�"),
        dict.fromkeys(KINDS[kind].body.model_fields, "\x00"),
        {"\ud800": 1, "\u0000": 2},
        dict.fromkeys(KINDS[kind].body.model_fields, "9" * 5000),
        dict.fromkeys(KINDS[kind].body.model_fields, "1e999999"),
        {name: float("nan") for name in KINDS[kind].body.model_fields},
    ]
    keys = [f"lot/SZ:walk:{kind}-{number}" for number in range(len(bodies))]
    entries = [_plain(device, kind, key, body) for key, body in zip(keys, bodies, strict=True)]
    verdicts = device.verdicts(*entries, device.note())
    assert len(verdicts) == len(entries) + 1
    for verdict in verdicts[:-1]:
        assert verdict["code"] or verdict["status"] == "applied", verdict
        assert verdict["code"] != "handler_failed", verdict
    assert verdicts[-1]["status"] == "applied", "somebody else was held up"


def _plain(device: Device, kind: str, on: str, body: dict[str, Any]) -> bytes:
    """An entry whose odd characters are escaped, as a hostile device may send them."""
    good = device.chain.last_seq, device.chain.last_hash
    raw = device.entry(kind, on, {})
    device.chain.last_seq, device.chain.last_hash = good
    escaped = json.dumps(json.loads(raw) | {"body": body}).encode()
    device.chain.last_seq += 1
    device.chain.last_hash = digest_of(escaped)
    return escaped


HOSTILE_FIELDS: list[dict[str, Any]] = [
    {"kind": "\ud800"},
    {"kind": "a\u0000b"},
    {"actor": "\u0000"},
    {"actor": "\udfff"},
    {"session": "\u0000"},
    {"on": "lot/SZ:\u0000"},
    {"on": "lot/SZ:\ud800"},
    {"on": "lot/../../etc:passwd"},
    {"on": "lot/SZ:" + "x" * 5000},
    {"on": "nothing"},
    {"id": "not-an-id"},
    {"id": 7},
    {"seq": 2**70},
    {"seq": -1},
    {"seq": "1"},
    {"base": 2**70},
    {"base": "x"},
    {"skew_ms": 10**400},
    {"at": "0001-01-01T00:00:00+23:59"},
    {"at": "9999-12-31T23:59:59-23:59"},
    {"at": "yesterday"},
    {"at": "2026-11-22T09:41:07"},
    {"v": 999},
    {"v": 0},
    {"body": []},
    {"body": None},
    {"blobs": [{"sha256": "x"}]},
    {"blobs": [{}] * 1000},
    {"app": "\ud800" * 64},
    {"after": {"x": 1}},
    {"device": ["dev"]},
    {"extra": "\ud800"},
]


@pytest.mark.parametrize("fields", HOSTILE_FIELDS, ids=lambda one: json.dumps(one)[:80])
def test_a_hostile_envelope_is_parked_and_the_next_entry_goes_on(
    shared_house: House, fields: dict[str, Any]
):
    device = shared_house.device("wang.fang")
    raw = json.dumps(json.loads(device.note("hostile", on="lot/SZ:walk:x")) | fields).encode()
    answer = device.push(raw)
    assert answer.status_code == 200, answer.text
    other = shared_house.device("liu.yang")
    assert other.verdicts(other.note("still working", on=OTHER_LOT))[0]["status"] == "applied"
    if answer.json()["need"] is None:
        assert raw in raws(shared_house), "it was neither kept nor asked for again"


RAW = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{",
    b"\x00\x01",
    b"{}" * 10,
    b"[" * 30_000,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"id": 1, "id": 2}',
    b'{"n": ' + b"9" * 6000 + b"}",
    b'{"n": NaN}',
    b"\xef\xbb\xbf{}",
    "﷽".encode() * 1000,
]


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: ascii(raw[:24]))
def test_bytes_that_nobody_can_read_are_kept_and_shown_to_somebody(shared_house: House, raw: bytes):
    house, device = shared_house, shared_house.device("wang.fang")
    verdicts = device.verdicts(raw)
    assert [(v["status"], v["code"]) for v in verdicts] == [("parked", "entry_malformed")]
    assert house.body_of(str(verdicts[0]["case"]))["state"] == "open"
    assert raw in raws(house)
    assert device.verdicts(raw) == verdicts


def test_too_many_entries_at_once_are_refused_whole_and_200_are_taken(house: House, device: Device):
    entries = [device.note(str(number)) for number in range(PUSH_MAX_ENTRIES + 1)]
    before = house.entries()
    answer = device.push(*entries)
    assert (answer.status_code, answer.json()["code"]) == (413, "push_too_large")
    assert set(answer.json()["text"]) == {"zh_CN", "en"}
    assert house.entries() == before
    verdicts = device.verdicts(*entries[:PUSH_MAX_ENTRIES])
    assert {one["status"] for one in verdicts} == {"applied"}


def test_more_than_half_a_megabyte_is_refused_and_just_below_is_taken(house: House, device: Device):
    size = ENTRY_MAX_BYTES - 1000
    entries = [device.entry("note.added", LOT, {"text": "x" * size}) for _ in range(9)]
    assert sum(len(one) for one in entries) > PUSH_MAX_BYTES
    assert device.push(*entries).status_code == 413
    assert len(device.verdicts(*entries[:8])) == 8


def test_a_text_of_ten_megabytes_is_refused_clearly(house: House, device: Device):
    answer = device.push(device.note("长" * 10_000_000))
    assert answer.status_code == 413
    assert answer.json()["code"] == "request_too_large"
    assert answer.json()["text"]["zh_CN"]


def test_an_entry_above_its_limit_is_parked_and_the_next_goes_on(house: House, device: Device):
    verdicts = device.verdicts(device.note("x" * (ENTRY_MAX_BYTES + 1)))
    assert [v["code"] for v in verdicts] == ["entry_too_large"]
    assert verdicts[0]["status"] == "parked"
    assert verdicts[0]["case"]


BODIES: list[Any] = [
    None,
    [],
    "text",
    {},
    {"device": 7, "entries": []},
    {"device": "dev", "entries": {}},
    {"device": "dev", "entries": [1]},
    {"device": "dev", "entries": [{"entry": None}]},
    {"entries": []},
]


@pytest.mark.parametrize("body", BODIES, ids=lambda one: json.dumps(one)[:60])
def test_a_push_that_is_not_one_is_answered_with_a_problem(shared_house: House, body: Any):
    device = shared_house.device("wang.fang")
    answer = device.push_raw(body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"
    assert answer.json()["text"]["en"] == "This request can't be read."


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"device": "\xff"}', b"[" * 100_000])
def test_bytes_that_are_no_json_are_answered_with_a_problem(shared_house: House, content: bytes):
    device = shared_house.device("wang.fang")
    headers = {**device.headers, "content-type": "application/json"}
    for path in ("/sync/push", "/sync/pull", "/sync/enrol"):
        answer = device.browser.post(path, content=content, headers=headers)
        assert answer.status_code == 400, path
        assert answer.json()["code"] == "bad_request"


def test_after_all_that_the_journal_is_whole_and_the_documents_follow_from_it(
    house: House, device: Device
):
    hostile = [json.dumps(json.loads(device.note()) | one).encode() for one in HOSTILE_FIELDS]
    for raw in [*RAW, *hostile]:
        assert device.push(raw).status_code == 200
    report = verify(house.plant.store, MODEL, broken)
    assert report.whole, report.faults[:5]
