"""What came late: a case names it all, and nobody but the server can say so."""

from typing import Any

from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from sync.reconcile import Result
from tests.server.domain.floor import Floor, M

KEY = "case/SZ:late-0123456789ab-20261122"


def entry(number: int, by: str = "wang.fang") -> dict[str, str]:
    return {
        "entry": f"01900000-0000-7000-8000-{number:012d}",
        "kind": "material.issued",
        "on": M,
        "by": by,
        "at": "2026-11-20T09:00:00.000+08:00",
    }


def late(floor: Floor, *numbers: int, hours: int = 49, by: str = SYSTEM) -> Result:
    body: dict[str, Any] = {"device": "dev-0123456789ab", "hours": hours, "count": len(numbers)}
    body["entries"] = [entry(number) for number in numbers]
    session = SETUP_SESSION if by == SYSTEM else "s1"
    result = floor.do("delivery.late", KEY, body, by=by, session=session)
    floor.deeds.pop()
    return result


def test_a_case_names_what_came_late_and_by_whom(floor: Floor):
    floor.received()
    case = floor.case(late(floor, 1, 2))
    assert (case.kind, case.code, case.about) == ("late", "case_late", M)
    assert case.params == {"count": 2, "hours": 49}
    assert [one.by_name for one in case.entries] == ["王芳", "王芳"]


def test_more_of_the_same_day_goes_into_the_same_case_and_opens_it_again(floor: Floor):
    floor.received()
    late(floor, 1)
    floor.given("case.resolved", KEY, {"note": "已核对"}, by="zhang.wei")
    case = floor.case(late(floor, 2, 3, hours=20))
    assert (case.state, case.resolution) == ("open", None)
    assert case.params == {"count": 3, "hours": 49}
    assert len(case.entries) == 3


def test_a_supervisor_notes_what_was_checked(floor: Floor):
    floor.received()
    late(floor, 1)
    result = floor.do("case.resolved", KEY, {"note": "已核对"}, by="zhang.wei")
    floor.deeds.pop()
    assert floor.case(late(floor, 4)).timeline[1].data == {"note": "已核对"}
    assert result.outcome.status == "applied"


def test_nobody_but_the_server_says_so(floor: Floor):
    result = late(floor, 1, by="zhang.wei")
    assert (result.outcome.status, result.outcome.code) == ("parked", "no_right")
