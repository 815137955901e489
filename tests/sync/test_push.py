"""Push: each entry once, the same words for ever, all of a transaction or nothing."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, text

from sync.entry import digest_of
from sync.problem import Problem
from sync.store import table_of
from sync.tables import DeviceRow, FeedRow, JournalRow, TermRow
from tests.simulation.sender import Sender, id_of
from tests.sync.desk import NOW, C, D, Desk, told


def test_an_applied_entry_is_in_the_journal_the_documents_the_terms_and_the_feed(desk, ann):
    raw = ann.write("counter.opened", C, {"by": 3})
    answer = desk.push(ann, raw)
    assert answer.verdicts == [
        {
            "id": id_of(raw),
            "status": "applied",
            "code": None,
            "params": {},
            "case": None,
            "effects": [{"scope": "S.floor", "version": 1}],
        }
    ]
    assert (answer.last_seq, answer.need) == (1, None)
    assert [bytes(row["raw"]) for row in desk.journal()] == [raw]
    assert desk.value() == 3
    assert desk.found_by("counter") == desk.found_by("counter.colour=red") == [C]
    assert desk.rows(FeedRow) == [{"scope": "S.floor", "key": C, "version": 1, "gone": False}]
    assert desk.projected == [id_of(raw)]
    assert desk.verified().whole


def test_a_document_is_readable_text_in_the_database(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    desk.push(ann, ann.write("counter.painted", C, {"to": "朱红 é"}))
    with desk.store.read() as connection:
        (told,) = connection.scalars(text("SELECT body FROM documents WHERE body LIKE '%朱红 é%'"))
    assert json.loads(told)["colour"] == "朱红 é"
    assert desk.verified().whole


def test_the_exact_bytes_are_kept_with_their_signature(desk, ann):
    fields = json.loads(ann.draft("counter.opened", C))
    raw = (
        json.dumps(fields, indent=3, sort_keys=True).replace('"test"', '"\\u968f\\u884c"').encode()
    )
    desk.push(ann, ann.number(raw))
    assert bytes(desk.journal()[0]["raw"]) == raw
    assert desk.rows(DeviceRow)[0]["last_hash"] == digest_of(raw)


def test_the_same_push_again_gives_the_same_words_also_after_a_restart(desk, ann, bob):
    sent = [
        ann.write("counter.opened", C),
        ann.write("counter.raised", C, {"by": 2}, base=7),
        ann.write("counter.reserved", C, {"seen": 99}),
        ann.write("counter.unheard_of", D),
        ann.number(b"not even JSON"),
    ]
    first = desk.push(ann, *sent)
    assert [status for status, _ in told(first)] == [
        "applied", "merged", "rejected", "parked", "parked",
    ]  # fmt: skip
    before = desk.everything()
    desk.push(bob, bob.write("counter.raised", C))
    again = desk.push(ann, *sent)
    desk.restart()
    later = desk.push(ann, *sent)
    assert first.verdicts == again.verdicts == later.verdicts
    assert later.last_seq == 5
    assert len(desk.journal()) == len(before["journal"]) + 1
    assert desk.value() == 4


def test_an_entry_twice_in_one_batch_is_applied_once_and_answered_twice(desk, ann):
    opened = ann.write("counter.opened", C, {"by": 1})
    raised = ann.write("counter.raised", C)
    answer = desk.push(ann, opened, raised, raised, opened)
    assert [verdict["id"] for verdict in answer.verdicts] == [
        id_of(opened), id_of(raised), id_of(raised), id_of(opened),
    ]  # fmt: skip
    assert desk.value() == 2
    assert len(desk.journal()) == 2


def test_two_tabs_that_send_the_same_at_once_get_the_same_answer(desk, ann):
    raws = [ann.write("counter.opened", C), ann.write("counter.raised", C)]
    one, two = desk.push_all((ann, raws), (ann, raws))
    assert one.verdicts == two.verdicts
    assert desk.value() == 2


def test_after_a_gap_nothing_is_taken_until_it_is_filled(desk, ann):
    first, second, third = (
        ann.write(kind, C) for kind in ("counter.opened", "counter.raised", "counter.raised")
    )
    answer = desk.push(ann, first, third, second)
    assert (answer.need, answer.last_seq) == ("resend_from", 1)
    assert [verdict["id"] for verdict in answer.verdicts] == [id_of(first)]
    assert len(desk.journal()) == 1

    answer = desk.push(ann, third)
    assert (answer.need, answer.verdicts) == ("resend_from", [])

    answer = desk.push(ann, second, third)
    assert (answer.need, answer.last_seq) == (None, 3)
    assert told(answer) == [("applied", None)] * 2
    assert desk.value() == 3
    assert desk.verified().whole


def test_behind_a_gap_what_is_known_already_is_still_answered(desk, ann):
    first = ann.write("counter.opened", C)
    desk.push(ann, first)
    ann.write("counter.raised", C)
    answer = desk.push(ann, ann.write("counter.raised", C), first)
    assert answer.need == "resend_from"
    assert [verdict["id"] for verdict in answer.verdicts] == [id_of(first)]


def test_a_gap_of_one_device_does_not_hold_up_another(desk, ann, bob):
    ann.write("counter.opened", C)
    late = ann.write("counter.raised", C)
    hers, his = desk.push_all((ann, [late]), (bob, [bob.write("counter.opened", D)]))
    assert (hers.need, hers.verdicts) == ("resend_from", [])
    assert (his.need, told(his)) == (None, [("applied", None)])


def test_two_devices_in_one_commit_see_each_other_and_get_a_version_each(desk, ann, bob):
    hers, his = desk.push_all(
        (ann, [ann.write("counter.opened", C), ann.write("counter.raised", C)]),
        (bob, [bob.write("counter.raised", C, {"by": 10}), bob.write("counter.opened", D)]),
    )
    assert [status for status, _ in told(hers) + told(his)] == ["applied"] * 4
    assert desk.value() == 12
    counter = desk.counter()
    assert counter is not None
    assert counter.version == 3
    feed = {row["key"]: row["version"] for row in desk.rows(FeedRow)}
    assert sorted(feed.values()) == [1, 2]
    assert hers.verdicts[0]["effects"] == [{"scope": "S.floor", "version": feed[C]}]


def test_an_unknown_device_is_a_problem_and_nothing_is_written(desk, ann):
    before = desk.everything()
    with pytest.raises(Problem) as raised:
        desk.push_all((ann, [ann.write("counter.opened", C)]), ("ghost", []))
    assert (raised.value.code, raised.value.params) == ("device_unknown", {"device": "ghost"})
    assert desk.everything() == before


def test_a_request_that_can_not_stand_changes_nothing_but_is_kept(desk, ann):
    desk.push(ann, ann.write("counter.opened", C, {"by": 5}))
    answer = desk.push(ann, ann.write("counter.reserved", C, {"by": 2, "seen": 4}))
    verdict = answer.verdicts[0]
    assert (verdict["status"], verdict["code"], verdict["params"]) == (
        "rejected", "stale", {"value": 5},
    )  # fmt: skip
    assert verdict["effects"] == []
    assert desk.value() == 5
    assert len(desk.journal()) == 2


def test_one_entry_that_changes_two_documents_names_the_later_version(desk, ann):
    desk.push(ann, ann.write("counter.opened", C, {"by": 5}), ann.write("counter.opened", D))
    answer = desk.push(ann, ann.write("counter.poured", C, {"by": 2, "to": D}))
    assert (desk.value(C), desk.value(D)) == (3, 3)
    assert answer.verdicts[0]["effects"] == [{"scope": "S.floor", "version": 4}]


def test_what_an_entry_needs_may_follow_from_one_before_it_in_the_same_push(desk, ann, bob):
    desk.push(bob, bob.write("counter.opened", D), bob.write("counter.opened", C))
    answer = desk.push(
        ann,
        ann.write("counter.painted", C, {"to": D}),
        ann.write("counter.spilled", C, {"by": 5}),
        ann.write("counter.opened", "counter/S:new"),
        ann.write("counter.painted", "counter/S:new", {"to": D}),
        ann.write("counter.spilled", "counter/S:new", {"by": 7}),
    )
    assert told(answer) == [("applied", None)] * 5
    assert desk.value(D) == 13
    assert desk.verified().whole


def test_a_document_made_in_a_batch_can_be_needed_later_in_the_same_batch(desk, ann):
    answer = desk.push(
        ann,
        ann.write("counter.opened", C, {"by": 5}),
        ann.write("counter.opened", D),
        ann.write("counter.poured", C, {"by": 2, "to": D}),
    )
    assert told(answer) == [("applied", None)] * 3
    assert (desk.value(C), desk.value(D)) == (3, 3)


def test_a_term_that_no_longer_holds_is_gone(desk, ann):
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.painted", C, {"to": "blue"}))
    assert desk.found_by("counter.colour=red") == []
    assert desk.found_by("counter.colour=blue") == [C]
    desk.push(ann, ann.write("counter.painted", C, {"to": ""}))
    assert {row["term"] for row in desk.rows(TermRow)} == {"counter"}


def test_a_failure_in_the_middle_leaves_nothing_and_the_next_try_is_whole(desk, ann):
    raws = [ann.write("counter.opened", C), ann.number(b"rubbish"), ann.write("counter.raised", C)]
    before = desk.everything()
    desk.fails = True
    with pytest.raises(RuntimeError, match="the disk is full"):
        desk.push(ann, *raws)
    assert desk.everything() == before
    desk.fails = False
    answer = desk.push(ann, *raws)
    assert (answer.last_seq, len(answer.verdicts)) == (3, 3)
    assert desk.value() == 2
    assert desk.verified().whole


def test_after_a_restore_the_device_sends_again_and_nothing_is_twice(desk, ann):
    raws = [ann.write("counter.opened", C), ann.write("counter.raised", C)]
    desk.push(ann, raws[0])
    saved = desk.everything()
    first = desk.push(ann, raws[1])
    restore(desk, saved)
    answer = desk.push(ann, ann.write("counter.raised", C))
    assert (answer.need, answer.last_seq) == ("resend_from", 1)
    again = desk.push(ann, *raws)
    assert again.last_seq == 2
    assert told(again)[1] == told(first)[0]
    assert desk.value() == 2


def restore(desk: Desk, saved: dict[str, list[dict[str, Any]]]) -> None:
    with desk.store.write() as connection:
        for name, rows in saved.items():
            table = table_of(JournalRow).metadata.tables[name]
            connection.execute(delete(table))
            if rows:
                connection.execute(table.insert(), rows)


def test_the_answer_says_when_and_of_which_database(desk, ann):
    answer = desk.push(ann, ann.write("counter.opened", C))
    with desk.store.read() as connection:
        assert answer.epoch == desk.store.epoch(connection)
    assert answer.now == "2026-11-22T02:00:01.000Z"
    assert desk.rows(DeviceRow)[0]["seen_at"] == answer.now
    assert desk.journal()[0]["received_at"] == answer.now > NOW.isoformat()


def test_an_empty_push_is_a_question_how_far_the_server_is(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    answer = desk.push(ann)
    assert (answer.last_seq, answer.verdicts, answer.need) == (1, [], None)


def test_a_new_database_has_another_epoch_and_the_old_one_keeps_its_own(desk, tmp_path):
    with desk.store.read() as connection:
        epoch = desk.store.epoch(connection)
    desk.restart()
    other = Desk(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    with desk.store.read() as mine, other.store.read() as theirs:
        assert desk.store.epoch(mine) == epoch != other.store.epoch(theirs)
    other.store.close()


def test_a_thousand_keys_are_loaded_and_found_again(desk, ann):
    raws = [ann.write("counter.opened", f"counter/S:{number}") for number in range(600)]
    for start in range(0, 600, 200):
        assert told(desk.push(ann, *raws[start : start + 200])) == [("applied", None)] * 200
    assert len(desk.found_by("counter.colour=red")) == 600
    assert [v["id"] for v in desk.push(ann, *raws).verdicts] == [id_of(raw) for raw in raws]


def test_a_device_may_carry_another_persons_entries_and_they_stay_theirs(desk, ann):
    shared = Sender(ann.device)
    raws = [shared.write("counter.opened", C)]
    shared.actor, shared.session = "bob", "s-bob"
    raws.append(shared.write("counter.raised", C))
    assert told(desk.push(shared, *raws)) == [("applied", None)] * 2
    assert [row["actor"] for row in desk.journal()] == ["ann", "bob"]
