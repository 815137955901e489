"""A person's signature: what it covers, whose it must be, and what becomes of an entry without."""

from typing import Any

import pytest

from server.domain.person import SYSTEM, Person
from server.domain.rights import SETUP_SESSION
from server.domain.signer import Signer
from sync.reconcile import Result
from sync.signature import SigningKey
from tests.server.domain.floor import APPROVAL, VISIT, Floor, M
from tests.server.domain.hand import Hand

AT = "2026-11-22T10:30:00.000+08:00"
LATER = "2026-11-22T10:31:00.000+08:00"
ZHANG = Hand("zhang.wei", "张伟", "device-of-zhang.wei", SigningKey.from_number(11))
ZHOU = Hand("zhou.min", "周敏", "device-of-zhou.min", SigningKey.from_number(12))
LI = Hand("li.na", "李娜", "device-of-li.na", SigningKey.from_number(13))
SERVER = Hand(SYSTEM, "张伟", "server", SigningKey.from_number(14))
SHOWN = [
    {"field": "code", "value": "L1"},
    {"field": "item_code", "value": "M-1"},
    {"field": "status", "value": "on_hold"},
    {"field": "on_hand", "value": "100 pcs"},
    {"field": "reason", "value": "包装破损"},
]
SAID = {"reason": "复查合格"}


def enrol(floor: Floor, hand: Hand) -> None:
    floor.given("signer.enrolled", hand.on, hand.enrolment, by=SYSTEM, session=SETUP_SESSION)


def held(floor: Floor) -> None:
    """A lot that passed and was stopped afterwards."""
    enrol(floor, ZHANG)
    floor.passed()
    floor.given("lot.held", M, {"reason": "包装破损"}, by="chen.jing")


def release(floor: Floor, body: dict[str, Any], *, v: int = 2, **how: Any) -> Result:
    return floor.do("lot.released", M, body, by="zhang.wei", v=v, at=AT, **how)


def signed(hand: Hand = ZHANG, **how: Any) -> dict[str, Any]:
    """The body of the lot's release, signed."""
    told = {"meaning": "released", "at": AT, "shown": SHOWN, **how}
    return hand.signs("lot.released", M, SAID, **told)


def test_a_signed_release_shows_who_signed_with_which_meaning_and_when(floor: Floor):
    held(floor)
    assert release(floor, signed()).outcome.status == "applied"
    told = floor.lot().timeline[0].signature
    assert told is not None
    assert (told.name, told.meaning, told.at) == ("张伟", "released", AT)
    assert floor.lot().status == "passed"


def test_a_release_without_a_signature_is_rejected(floor: Floor):
    held(floor)
    outcome = release(floor, SAID).outcome
    assert (outcome.status, outcome.code) == ("rejected", "person_signature_missing")
    assert floor.lot().status == "on_hold"


def test_an_entry_from_before_signatures_stays_valid(floor: Floor):
    floor.passed()
    floor.given("lot.held", M, {"reason": "包装破损"}, by="chen.jing")
    assert release(floor, SAID, v=1).outcome.status == "applied"


def test_who_can_sign_no_longer_goes_without_by_an_old_version(floor: Floor):
    held(floor)
    outcome = release(floor, SAID, v=1).outcome
    assert (outcome.status, outcome.code) == ("rejected", "person_signature_missing")


@pytest.mark.parametrize(
    ("why", "how"),
    [
        ("meaning", {"meaning": "disposed"}),
        ("moment", {"at": "2026-11-22T09:00:00.000+08:00"}),
        ("shown", {"shown": [*SHOWN[:2], {"field": "status", "value": "passed"}, *SHOWN[3:]]}),
    ],
)
def test_a_signature_on_something_else_is_rejected_with_what_differs(
    floor: Floor, why: str, how: dict[str, Any]
):
    held(floor)
    outcome = release(floor, signed(**how)).outcome
    assert (outcome.code, outcome.params) == ("person_signature_wrong", {"why": why})


def test_words_changed_after_signing_are_found(floor: Floor):
    held(floor)
    outcome = release(floor, {**signed(), "reason": "没有问题"}).outcome
    assert outcome.params == {"why": "digest"}


def test_a_name_that_is_not_the_signers_is_found(floor: Floor):
    held(floor)
    other = Hand("zhang.wei", "李娜", ZHANG.device, ZHANG.key)
    assert release(floor, signed(other)).outcome.params == {"why": "name"}


def test_a_signature_of_another_key_is_found(floor: Floor):
    held(floor)
    body = signed()
    body["signature"]["sig"] = SigningKey.from_number(99).sign(b"x")
    assert release(floor, body).outcome.params == {"why": "key"}
    floor.deeds.pop()  # a device does not check the key that it has just used


def test_another_persons_key_signs_nothing_here(floor: Floor):
    held(floor)
    enrol(floor, LI)
    body = signed(Hand("zhang.wei", "张伟", ZHANG.device, LI.key))
    assert release(floor, body).outcome.params == {"why": "signer"}


def test_a_key_signs_only_on_the_device_that_it_was_made_for(floor: Floor):
    held(floor)
    assert release(floor, signed(), device="another").outcome.params == {"why": "signer"}


def test_a_signature_by_a_key_that_nobody_enrolled_is_rejected(floor: Floor):
    held(floor)
    outcome = release(floor, signed(Hand("zhang.wei", "张伟", "d", LI.key))).outcome
    assert outcome.code == "signer_unknown"
    floor.deeds.pop()  # a device may not have heard of a new key yet


def test_a_revoked_key_signs_nothing_any_more(floor: Floor):
    held(floor)
    floor.given("signer.revoked", ZHANG.on, {"reason": "平板丢了"}, by="admin")
    outcome = release(floor, signed()).outcome
    assert (outcome.code, outcome.params) == ("signer_revoked", {"name": "系统管理员"})


def test_only_its_owner_or_an_administrator_revokes_a_key(floor: Floor):
    enrol(floor, ZHANG)
    outcome = floor.do("signer.revoked", ZHANG.on, {"reason": "x"}, by="li.na").outcome
    assert (outcome.status, outcome.code) == ("rejected", "no_right")
    outcome = floor.do("signer.revoked", ZHANG.on, {"reason": "换机"}, by="zhang.wei").outcome
    assert outcome.status == "applied"


def test_nobody_enrols_a_key_but_the_server(floor: Floor):
    outcome = floor.do("signer.enrolled", ZHANG.on, ZHANG.enrolment, by="admin").outcome
    assert (outcome.status, outcome.code) == ("rejected", "no_right")


def test_a_key_can_not_be_enrolled_under_another_keys_name(floor: Floor):
    body = ZHANG.enrolment
    outcome = floor.do("signer.enrolled", LI.on, body, by=SYSTEM, session=SETUP_SESSION).outcome
    assert (outcome.status, outcome.code) == ("rejected", "key_malformed")


def test_an_enrolled_key_says_whose_it_is_and_since_when_that_person_signs(floor: Floor):
    enrol(floor, ZHANG)
    signer = floor.documents[ZHANG.on]
    assert isinstance(signer, Signer)
    assert (signer.person_name, signer.state) == ("张伟", "active")
    person = floor.documents["person/org:zhang.wei"]
    assert isinstance(person, Person)
    assert person.signs_since is not None


def test_by_password_the_servers_key_signs_what_it_took_down_itself(floor: Floor):
    held(floor)
    enrol(floor, SERVER)
    body = signed(SERVER, method="password", actor="zhang.wei")
    assert release(floor, body, device="web-1").outcome.status == "applied"


def test_the_servers_key_signs_nothing_that_a_tablet_sends(floor: Floor):
    held(floor)
    enrol(floor, SERVER)
    body = signed(SERVER, method="password", actor="zhang.wei")
    assert release(floor, body).outcome.params == {"why": "signer"}


def test_an_approval_is_signed_with_its_decision_as_the_meaning(floor: Floor):
    enrol(floor, ZHANG)
    floor.asked()
    body = ZHANG.signs("approval.decided", APPROVAL, floor.decision(), meaning="approved", at=AT)
    result = floor.do("approval.decided", APPROVAL, body, by="zhang.wei", v=2, at=LATER)
    assert result.outcome.status == "applied"
    decision = floor.approval().decision
    assert decision is not None
    assert decision.signature is not None
    assert decision.signature.meaning == "approved"


def test_what_is_wrong_with_the_deed_itself_is_said_before_the_signature(floor: Floor):
    floor.asked(by="zhao.lei")
    body = floor.decision()
    outcome = floor.do("approval.decided", APPROVAL, body, by="wang.fang", v=2).outcome
    assert outcome.code == "no_right"


ACCEPTED = {"step": "acceptance", "answers": {"signature": "a" * 64}, "verdict": "pass"}
SIGNED_ON_GLASS = [{"sha256": "a" * 64, "size": 10, "type": "image/png", "name": "s.png"}]
ON_THE_VISIT = [
    {"field": "number", "value": "V1"},
    {"field": "procedure", "value": "service 1"},
    {"field": "step", "value": "acceptance"},
    {"field": "results", "value": "work pass"},
]


def accept(floor: Floor, body: dict[str, Any]) -> Result:
    return floor.do("visit.step_recorded", VISIT, body, by="zhou.min", v=2, at=AT,
                    blobs=tuple(SIGNED_ON_GLASS))  # type: ignore[arg-type]  # fmt: skip


def worked(floor: Floor) -> None:
    enrol(floor, ZHOU)
    floor.sent()
    body = {"step": "work", "answers": {"done": "换 O 形圈"}}
    floor.given("visit.step_recorded", VISIT, body, by="zhou.min", v=2)


def test_an_acceptance_is_witnessed_by_the_technicians_signature(floor: Floor):
    worked(floor)
    body = ZHOU.signs("visit.step_recorded", VISIT, ACCEPTED, meaning="witnessed", at=AT,
                      shown=ON_THE_VISIT)  # fmt: skip
    assert accept(floor, body).outcome.status == "applied"
    record = floor.step("acceptance", VISIT).records[0]
    assert record.signature is not None
    assert record.signature.meaning == "witnessed"


def test_an_acceptance_without_a_signature_is_recorded_and_a_case_is_opened(floor: Floor):
    worked(floor)
    result = accept(floor, ACCEPTED)
    assert (result.outcome.status, result.outcome.code) == ("conflict", "case_unsigned")
    assert floor.case(result).kind == "unsigned"
    record = floor.step("acceptance", VISIT).records[0]
    assert record.verdict == "pass"
    assert record.signature is None


def test_an_acceptance_signed_wrongly_is_recorded_as_unsigned(floor: Floor):
    worked(floor)
    body = ZHOU.signs("visit.step_recorded", VISIT, ACCEPTED, meaning="verified", at=AT,
                      shown=ON_THE_VISIT)  # fmt: skip
    result = accept(floor, body)
    assert floor.case(result).params["cause"] == "person_signature_wrong"
    assert floor.step("acceptance", VISIT).records[0].signature is None


def test_a_record_that_was_signed_is_corrected_under_a_signature(floor: Floor):
    test_an_acceptance_is_witnessed_by_the_technicians_signature(floor)
    record = floor.step("acceptance", VISIT).records[0].entry
    body = {**ACCEPTED, "entry": record, "reason": "结论写错", "verdict": "fail"}
    result = floor.do("record.corrected", VISIT, body, by="zhou.min", v=2)
    assert result.outcome.code == "case_unsigned"
