"""Signatures, revocation and what an entry says comes before it: what stands against an entry."""

import pytest
from sqlalchemy import update

from sync.problem import Problem
from sync.push import Delivery, look_ahead
from sync.signature import LOOKED_AT_ONCE, Signed, SigningKey, checked_key, is_valid
from sync.store import table_of
from sync.tables import DeviceRow
from tests.simulation.sender import Sender, id_of
from tests.sync.desk import C, D, Desk, told

KEY = SigningKey.from_number(7)
OTHER = SigningKey.from_number(8)
APPLIED = [("applied", None)]


def signed(raw: bytes, key: SigningKey = KEY) -> Signed:
    return raw, key.sign(raw)


def set_device(desk: Desk, device: str, **values: object) -> None:
    table = table_of(DeviceRow)
    with desk.store.write() as connection:
        connection.execute(update(table).where(table.c.id == device).values(**values))


@pytest.fixture
def eve(desk: Desk) -> Sender:
    """A device with a key, in Ann's hands."""
    return desk.enrol("tablet-e", key=KEY.public)


def test_what_a_device_signed_is_applied_and_its_signature_kept(desk, eve):
    entry = signed(eve.write("counter.opened", C))
    assert told(desk.push(eve, entry)) == [("applied", None)]
    assert [(row["raw"], row["sig"]) for row in desk.journal()] == [entry]
    assert desk.verified().faults == []


@pytest.mark.parametrize(
    ("sign", "code"),
    [
        (lambda raw: None, "signature_missing"),
        (OTHER.sign, "signature_wrong"),
        (lambda raw: KEY.sign(raw + b" "), "signature_wrong"),
        (lambda raw: "", "signature_wrong"),
        (lambda raw: KEY.sign(raw) + "=", "signature_wrong"),
        (lambda raw: "签名", "signature_wrong"),
    ],
    ids=["none", "another key", "other bytes", "empty", "padded", "no base64"],
)
def test_what_it_did_not_sign_is_kept_and_changes_nothing(desk, eve, sign, code):
    raws = [eve.write("counter.opened", C), eve.write("counter.opened", D)]
    answer = desk.push(eve, (raws[0], sign(raws[0])), signed(raws[1]))
    assert told(answer) == [("parked", code), ("applied", None)]
    assert desk.counter() is None
    assert [ticket.code for ticket in desk.tickets()] == [code]
    assert desk.verified().faults == []


def test_a_look_ahead_changes_no_verdict(desk, eve):
    raws = [eve.write("counter.opened", f"{C}{n}") for n in range(3 * LOOKED_AT_ONCE)]
    sent = [signed(raw) for raw in raws]
    sent[1], sent[-2] = (raws[1], OTHER.sign(raws[1])), (raws[-2], None)
    look_ahead(desk.store, Delivery(eve.device, list(sent)))
    codes = [code for _, code in told(desk.push(eve, *sent))]
    assert (codes[1], codes[-2]) == ("signature_wrong", "signature_missing")
    assert {"signature_wrong", "signature_missing"}.isdisjoint([codes[0], *codes[2:-2], codes[-1]])


def test_what_is_seen_ahead_as_right_is_so_for_its_key_and_bytes_alone(desk, eve):
    entry = signed(eve.write("counter.opened", C))
    look_ahead(desk.store, Delivery(eve.device, [entry]))
    assert is_valid(KEY.public, *entry)
    assert not is_valid(OTHER.public, *entry)
    assert not is_valid(KEY.public, entry[0] + b" ", entry[1])


def test_only_what_comes_after_the_key_must_be_signed(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    set_device(desk, ann.device, public_key=KEY.public, signs_from=3)
    answer = desk.push(ann, ann.write("counter.raised", C), ann.write("counter.raised", C))
    assert told(answer) == [("applied", None), ("parked", "signature_missing")]


def test_what_a_device_signed_may_be_carried_by_another_and_is_as_if_it_came_by_itself(
    desk, eve, bob
):
    raws = [signed(eve.write("counter.opened", C)), signed(eve.write("counter.raised", C))]
    brought = desk.push(bob, *raws, bob.write("counter.opened", D))
    assert told(brought) == [("applied", None)] * 3
    assert [(row["device"], row["seq"]) for row in desk.journal()] == [
        ("tablet-e", 1), ("tablet-e", 2), ("tablet-b", 1),
    ]  # fmt: skip
    assert brought.last_seq == 1
    again = desk.push(eve, *raws, signed(eve.write("counter.raised", C)))
    assert again.verdicts[:2] == brought.verdicts[:2]
    assert (told(again)[2], again.need) == (("applied", None), None)
    assert desk.value() == 3
    assert desk.verified().faults == []


def test_carried_entries_that_miss_one_before_them_are_put_aside_until_their_device_comes(
    desk, eve, bob
):
    raws = [signed(eve.write("counter.opened", C)), signed(eve.write("counter.raised", C))]
    assert told(desk.push(bob, raws[1])) == [("parked", "device_foreign")]
    assert told(desk.push(eve, *raws)) == [("applied", None)] * 2
    assert desk.verified().faults == []


def test_nobody_signs_for_another_device(desk, eve, bob):
    forged = eve.draft("counter.opened", C)
    assert told(desk.push(bob, signed(forged, OTHER))) == [("parked", "device_foreign")]
    assert told(desk.push(bob, forged)) == [("parked", "device_foreign")]
    assert told(desk.push(eve, signed(forged))) == [("applied", None)]


def test_what_a_revoked_device_still_has_is_kept_for_somebody_to_look_at(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    set_device(desk, ann.device, revoked_at="2026-11-22T02:00:00.000Z")
    raws = [ann.write("counter.raised", C), ann.write("counter.raised", C)]
    answer = desk.push(ann, *raws)
    assert told(answer) == [("parked", "device_revoked")] * 2
    assert answer.last_seq == 3
    assert desk.value() == 1
    set_device(desk, ann.device, revoked_at=None)
    assert desk.push(ann, *raws).verdicts == answer.verdicts
    assert told(desk.push(ann, ann.write("counter.raised", C))) == [("applied", None)]
    assert desk.verified().faults == []


def test_nothing_is_applied_before_the_entry_that_it_says_comes_before_it(desk, ann):
    opened = ann.write("counter.opened", C)
    after = ann.write("counter.raised", C, after=id_of(opened))
    lost = ann.write("counter.raised", C, after="019aa000-0000-7000-8000-000000000000")
    answer = desk.push(ann, opened, after, lost)
    assert told(answer) == [("applied", None), ("applied", None), ("parked", "after_missing")]
    assert desk.value() == 2


def test_what_came_before_may_have_come_with_an_earlier_push_or_once_more_with_this(desk, ann):
    opened = ann.write("counter.opened", C)
    desk.push(ann, opened)
    first = ann.write("counter.raised", C, after=id_of(opened))
    second = ann.write("counter.raised", C, after=id_of(opened))
    assert told(desk.push(ann, first)) == [("applied", None)]
    assert told(desk.push(ann, opened, first, second)) == [("applied", None)] * 3
    assert desk.value() == 3


def test_a_copy_of_a_device_is_told_to_enrol_anew_and_nothing_of_either_is_lost(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    copy = Sender(ann.device, seq=ann.seq, last=ann.last)
    mine, theirs = ann.write("counter.raised", C), copy.write("counter.opened", D)
    assert desk.push(ann, mine).need is None
    answer = desk.push(ann.device, theirs)
    assert (told(answer), answer.need) == ([("parked", "fork")], "enrol_anew")
    assert desk.push(ann.device, theirs).verdicts == answer.verdicts
    assert told(desk.push(ann, ann.write("counter.raised", C))) == [("applied", None)]
    assert desk.verified().faults == []


NO_KEYS = ["", "AAAA", KEY.public + "A", KEY.public[:-1] + "é", "B" * 87]


@pytest.mark.parametrize("key", NO_KEYS, ids=range(len(NO_KEYS)))
def test_what_is_no_point_on_the_curve_is_no_key(key):
    with pytest.raises(Problem) as caught:
        checked_key(key)
    assert caught.value.code == "key_malformed"
    assert not is_valid(key, b"x", KEY.sign(b"x"))


def test_damaged_bytes_wait_for_those_before_them_where_their_wrapping_tells_the_number(desk, eve):
    """Without that they would take the number of the one that a restored server has forgotten."""
    opened = signed(eve.write("counter.opened", C))
    raised = signed(eve.write("counter.raised", C))
    damaged = (*signed(eve.number(b'{"id":')), eve.device, 3)
    assert desk.push(eve, damaged).need == "resend_from"
    answer = desk.push(eve, opened, raised, damaged, signed(eve.write("counter.raised", C)))
    assert told(answer) == [*[("applied", None)] * 2, ("parked", "entry_malformed"), *APPLIED]
    assert (answer.last_seq, answer.need, desk.value()) == (4, None, 3)
    assert desk.verified().faults == []


def test_damaged_bytes_that_another_device_brings_take_their_place_in_their_own_chain(desk, eve):
    finn = desk.enrol("tablet-f", key=OTHER.public)
    opened = signed(eve.write("counter.opened", C))
    damaged = (*signed(eve.number(b'{"id":')), eve.device, 2)
    raised = signed(eve.write("counter.raised", C))
    answer = desk.push(finn, opened, damaged, raised)
    assert told(answer) == [*APPLIED, ("parked", "entry_malformed"), *APPLIED]
    assert answer.last_seq == 0
    assert told(desk.push(finn, signed(finn.write("counter.raised", C), OTHER))) == APPLIED
    assert desk.push(eve).last_seq == 3
    assert desk.verified().faults == []


def test_damaged_bytes_of_nobody_known_take_no_number_from_who_brings_them(desk, eve):
    answer = desk.push(eve, (b'{"id":', OTHER.sign(b'{"id":')))
    assert (told(answer), answer.last_seq) == ([("parked", "entry_malformed")], 0)
    assert told(desk.push(eve, signed(eve.write("counter.opened", C)))) == APPLIED
    assert desk.verified().faults == []


def test_what_was_recorded_before_the_one_ahead_of_it_got_damaged_is_no_fork(desk, eve):
    opened = signed(eve.write("counter.opened", C))
    meant = eve.write("counter.raised", C)
    damaged = (*signed(meant[:-9]), eve.device, 2)
    after = signed(eve.write("counter.raised", C))
    answer = desk.push(eve, opened, damaged)
    assert told(answer) == [*APPLIED, ("parked", "entry_malformed")]
    answer = desk.push(eve, after)
    assert (told(answer), answer.need, answer.last_seq) == (APPLIED, None, 3)
    assert desk.verified().faults == []


@pytest.mark.parametrize("is_one_push", [False, True])
def test_what_follows_a_fork_is_of_the_fork_after_damaged_bytes_too(desk, eve, is_one_push):
    """Else the number after the damage would go to whoever asks first, here to the copy."""
    opened = signed(eve.write("counter.opened", C))
    copy = Sender(eve.device, seq=eve.seq, last=eve.last)
    meant = eve.write("counter.raised", C)
    damaged = (*signed(meant[:-9]), eve.device, 2)
    forked, of_the_fork = (signed(copy.write("counter.opened", D)) for _ in range(2))
    honest = signed(eve.write("counter.raised", C))
    pushes = [[opened, damaged], [forked], [of_the_fork], [honest]]
    if is_one_push:
        pushes = [[one for some in pushes for one in some]]
    outcomes = [one for some in pushes for one in told(desk.push(eve, *some))]
    fork = ("parked", "fork")
    assert outcomes == [*APPLIED, ("parked", "entry_malformed"), fork, fork, *APPLIED]
    assert desk.push(eve).last_seq == 3
    assert desk.verified().faults == []


def test_a_copy_that_goes_on_takes_no_number_from_the_device_it_was_made_of(desk, eve):
    desk.push(eve, signed(eve.write("counter.opened", C)))
    copy = Sender(eve.device, seq=eve.seq, last=eve.last)
    assert told(desk.push(eve, signed(eve.write("counter.raised", C)))) == APPLIED
    for _ in range(3):
        answer = desk.push(copy, signed(copy.write("counter.opened", D)))
        assert (told(answer), answer.need) == ([("parked", "fork")], "enrol_anew")
    answer = desk.push(eve, signed(eve.write("counter.raised", C)))
    assert (told(answer), answer.need, answer.last_seq) == (APPLIED, None, 3)
    assert desk.verified().faults == []


def test_verify_names_what_follows_a_fork_and_was_taken_all_the_same(desk, eve, monkeypatch):
    opened = signed(eve.write("counter.opened", C))
    copy = Sender(eve.device, seq=eve.seq, last=eve.last)
    damaged = (*signed(eve.write("counter.raised", C)[:-9]), eve.device, 2)
    forked, of_the_fork = (signed(copy.write("counter.opened", D)) for _ in range(2))
    desk.push(eve, opened, damaged, forked)
    monkeypatch.setattr("sync.push.journal.forks", lambda *_: {})
    assert told(desk.push(eve, of_the_fork)) == APPLIED
    assert [fault.code for fault in desk.verified().faults] == ["device_chain_broken"]


def test_a_copied_device_is_told_so_each_time_it_sends_its_fork(desk, eve):
    twin = Sender(eve.device)
    desk.push(eve, signed(eve.write("counter.opened", C)))
    fork = signed(twin.write("counter.opened", D))
    assert [desk.push(twin, fork).need for _ in range(2)] == ["enrol_anew"] * 2


def test_a_fork_that_was_carried_and_comes_late_under_its_own_name_too_stands_once(desk, eve):
    finn = desk.enrol("tablet-f", key=OTHER.public)
    twin = Sender(eve.device)
    desk.push(eve, signed(eve.write("counter.opened", C)))
    fork = signed(twin.write("counter.opened", D))
    carried = desk.push(finn, fork)
    assert told(carried) == [("parked", "device_foreign")]
    assert desk.push(twin, fork).verdicts == carried.verdicts
    assert len(desk.journal()) == 2
    assert desk.verified().faults == []
