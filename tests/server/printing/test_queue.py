"""The queue: each print once, by one process; what failed is tried again, told, never hidden."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, update

from server.domain.model import MODEL
from server.domain.sums import broken
from server.printing import queue
from server.printing.hall import printing
from server.printing.installed import install
from server.printing.printers import PrinterSetting
from server.printing.tables import PrintJobRow
from server.printing.worker import Worker
from server.settings import from_environment
from sync.problem import Problem
from sync.store import table_of
from sync.verify import verify
from tests.browser.real_server import free_port
from tests.postgres import BOTH
from tests.server.printing.fake_zebra import FakeZebra, fake_zebra
from tests.server.printing.hall import LABELS, OTHER, Hall, earlier, hall, zebra_at
from tests.simulation.together import together

TABLE = table_of(PrintJobRow)


@pytest.fixture
def zebra() -> Iterator[FakeZebra]:
    with fake_zebra(FakeZebra()) as printer:
        yield printer


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest, tmp_path: Path, zebra: FakeZebra) -> Iterator[Hall]:
    with hall(request.param, tmp_path, zebra_at(zebra.port)) as made:
        yield made


def rows(place: Hall) -> list[tuple[str, int]]:
    with place.plant.store.read() as connection:
        found = connection.execute(select(TABLE.c.state, TABLE.c.attempts).order_by(TABLE.c.id))
        return [(row.state, row.attempts) for row in found]


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(datetime.now().astimezone() + timedelta(seconds=seconds))


def test_a_print_comes_out_with_its_numbers_and_says_so(place: Hall, zebra: FakeZebra):
    code = place.print(copies=2)
    assert place.state() == ("waiting", None)
    place.worker().work()
    labels = zebra.wait_for(2)
    assert [f"?p={code}-{n}".encode() in labels[n - 1] for n in (1, 2)] == [True, True]
    assert place.state() == ("sent", None)
    assert verify(place.plant.store, MODEL, broken).faults == []


def test_what_has_no_document_comes_out_with_what_was_written_on_it(place: Hall, zebra: FakeZebra):
    labels, thing = "label/SZ:~equipment:G-0042", "equipment/SZ:G-0042"
    body = {
        "things": [{"thing": thing}],
        "layout": "gauge",
        "facts": {"calibrated_on": "2026-11-03", "due_on": "2027-11-03"},
        "printer": place.printer.key,
    }
    place.do("label.printed", body, on=labels, v=2)
    place.worker().work()
    assert place.state(labels) == ("sent", None)
    [label] = zebra.wait_for(1)
    assert f"G-0042?p={place.prints(labels)[0].code}-1".encode() in label


def test_a_delivery_comes_out_lot_by_lot(place: Hall, zebra: FakeZebra):
    place.print(LABELS.replace("label/", "lot/"), OTHER)
    place.worker().work()
    zebra.wait_for(2)
    assert place.state() == place.state(OTHER.replace("lot/", "label/")) == ("sent", None)


def test_many_that_look_at_once_print_each_label_once(place: Hall, zebra: FakeZebra):
    for _ in range(4):
        place.print()
    plants = [place.second() for _ in range(3)] if place.plant.store.is_shared else [place.plant]
    workers = [place.worker(plant) for plant in plants for _ in range(2)]
    for _ in range(2):
        together(*(worker.work for worker in workers))
    assert len(zebra.wait_for(4)) == 4
    assert len(set(zebra.labels)) == 4
    assert {one.state for one in place.prints()} == {"sent"}
    for plant in plants:
        if plant is not place.plant:
            plant.close()


def test_a_printer_that_is_off_is_tried_again_with_longer_pauses(tmp_path: Path):
    port = free_port()
    with hall("sqlite", tmp_path, zebra_at(port)) as place:
        place.print()
        worker = place.worker()
        worker.work()
        assert place.state() == ("waiting", "printer_refused")
        assert rows(place) == [("waiting", 1)]
        worker.work()
        assert rows(place) == [("waiting", 1)], "not before its time"
        for attempts, seconds in enumerate((3, 9, 20), start=2):
            with later(seconds):
                worker.work()
            assert rows(place) == [("waiting", attempts)]
        with fake_zebra(FakeZebra(), port) as zebra, later(60):
            worker.work()
            zebra.wait_for(1)
        assert place.state() == ("sent", None)


def test_after_a_set_time_it_is_given_up_and_a_person_may_send_it_again(tmp_path: Path):
    port = free_port()
    with hall("sqlite", tmp_path, zebra_at(port)) as place:
        code = place.print()
        worker = place.worker()
        worker.work()
        with later(31 * 60):
            worker.work()
            assert place.state() == ("failed", "printer_refused")
            worker.work()
            assert rows(place) == [("failed", 1)]
            with fake_zebra(FakeZebra(), port) as zebra:
                place.do("label.requeued", {"print": code})
                worker.work()
                zebra.wait_for(1)
            assert place.state() == ("sent", None)


def test_a_printer_that_dies_under_way_is_not_tried_again_by_itself(tmp_path: Path):
    with (
        fake_zebra(FakeZebra(dies_after=1)) as zebra,
        hall("sqlite", tmp_path, zebra_at(zebra.port)) as place,
    ):
        place.print(copies=3)
        place.worker().work()
        assert place.state() == ("perhaps", "printer_broke_off")
        with later(3600):
            place.worker().work()
        assert len(zebra.labels) < 3 + 1


@pytest.mark.parametrize(
    ("state", "becomes", "why"),
    [("taken", "sent", None), ("sending", "perhaps", "print_left_off")],
)
def test_what_a_dead_process_had_taken(
    place: Hall, zebra: FakeZebra, state: str, becomes: str, why: str | None
):
    place.print()
    dead = place.worker()
    dead._adopt()
    with place.plant.store.write() as connection:
        taken = queue.take(connection, place.printer.key, "dead", place.plant.now())
        assert taken is not None
        connection.execute(update(TABLE).values(state=state))
    living = place.worker()
    living.work()
    assert place.state() == ("waiting", None), "it may still be at it"
    with later(queue.LEASE.total_seconds() + 1):
        living.work()
    assert place.state() == (becomes, why)
    assert len(zebra.labels) == (becomes == "sent")


def test_what_was_sent_but_not_told_is_told_the_next_time(place: Hall, zebra: FakeZebra):
    place.print()
    worker = place.worker()
    worker._adopt()
    with place.plant.store.write() as connection:
        taken = queue.take(connection, place.printer.key, "dead", place.plant.now())
        assert taken is not None
        assert queue.sending(connection, taken, place.plant.now())
        assert queue.finish(connection, taken, "sent", None)
    assert place.state() == ("waiting", None)
    worker.work()
    assert place.state() == ("sent", None)
    assert zebra.labels == []


def test_what_comes_too_late_waits_for_a_word(place: Hall, zebra: FakeZebra):
    code = place.print(at=earlier(place.plant, 31))
    worker = place.worker()
    worker.work()
    assert place.state() == ("late", "print_late")
    why = place.prints()[0].why
    assert why is not None
    assert why.params == {"minutes": 31}
    assert zebra.labels == []
    place.do("label.requeued", {"print": code})
    worker.work()
    zebra.wait_for(1)
    assert place.state() == ("sent", None)


def test_what_lay_while_no_server_ran_waits_for_a_word(place: Hall, zebra: FakeZebra):
    place.print()
    place.worker()._adopt()
    with later(2 * 3600):
        place.worker().work()
        assert place.state() == ("late", "print_late")
        assert (zebra.labels, rows(place)) == ([], [])
        place.do("label.requeued", {"print": place.prints()[0].code})
        place.worker().work()
        zebra.wait_for(1)
    assert place.state() == ("sent", None)


def test_what_was_called_off_does_not_come_out(place: Hall, zebra: FakeZebra):
    code = place.print()
    worker = place.worker()
    worker._adopt()
    place.do("label.cancelled", {"print": code})
    worker.work()
    assert (zebra.labels, rows(place)) == ([], [])
    assert place.state() == ("cancelled", None)


def test_a_label_that_was_voided_meanwhile_does_not_come_out(place: Hall, zebra: FakeZebra):
    code = place.print(copies=2)
    place.do("label.voided", {"print": code, "number": 1, "reason": "one is enough"})
    place.worker().work()
    [label] = zebra.wait_for(1)
    assert f"?p={code}-2".encode() in label


def test_a_label_that_can_t_be_made_fails_with_its_reason(place: Hall, zebra: FakeZebra):
    place.plant.settings = replace(place.plant.settings, public_url="")
    place.print()
    place.worker().work()
    assert place.state() == ("failed", "label_failed")
    assert zebra.labels == []


def test_a_printer_that_left_the_settings_fails_what_waited_for_it(place: Hall):
    place.print()
    install(place.plant, [])
    assert place.state() == ("failed", "printer_gone")
    install(place.plant, [])
    assert len(place.prints()) == 1


@pytest.mark.parametrize(("told", "state"), [(None, "waiting"), ("", "failed")])
def test_only_who_is_told_that_there_are_none_takes_printers_away(
    tmp_path: Path, told: str | None, state: str
):
    with hall("sqlite", tmp_path, zebra_at(free_port())) as place:
        place.print()
        place.plant.settings = replace(place.plant.settings, printers=told)
        with printing(place.plant):
            assert place.state()[0] == state


def test_a_printer_at_a_site_that_there_is_not_is_refused_and_none_is_installed(
    place: Hall,
):
    elsewhere = PrinterSetting(name="z", site="XX", zh="某", en="Some", zpl="127.0.0.1:9")
    with pytest.raises(Problem) as raised:
        install(place.plant, [elsewhere])
    assert raised.value.code == "printer_site_unknown"
    assert "SZ" in raised.value.params["sites"]
    assert raised.value.params["site"] == "XX"


def test_a_server_whose_environment_says_nothing_of_printers_was_told_nothing():
    assert from_environment({}).printers is None
    assert from_environment({"TRAVELER_PRINTERS": ""}).printers == ""


def test_a_worker_prints_what_comes_without_being_asked(place: Hall, zebra: FakeZebra):
    worker = place.worker()
    worker.start()
    try:
        place.print()
        zebra.wait_for(1)
    finally:
        worker.stop(10)
    assert place.state() == ("sent", None)


def test_a_worker_that_stops_leaves_the_rest_for_the_next_start(tmp_path: Path):
    slow = threading.Event()
    with (
        fake_zebra(FakeZebra(slow=slow)) as zebra,
        hall("sqlite", tmp_path, zebra_at(zebra.port)) as place,
    ):
        place.print()
        place.print()
        worker = place.worker()
        worker.start()
        zebra.wait_until_asked()
        stopping = threading.Thread(target=worker.stop, args=(20,))
        stopping.start()
        slow.set()
        stopping.join()
        states = [one.state for one in place.prints()]
        assert states[0] == "waiting"
        Worker(place.plant, place.printer).work()
        assert len(zebra.wait_for(2)) == 2


def test_nothing_waits_for_a_printer_of_another_name(place: Hall, zebra: FakeZebra):
    place.print()
    other = PrinterSetting(name="other", site="SZ", zh="x", en="x", zpl="127.0.0.1:1")
    Worker(place.plant, other).work()
    assert rows(place) == []
    assert place.state() == ("waiting", None)
