"""Rights and parking: who may what where, and what becomes of entries that cannot be applied."""

import pytest

from server.domain import movement
from server.domain.model import KINDS
from server.domain.person import Person
from server.domain.rights import scopes_of
from sync.reconcile import Kind, Outcome
from tests.server.domain.floor import Floor, M

ISSUE = {"quantity": "1"}


def test_a_request_without_the_right_is_rejected(floor: Floor):
    body = {"item": "item/SZ:P-1", "quantity": "5"}
    result = floor.do("lot.created", "lot/SZ:P-1:B1", body, by="liu.yang")
    assert (result.outcome.status, result.outcome.code) == ("rejected", "no_right")
    assert result.outcome.params == {"kind": "lot.created", "site": "SZ"}
    assert result.after == {}


def test_a_fact_without_the_right_is_kept_as_a_case_at_the_site(floor: Floor):
    floor.passed()
    result = floor.do("material.issued", M, ISSUE, by="sun.hao")
    case = floor.case(result)
    assert (result.outcome.status, result.outcome.code) == ("parked", "no_right")
    assert (case.key.partition(":")[0], case.kind, case.about) == ("case/SZ", "parked", M)
    assert case.entries[0].by_name == "孙浩"
    assert floor.lot().on_hand == 100


def test_who_lost_the_right_is_quarantined(floor: Floor):
    floor.passed()
    floor.given("person.changed", "person/org:chen.jing", {"active": False}, by="admin")
    result = floor.do("material.issued", M, ISSUE, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "no_right")


def test_a_role_counts_only_at_its_own_site(floor: Floor):
    floor.passed("lot/HD:M-1:S1", by="he.yan")
    result = floor.do("material.issued", "lot/HD:M-1:S1", ISSUE, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "no_right")


def test_what_is_about_an_unknown_site_is_shown_where_the_person_is_at_home(floor: Floor):
    result = floor.do("material.issued", "lot/XX:M-1:L1", ISSUE, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "foreign_site")
    assert floor.case(result).key.startswith("case/SZ:")


def test_a_stranger_at_an_unknown_site_is_shown_to_the_admins(floor: Floor):
    result = floor.do("material.issued", "lot/XX:M-1:L1", ISSUE, by="nobody")
    case = floor.case(result)
    admin = floor.documents["person/org:admin"]
    assert isinstance(admin, Person)
    assert case.key.startswith("case/org:")
    assert case.scopes() <= scopes_of(admin)


def test_an_admin_of_a_site_adds_people_who_belong_to_no_site(floor: Floor):
    body = {"name": "新人", "roles": {"SZ": ["operator"]}}
    assert floor.do("person.added", "person/org:new", body, by="admin").outcome.status == "applied"
    refused = floor.do("person.added", "person/org:friend", body, by="zhang.wei").outcome
    assert (refused.status, refused.code) == ("rejected", "no_right")


@pytest.mark.parametrize(
    ("login", "scopes"),
    [
        ("wang.fang", {"org.people", "SZ.base", "SZ.floor"}),
        ("zhou.min", {"org.people", "HD.base", "HD.floor", "HD.field"}),
        (
            "li.na",
            {"org.people"}
            | {
                f"{site}.{area}"
                for site in ("SZ", "HD")
                for area in ("base", "floor", "field", "cases")
            },
        ),
    ],
)
def test_a_person_receives_the_areas_of_their_roles(floor: Floor, login: str, scopes: set[str]):
    person = floor.documents[f"person/org:{login}"]
    assert isinstance(person, Person)
    assert scopes_of(person) == scopes


def test_who_is_not_active_any_more_receives_nothing():
    gone = Person(key="person/org:x", login="x", name="x", roles={"SZ": ["admin"]}, active=False)
    assert scopes_of(gone) == set()


def test_an_unknown_kind_is_parked_and_blocks_only_its_own_document(floor: Floor):
    floor.passed()
    floor.passed("lot/SZ:M-1:L2")
    unknown = floor.do("lot.blessed", M, {}, by="chen.jing")
    behind = floor.do("material.issued", M, ISSUE, by="chen.jing")
    other = floor.do("material.issued", "lot/SZ:M-1:L2", ISSUE, by="chen.jing")
    assert (unknown.outcome.status, unknown.outcome.code) == ("parked", "unknown_kind")
    assert unknown.outcome.params == {"kind": "lot.blessed", "v": 1}
    assert (behind.outcome.status, behind.outcome.code) == ("parked", "waits_behind_parked")
    assert other.outcome.status == "applied"


def test_a_version_from_the_future_is_parked(floor: Floor):
    floor.passed()
    result = floor.do("material.issued", M, ISSUE, by="chen.jing", v=2)
    assert (result.outcome.status, result.outcome.code) == ("parked", "unknown_kind")


def test_a_fact_parked_for_its_content_blocks_nothing(floor: Floor):
    floor.passed()
    floor.do("material.issued", M, {"quantity": "101"}, by="chen.jing")
    result = floor.do("material.issued", M, {"quantity": "100"}, by="chen.jing")
    assert result.outcome.status == "applied"


def test_a_handler_that_fails_parks_its_entry_and_changes_nothing(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: object) -> Outcome:
        raise ZeroDivisionError

    floor.passed()
    broken = Kind("material.issued", movement.Issued, fails, movement.STORE)
    monkeypatch.setitem(KINDS, "material.issued", broken)
    result = floor.do("material.issued", M, ISSUE, by="chen.jing")
    assert (result.outcome.status, result.outcome.code) == ("parked", "handler_failed")
    assert set(result.after) == {result.outcome.case}
    assert floor.lot().on_hand == 100


def test_what_its_delivery_tells_against_an_entry_stands(floor: Floor):
    floor.passed()
    revoked = Outcome("parked", "device_revoked", {})
    result = floor.do("material.issued", M, ISSUE, by="chen.jing", standing=revoked)
    assert (result.outcome.status, result.outcome.code) == ("parked", "device_revoked")
    assert floor.lot().on_hand == 100


def test_every_parked_entry_has_exactly_one_case(floor: Floor):
    floor.passed()
    for quantity in ("101", "-1", "102"):
        floor.do("material.issued", M, {"quantity": quantity}, by="chen.jing")
    assert [case.code for case in floor.cases()] == [
        "not_enough",
        "body_malformed",
        "waits_behind_parked",
    ]
