"""The demo plant: every deed is allowed and applied, quantities add up, promises are kept."""

from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import pytest

from server.demo import plant
from server.demo.deed import CHINA
from server.demo.people import PASSWORDS, PEOPLE
from server.demo.rehearsal import Rehearsal
from server.domain.case import Case
from server.domain.item import Item
from server.domain.job import Job
from server.domain.lot import Lot
from server.domain.order import Order
from server.domain.person import SYSTEM
from server.domain.requisition import Requisition
from server.domain.run import Run, Step
from server.domain.visit import Visit
from sync.document import Document
from sync.entry import digest_of
from sync.reconcile import Result

TODAY = date(2026, 11, 22)
DEEDS = list(plant.entries(TODAY))
D = TypeVar("D", bound=Document)


class Played:
    """The demo performed once: its results and the documents that came out."""

    def __init__(self) -> None:
        rehearsal = Rehearsal()
        self.results: list[Result] = [rehearsal.perform(deed) for deed in DEEDS]
        self.documents = rehearsal.documents

    def all(self, cls: type[D]) -> list[D]:
        return [one for one in self.documents.values() if isinstance(one, cls)]

    def one(self, key: str, cls: type[D]) -> D:
        found = self.documents[key]
        assert isinstance(found, cls)
        return found


@pytest.fixture(scope="module")
def played() -> Played:
    return Played()


def step_of(run: Run, key: str) -> Step:
    return next(step for step in run.steps if step.key == key)


def test_every_deed_is_applied_but_for_the_intended_conflicts(played: Played):
    unusual = [
        (result.entry.on, result.outcome.status, result.outcome.code)
        for result in played.results
        if result.outcome.status != "applied"
    ]
    assert unusual == [
        (plant.OVERDRAWN_LOT, "conflict", "case_overdrawn"),
        (plant.OVERDRAWN_LOT, "conflict", "case_overdrawn"),
        ("visit/HD:V2611-005", "conflict", "case_field_conflict"),
    ]


def test_the_same_day_gives_the_same_deeds():
    assert list(plant.entries(TODAY)) == DEEDS


def test_another_day_gives_the_same_plant_at_another_time():
    later = list(plant.entries(date(2027, 3, 1)))
    assert [(d.kind, d.on, d.actor) for d in later] == [(d.kind, d.on, d.actor) for d in DEEDS]
    assert later[0].at.date() == date(2027, 2, 19)


def test_deeds_are_in_order_within_ten_days_up_to_this_morning():
    moments = [deed.at for deed in DEEDS]
    assert moments == sorted(moments)
    assert moments[0].date() == date(2026, 11, 12)
    assert moments[-1] < datetime(2026, 11, 22, 7, 0, tzinfo=CHINA)
    assert {moment.utcoffset() for moment in moments} == {moments[0].utcoffset()}


def test_only_the_set_up_is_done_by_the_system():
    kinds = {deed.kind for deed in DEEDS if deed.actor == SYSTEM}
    assert kinds == {"site.opened", "person.added", "procedure.published", "item.added"}


def test_everybody_can_sign_in_and_every_role_is_there():
    assert set(PASSWORDS) == {person.login for person in PEOPLE}
    assert len(PEOPLE) >= 8
    roles = {role for person in PEOPLE for held in person.roles.values() for role in held}
    assert len(roles) == 8


def test_gtins_have_a_right_check_digit(played: Played):
    items = played.all(Item)
    assert Counter(item.site for item in items) == {"SZ": 12, "HD": 5}
    for item in items:
        digits = [int(digit) for digit in item.gtin or ""]
        assert len(digits) == 14
        assert sum(d * (3 if at % 2 == 0 else 1) for at, d in enumerate(digits)) % 10 == 0


def test_there_are_forty_lots_of_every_status(played: Played):
    lots = played.all(Lot)
    assert len(lots) == 40
    assert len({lot.code for lot in lots}) == 40
    found = Counter(lot.status for lot in lots)
    assert found["scrapped"] == found["emergency"] == 1
    assert min(found["passed"], found["to_inspect"], found["on_hold"]) >= 4


def test_quantities_add_up(played: Played):
    on_hand: dict[str, Decimal] = defaultdict(Decimal)
    for lot in played.all(Lot):
        assert sum((h.quantity for h in lot.holdings), Decimal(0)) == lot.on_hand
        came = sum(m.quantity for m in lot.movements if m.kind in ("receive", "return"))
        made = sum(m.quantity for m in lot.movements if m.kind == "put_away" and not m.source)
        gone = sum(m.quantity for m in lot.movements if m.kind in ("issue", "use", "scrap"))
        assert came + made - gone == lot.on_hand, lot.key
        on_hand[lot.item] += lot.on_hand
    for item in played.all(Item):
        assert item.on_hand == on_hand[item.key], item.key


def test_only_the_overdrawn_lot_is_below_zero_and_its_case_is_open(played: Played):
    below = [lot for lot in played.all(Lot) if lot.on_hand < 0]
    assert [lot.key for lot in below] == [plant.OVERDRAWN_LOT]
    assert below[0].open_case is not None
    assert len(played.one(below[0].open_case, Case).entries) == 2


def test_two_cases_wait_for_a_supervisor(played: Played):
    kinds = sorted(case.kind for case in played.all(Case) if case.state == "open")
    assert kinds == ["field_conflict", "overdrawn"]


def test_orders_jobs_and_visits_stand_at_many_steps(played: Played):
    assert len([order for order in played.all(Order) if order.state == "open"]) == 5
    waiting = {job.next for job in played.all(Job) if job.state == "open"}
    assert waiting >= {
        "requisition",
        "first_article",
        "self_check",
        "mutual_check",
        "final_inspection",
        "dimensions",
        "verdict",
    }
    assert any(job.state == "done" for job in played.all(Job))
    visits = played.all(Visit)
    assert {visit.technician for visit in visits} == {"zhou.min", "wu.gang"}
    assert len({visit.next for visit in visits}) >= 5


@pytest.mark.parametrize(
    ("key", "step"),
    [
        (plant.FIRST_ARTICLE_JOB, "first_article"),
        (plant.SELF_CHECK_JOB, "self_check"),
        (plant.MUTUAL_CHECK_JOB, "mutual_check"),
        (plant.FINAL_INSPECTION_JOB, "final_inspection"),
    ],
)
def test_the_jobs_that_tests_look_for_wait_where_they_should(played: Played, key: str, step: str):
    job = played.one(key, Job)
    assert job.next == step
    assert job.waits_for == [f"SZ:{role}" for role in step_of(job, step).roles]
    assert played.one(job.lot, Lot).status == "to_inspect"


def test_the_first_article_waits_for_an_operator_on_its_lot(played: Played):
    job = played.one(plant.FIRST_ARTICLE_JOB, Job)
    assert job.lot == plant.FIRST_ARTICLE_LOT
    assert "SZ:operator" in job.waits_for


def test_the_mutual_check_waits_for_somebody_else_than_wang_fang(played: Played):
    job = played.one(plant.MUTUAL_CHECK_JOB, Job)
    assert [record.by for record in step_of(job, "self_check").records] == ["wang.fang"]


def test_the_approved_requisition_has_three_lines_and_stock_for_each(played: Played):
    requisition = played.one(plant.APPROVED_REQUISITION, Requisition)
    assert requisition.state == "approved"
    assert [line.issued for line in requisition.lines] == [0, 0, 0]
    lots = [played.one(key, Lot) for key in plant.APPROVED_LOTS]
    assert [lot.item for lot in lots] == [line.item for line in requisition.lines]
    for lot, line in zip(lots, requisition.lines, strict=True):
        assert lot.status == "passed"
        assert lot.on_hand >= line.quantity


def test_two_requisitions_wait_one_of_them_raised_by_wang_fang(played: Played):
    waiting = played.one(plant.WAITING_REQUISITION, Requisition)
    changed = played.one(plant.CHANGED_REQUISITION, Requisition)
    assert waiting.state == changed.state == "waiting"
    assert changed.raised_by == "wang.fang"


def test_requisitions_stand_in_every_state(played: Played):
    requisitions = played.all(Requisition)
    assert {one.state for one in requisitions} == {"waiting", "approved", "rejected", "issued"}
    assert any(
        one.state == "approved" and any(line.issued for line in one.lines) for one in requisitions
    )


def test_sixty_of_the_shared_lot_can_be_issued(played: Played):
    lot = played.one(plant.SHARED_LOT, Lot)
    assert lot.status == "passed"
    assert lot.on_hand == 60


def test_the_open_visit_waits_for_zhou_mins_survey(played: Played):
    visit = played.one(plant.OPEN_VISIT, Visit)
    assert (visit.technician, visit.next, visit.state) == ("zhou.min", "survey", "open")


def test_every_signature_has_its_picture():
    named = {blob.sha256: blob for deed in DEEDS for blob in deed.blobs}
    contents = plant.blobs()
    assert named.keys() == contents.keys()
    assert named
    for sha256, content in contents.items():
        assert digest_of(content) == sha256
        assert named[sha256].size == len(content)
        assert content.startswith(b"\x89PNG")
