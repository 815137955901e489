"""Parking: what can't be understood or trusted is kept raw, shown, and holds up nobody."""

import json
from dataclasses import replace
from typing import Any

import pytest

from sync.entry import ENTRY_MAX_BYTES
from tests.simulation.sender import Sender, id_of
from tests.sync.desk import C, D, Desk, told

LONG = "x" * ENTRY_MAX_BYTES


def with_body(sender: Sender, body: str) -> bytes:
    """The next entry with this text as its body, valid JSON or not."""
    return sender.draft("counter.raised", C, {"by": "BODY"}).replace(
        b'{"by":"BODY"}', body.encode()
    )


UNREADABLE: dict[str, Any] = {
    "bytes that are not UTF-8": lambda ann: ann.draft("counter.raised", C)[:-1] + b'\xff\xfe"}',
    "UTF-16": lambda ann: ann.draft("counter.raised", C).decode().encode("utf-16"),
    "a byte order mark": lambda ann: b"\xef\xbb\xbf" + ann.draft("counter.raised", C),
    "surrogate halves as bytes": lambda ann: '{"id":"\ud83d"}'.encode("utf-8", "surrogatepass"),
    "a surrogate half as an escape": lambda ann: with_body(ann, r'{"to":"\ud83d"}'),
    "a surrogate half as a name": lambda ann: with_body(ann, r'{"\udc00":1}'),
    "a NUL": lambda ann: with_body(ann, r'{"to":"a\u0000b"}'),
    "nothing": lambda ann: b"",
    "half an entry": lambda ann: ann.draft("counter.raised", C)[:80],
    "two entries": lambda ann: ann.draft("counter.raised", C) * 2,
    "a list": lambda ann: b"[1,2,3]",
    "deep nesting": lambda ann: with_body(ann, '{"to":' + "[" * 500 + "]" * 500 + "}"),
    "nesting without end": lambda ann: b"[" * 60_000,
    "a name given twice": lambda ann: with_body(ann, '{"by":1,"by":100}'),
    "a kind given twice": lambda ann: ann.draft("a", C).replace(b'"v":1', b'"kind":"b","v":1'),
    "NaN": lambda ann: with_body(ann, '{"by":NaN}'),
    "infinity": lambda ann: with_body(ann, '{"by":-Infinity}'),
    "a float beyond all floats": lambda ann: with_body(ann, '{"by":1e999}'),
    "a huge integer": lambda ann: with_body(ann, '{"by":' + "9" * 5000 + "}"),
    "an integer no device can hold": lambda ann: with_body(ann, '{"by":9007199254740993}'),
    "a huge number in the chain": lambda ann: ann.draft("counter.raised", C, seq=10**30),
    "more than an entry may have": lambda ann: with_body(ann, '{"to":"' + LONG + '"}'),
    "no kind": lambda ann: ann.draft("", C),
    "an id that is not one": lambda ann: ann.draft("counter.raised", C, id="7"),
    "a key that is none": lambda ann: ann.draft("counter.raised", "counter/S:a/../b"),
    "a key with a line break": lambda ann: ann.draft("counter.raised", f"{C}\n"),
    "a time without offset": lambda ann: ann.draft("counter.raised", C, at="2026-11-22T09:41:07"),
    "a body that is a list": lambda ann: ann.draft("counter.raised", C, [1]),
    "more blobs than allowed": lambda ann: ann.draft("counter.raised", C, blobs=[{}] * 21),
}


@pytest.mark.parametrize("make", UNREADABLE.values(), ids=UNREADABLE)
def test_bytes_that_nobody_can_read_are_kept_with_one_ticket_and_the_next_goes_on(desk, ann, make):
    opened = ann.write("counter.opened", C)
    raw = ann.number(make(ann))
    answer = desk.push(ann, opened, raw, ann.write("counter.raised", C))
    assert [status for status, _ in told(answer)] == ["applied", "parked", "applied"]
    assert (answer.last_seq, answer.need, desk.value()) == (3, None, 2)
    verdict = answer.verdicts[1]
    assert verdict["code"] in ("entry_malformed", "entry_too_large")
    assert [bytes(row["raw"]) for row in desk.journal()][1] == raw
    assert [ticket.key for ticket in desk.tickets()] == [verdict["case"]]
    assert verdict["effects"] == [{"scope": "S.desk", "version": 1}]
    assert desk.push(ann, raw).verdicts == [verdict]
    assert len(desk.tickets()) == 1
    json.dumps(answer.verdicts, allow_nan=False).encode()
    assert desk.verified().faults == []


def test_malformed_bytes_that_tell_their_number_wait_for_those_before_them(desk, ann):
    opened = ann.write("counter.opened", C)
    malformed = ann.number(ann.draft("", C))
    raised = ann.write("counter.raised", C)
    assert desk.push(ann, malformed).need == "resend_from"
    answer = desk.push(ann, opened, malformed, raised)
    assert [status for status, _ in told(answer)] == ["applied", "parked", "applied"]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(
    ("kind", "code", "otherwise"),
    [
        ("counter.unheard_of", "unknown_kind", {}),
        ("counter.raised", "unknown_kind", {"v": 3}),
        ("counter.raised", "body_malformed", {"body": {"by": "many"}}),
        ("counter.raised", "body_malformed", {"body": {"surplus": 1}}),
        ("counter.exploded", "handler_failed", {}),
        ("counter.spoiled", "handler_failed", {}),
        ("counter.mumbled", "handler_failed", {}),
    ],
)
def test_what_comes_behind_a_parked_entry_on_the_same_document_waits(
    desk, ann, kind, code, otherwise
):
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.opened", D))
    answer = desk.push(
        ann,
        ann.write(kind, C, **otherwise),
        ann.write("counter.raised", C),
        ann.write("counter.raised", D),
    )
    assert told(answer) == [
        ("parked", code),
        ("parked", "waits_behind_parked"),
        ("applied", None),
    ]
    assert (desk.value(C), desk.value(D)) == (1, 2)
    assert [verdict["case"] is None for verdict in answer.verdicts] == [False, False, True]
    later = desk.push(ann, ann.write("counter.raised", C), ann.write("counter.raised", D))
    assert told(later) == [("parked", "waits_behind_parked"), ("applied", None)]
    assert desk.verified().faults == []


def test_others_go_on_with_the_document_and_the_device_does_once_the_ticket_is_decided(
    desk, ann, bob
):
    desk.push(ann, ann.write("counter.opened", C))
    [parked] = desk.push(ann, ann.write("counter.unheard_of", C)).verdicts
    assert told(desk.push(bob, bob.write("counter.raised", C))) == [("applied", None)]
    behind = desk.push(ann, ann.write("counter.raised", C))
    assert told(behind) == [("parked", "waits_behind_parked")]
    desk.push(bob, bob.write("ticket.decided", parked["case"]))
    assert told(desk.push(ann, ann.write("counter.raised", C))) == [("applied", None)]
    assert desk.value(C) == 3
    assert desk.verified().faults == []


def test_an_old_version_is_brought_up_and_applied(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    answer = desk.push(
        ann, ann.write("counter.raised", C, v=1), ann.write("counter.raised", C, v=2)
    )
    assert told(answer) == [("applied", None)] * 2


def test_a_fact_on_something_unknown_is_parked_and_a_request_rejected(desk, ann):
    answer = desk.push(ann, ann.write("counter.raised", C), ann.write("counter.reserved", C))
    assert told(answer) == [("parked", "unknown_document"), ("rejected", "unknown_document")]
    assert len(desk.tickets()) == 1


def test_the_gate_parks_a_fact_without_touching_the_document(desk, ann):
    ann.actor, ann.session = "nobody", "s-nobody"
    answer = desk.push(ann, ann.write("counter.opened", C))
    assert told(answer) == [("parked", "no_right")]
    assert desk.counter() is None


def test_a_sign_in_that_is_not_the_actors_parks_and_changes_nothing(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    answer = desk.push(ann, ann.write("counter.raised", C, actor="bob"))
    assert told(answer) == [("parked", "session_foreign")]
    assert answer.verdicts[0]["params"] == {"actor": "bob"}
    assert desk.value() == 1
    assert told(desk.push(ann, ann.write("counter.raised", C))) == [("applied", None)]
    assert desk.verified().faults == []


def test_another_devices_entry_is_parked_and_leaves_both_chains_alone(desk, ann, bob):
    desk.push(ann, ann.write("counter.opened", C))
    hers = ann.draft("counter.raised", C)
    answer = desk.push(bob, hers, bob.write("counter.opened", D))
    assert told(answer) == [("parked", "device_foreign"), ("applied", None)]
    assert answer.last_seq == 1
    assert [row["seq"] for row in desk.journal()] == [1, None, 1]
    assert desk.value() == 1
    assert desk.push(bob, hers).verdicts == answer.verdicts[:1]
    assert desk.verified().faults == []


def test_an_entry_that_another_device_brought_first_still_counts_from_its_own(desk, ann, bob):
    """A file exported from a dying phone, then the phone wakes up."""
    raws = [ann.write("counter.opened", C), ann.write("counter.raised", C)]
    brought = desk.push(bob, *raws)
    assert told(brought) == [("parked", "device_foreign")] * 2
    answer = desk.push(ann, *raws)
    assert told(answer) == [("applied", None)] * 2
    assert [verdict["id"] for verdict in answer.verdicts] == [id_of(raw) for raw in raws]
    assert desk.value() == 2
    assert desk.push(bob, *raws).verdicts == answer.verdicts
    assert desk.verified().faults == []


def test_nobody_can_take_an_id_before_the_entry_that_owns_it_arrives(desk, ann, bob):
    opened = ann.write("counter.opened", C)
    forged = bob.draft("counter.opened", D, id=id_of(opened), device="tablet-a")
    assert told(desk.push(bob, forged)) == [("parked", "device_foreign")]
    answer = desk.push(ann, opened)
    assert told(answer) == [("applied", None)]
    assert desk.value() == 1


def test_other_bytes_under_an_id_that_is_taken_are_kept_apart(desk, ann, bob):
    opened = ann.write("counter.opened", C)
    desk.push(ann, opened)
    his = bob.write("counter.opened", D, id=id_of(opened))
    hers = ann.write("counter.raised", C, id=id_of(opened))
    his_answer, her_answer = desk.push_all((bob, [his]), (ann, [hers]))
    assert told(his_answer) == told(her_answer) == [("parked", "fork")]
    assert told(desk.push(ann, ann.write("counter.raised", C))) == [("applied", None)]
    assert desk.value(C) == 2
    assert desk.counter(D) is None
    assert {bytes(row["raw"]) for row in desk.journal()} >= {opened, his, hers}
    assert len(desk.tickets()) == 2
    assert desk.push(bob, his).verdicts == his_answer.verdicts
    assert desk.verified().faults == []


def test_a_number_used_twice_is_a_fork_and_both_are_kept(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    clone = replace(ann)
    first, second = ann.write("counter.raised", C), clone.write("counter.raised", C, {"by": 5})
    desk.push(ann, first)
    answer = desk.push(clone, second)
    assert told(answer) == [("parked", "fork")]
    assert answer.verdicts[0]["params"] == {"device": "tablet-a", "seq": 2}
    assert {bytes(row["raw"]) for row in desk.journal()} >= {first, second}
    assert desk.value() == 2
    assert told(desk.push(ann, ann.write("counter.raised", C))) == [("applied", None)]
    assert desk.verified().faults == []


def test_a_fork_within_one_batch_is_seen(desk, ann):
    clone = replace(ann)
    answer = desk.push(ann, ann.write("counter.opened", C), clone.write("counter.opened", D))
    assert told(answer) == [("applied", None), ("parked", "fork")]


def test_a_chain_that_does_not_meet_is_a_fork_and_the_chain_goes_on_from_it(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    answer = desk.push(
        ann, ann.write("counter.raised", C, prev="f" * 64), ann.write("counter.raised", C)
    )
    assert told(answer) == [("parked", "fork"), ("applied", None)]
    assert desk.value() == 2
    assert desk.verified().faults == []


def test_even_where_no_ticket_can_be_opened_the_entry_is_kept_and_the_queue_goes_on(desk, ann):
    answer = desk.push(ann, ann.write("no.ticket", C), ann.write("counter.opened", D))
    assert told(answer) == [("parked", "unknown_kind"), ("applied", None)]
    assert answer.verdicts[0]["case"] is None
    assert [fault.code for fault in desk.verified().faults] == ["case_missing"]


def test_a_bug_in_one_handler_leaves_no_trace_of_its_half_done_work(desk: Desk, ann, bob):
    desk.push(ann, ann.write("counter.opened", C))
    hers, his = desk.push_all(
        (ann, [ann.write("counter.exploded", C)]), (bob, [bob.write("counter.opened", D)])
    )
    assert told(hers) == [("parked", "handler_failed")]
    assert hers.verdicts[0]["params"] == {"why": "RuntimeError"}
    assert told(his) == [("applied", None)]
    counter = desk.counter()
    assert counter is not None
    assert (counter.value, counter.version) == (1, 1)
