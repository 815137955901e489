"""Records that waited on a device for longer than the setting says are a supervisor's to know."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from server.domain.case import Case
from server.domain.model import MODEL
from server.domain.sums import broken
from server.lateness.tell import tell_late
from server.plant import Plant, opened
from server.setup import perform_now
from sync import documents
from sync.push import Delivery, push
from sync.verify import verify
from tests.simulation.demo import enrolled
from tests.simulation.sender import Sender
from tests.simulation.small_plant import small_plant

LOT = "lot/SZ:M-1:L1"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = small_plant(tmp_path / "plant")
    yield plant
    plant.close()


@pytest.fixture
def tablet(plant: Plant) -> Sender:
    return enrolled(plant, "tablet", "wang.fang")


def noted(plant: Plant, tablet: Sender, *, hours_ago: float, skew_ms: int = 0) -> bytes:
    at = (plant.now() - timedelta(hours=hours_ago)).isoformat(timespec="milliseconds")
    return tablet.write("note.added", LOT, {"text": "x"}, at=at, skew_ms=skew_ms)


def deliver(plant: Plant, *raws: bytes) -> None:
    push(plant.engine, [Delivery("tablet", [(raw, None) for raw in raws])], plant.now())
    tell_late(plant)


def cases(plant: Plant, device: str = "tablet") -> list[Case]:
    key = f"case/SZ:late-{device}-{plant.now():%Y%m%d}"
    with plant.store.read() as connection:
        found = documents.load(connection, MODEL.documents, {key})
    return [one for one in found.values() if isinstance(one, Case)]


def test_what_waited_for_days_opens_one_case_for_all_of_it(plant: Plant, tablet: Sender):
    deliver(plant, *(noted(plant, tablet, hours_ago=hours) for hours in (50, 49, 3)))
    [case] = cases(plant)
    assert (case.kind, case.params) == ("late", {"count": 2, "hours": 50})
    assert verify(plant.store, MODEL, broken).whole


def test_a_delivery_that_is_sent_again_is_told_once(plant: Plant, tablet: Sender):
    raw = noted(plant, tablet, hours_ago=50)
    deliver(plant, raw)
    deliver(plant, raw)
    [case] = cases(plant)
    assert case.params == {"count": 1, "hours": 50}


@pytest.mark.parametrize(("hours_ago", "skew_h"), [(3, 0), (50, 49), (-10, 0)])
def test_what_comes_in_time_is_not_told_also_from_a_clock_that_is_wrong(
    plant: Plant, tablet: Sender, hours_ago: float, skew_h: int
):
    deliver(plant, noted(plant, tablet, hours_ago=hours_ago, skew_ms=skew_h * 3_600_000))
    assert cases(plant) == []


def test_a_clock_that_is_behind_does_not_hide_it(plant: Plant, tablet: Sender):
    """It says an hour ago, and the server knows that it runs two days ahead."""
    raw = noted(plant, tablet, hours_ago=1 - 48, skew_ms=-96 * 3_600_000)
    deliver(plant, raw)
    [case] = cases(plant)
    assert case.params == {"count": 1, "hours": 49}


def test_what_was_not_taken_or_was_here_before_did_not_come_late(plant: Plant, tablet: Sender):
    first, second = (noted(plant, tablet, hours_ago=48) for _ in range(2))
    deliver(plant, second)  # the first is asked for before it
    assert cases(plant) == []
    deliver(plant, first)
    deliver(plant, first, second)
    assert [case.params["count"] for case in cases(plant)] == [2]


def test_whoever_dies_between_taking_and_telling_tells_it_when_it_starts_again(
    plant: Plant, tablet: Sender
):
    raw = noted(plant, tablet, hours_ago=50)
    push(plant.engine, [Delivery("tablet", [(raw, None)])], plant.now())
    plant.close()
    again = opened(plant.settings)
    tell_late(again)
    assert [case.params["count"] for case in cases(again)] == [1]
    tell_late(again)
    assert [case.params["count"] for case in cases(again)] == [1]
    again.close()


def test_what_could_not_be_told_as_the_database_was_busy_is_told_the_next_time(
    plant: Plant, tablet: Sender, monkeypatch: pytest.MonkeyPatch
):
    def busy() -> None:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    raw = noted(plant, tablet, hours_ago=50)
    push(plant.engine, [Delivery("tablet", [(raw, None)])], plant.now())
    with monkeypatch.context() as patched:
        patched.setattr(plant.store, "write", busy)
        tell_late(plant)
    assert cases(plant) == []
    deliver(plant, noted(plant, tablet, hours_ago=1))
    assert [case.params["count"] for case in cases(plant)] == [1]


def test_what_the_server_itself_records_never_waited(plant: Plant):
    plant.close()
    strict = opened(replace(plant.settings, late_hours=0))
    perform_now(strict, "note.added", LOT, {"text": "a moment ago"})
    tell_late(strict)
    assert cases(strict, "server") == []
    strict.close()
