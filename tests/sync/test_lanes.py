"""Writers on PostgreSQL: no site waits for another, and the database may hang up at any moment."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text

from sync.problem import Problem
from sync.push import Answer, Delivery
from sync.store import hold
from sync.writer import LANES_MAX, Writer
from tests.postgres import server
from tests.simulation.sender import Sender
from tests.simulation.together import together
from tests.sync.desk import NOW, C, Desk, told

pytestmark = pytest.mark.postgres
PATIENCE_S = 20
T = "counter/T:t"
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def kind() -> str:
    """SQLite has one writer at a time."""
    return "postgresql"


@contextmanager
def writing(desk: Desk, **changes: Any) -> Iterator[Writer]:
    engine = replace(desk.engine, **changes)
    writer = Writer(engine, poke=lambda scopes: None, clock=lambda: NOW)
    try:
        yield writer
    finally:
        writer.close()


@pytest.fixture(params=["the same process", "another process"])
def writers(request: pytest.FixtureRequest, desk: Desk) -> Iterator[tuple[Writer, Writer]]:
    """Two writers, or one twice."""
    if request.param == "the same process":
        with writing(desk) as one:
            yield one, one
    else:
        other = Desk(desk.url)
        with writing(desk) as one, writing(other) as two:
            yield one, two
        other.store.close()


def submit(writer: Writer, sender: Sender, *ons: str) -> Future[Answer]:
    raws = [(sender.write("counter.opened", on), None) for on in ons]
    return writer.submit(Delivery(sender.device, list(raws)))


def applied(future: Future[Answer]) -> bool:
    return {status for status, _ in told(future.result(PATIENCE_S))} == {"applied"}


def code_of(future: Future[Answer]) -> str:
    with pytest.raises(Problem) as raised:
        future.result(PATIENCE_S)
    return raised.value.code


def until_waiting(connection: Connection, count: int = 1) -> None:
    """Until so many wait for somebody's lock."""
    pause = threading.Event()
    for _ in range(400):
        if connection.scalar(text(WAITING)) == count:
            return
        pause.wait(0.05)
    raise TimeoutError


def test_a_site_that_is_held_up_holds_up_no_other(desk, ann, bob, writers):
    one, other = writers
    with desk.store.write() as long:
        hold(long, "site S")
        stuck = submit(one, ann, C)
        until_waiting(long)
        assert applied(submit(other, bob, T))
        assert not stuck.done()
    assert applied(stuck)
    assert desk.verified().faults == []


def test_who_delivers_for_two_sites_waits_for_both_and_nobody_waits_for_them(desk, ann, bob):
    with writing(desk) as writer:
        with desk.store.write() as long:
            hold(long, "site S")
            stuck = submit(writer, ann, T, C)
            until_waiting(long)
            assert applied(submit(writer, bob, "counter/T:other"))
            assert not stuck.done()
        assert applied(stuck)


def test_more_sites_than_threads_take_turns(desk):
    sites = [f"P{number}" for number in range(3 * LANES_MAX)]
    with writing(desk) as writer:
        sent = []
        for site in sites:
            sender = desk.enrol(f"t-{site}", site)
            sent += [submit(writer, sender, f"counter/{site}:{n}") for n in range(3)]
        assert all(applied(future) for future in sent)
    assert desk.verified().faults == []
    assert writer._lanes == {}


def test_many_devices_of_many_sites_through_two_processes_end_whole(desk):
    """All share the counter `org` too, in any order with their own site."""
    other = Desk(desk.url)
    org = "counter/org:all"
    first = desk.enrol("first", "org")
    desk.push(first, first.write("counter.opened", org))
    with writing(desk) as one, writing(other) as two:

        def work(number: int) -> None:
            site = f"P{number}"
            sender = desk.enrol(f"t{number}", site)
            for n in range(6):
                deeds = [("counter.opened", f"counter/{site}:{n}"), ("counter.raised", org)]
                raws = [sender.write(*deed) for deed in (deeds if n % 2 else deeds[::-1])]
                delivery = Delivery(sender.device, [(raw, None) for raw in raws])
                assert applied((one, two)[n % 2].submit(delivery))

        together(*(lambda number=number: work(number) for number in range(6)))
    assert desk.value(org) == 37
    assert desk.verified().faults == []
    other.store.close()


def test_two_that_would_wait_for_each_other_for_ever_both_get_through(desk, ann):
    patient = Desk(f"{desk.url}&options=-c%20deadlock_timeout%3D2s")
    with writing(patient) as writer:
        with desk.store.write() as other:
            other.execute(text("SET LOCAL deadlock_timeout = '60s'"))
            hold(other, "site T")
            crossed = submit(writer, ann, C, T)
            until_waiting(other)
            hold(other, "site S")
            assert not crossed.done()
        assert applied(crossed)
    patient.store.close()


def test_who_waits_too_long_for_a_lock_is_told_to_come_again(desk, ann):
    hasty = Desk(f"{desk.url}&options=-c%20lock_timeout%3D100ms")
    with writing(hasty) as writer:
        with desk.store.write() as long:
            hold(long, "site S")
            assert code_of(submit(writer, ann, C)) == "busy"
        assert desk.value() is None
    hasty.store.close()


def cut_once(desk: Desk, cut: Callable[[], object]) -> Callable[..., None]:
    """A stand-in for the report tables, in whose first transaction the database goes."""
    cuts = [cut]

    def project(connection: Connection, results: list[object], now: object) -> None:
        if cuts:
            cuts.pop()()
            connection.execute(text("SELECT 1"))

    return project


@pytest.mark.parametrize("cut", ["hung up", "stopped"])
def test_the_database_goes_in_the_middle_of_a_push_and_nothing_is_lost(desk, ann, cut):
    gone = server().stop if cut == "stopped" else lambda: server().hang_up(desk.url)
    with writing(desk, project=cut_once(desk, gone)) as writer:
        delivery = Delivery(ann.device, [(ann.write("counter.opened", C), None)])
        assert code_of(writer.submit(delivery)) == "busy"
        if cut == "stopped":
            try:
                assert code_of(writer.submit(delivery)) == "busy"
            finally:
                server().start()
        assert applied(writer.submit(delivery))
    assert len(desk.journal()) == 1
    assert desk.verified().faults == []


def test_the_answer_is_lost_when_the_database_goes_and_is_given_again(desk, ann, bob):
    """What has been committed is known again, by whomever it is asked for."""
    raw = ann.write("counter.opened", C)
    before = desk.push(ann, raw)
    server().hang_up(desk.url)
    assert desk.push(ann, raw).verdicts == before.verdicts
    assert len(desk.journal()) == 1


def test_one_entry_by_two_ways_at_once_is_recorded_once(desk, ann, bob):
    """Bytes that nobody can read have no site that could be locked."""
    other = Desk(desk.url)
    with writing(desk) as one, writing(other) as two:
        for number in range(10):
            rubbish = b"rubbish %d" % number
            sent = [
                one.submit(Delivery(ann.device, [(rubbish, None)])),
                two.submit(Delivery(bob.device, [(rubbish, None)])),
            ]
            told = [future.result(PATIENCE_S).verdicts[0] for future in sent]
            assert told[0] == told[1]
    assert len(desk.journal()) == 10
    assert desk.verified().faults == []
    other.store.close()
