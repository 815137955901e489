"""The writer: who comes together is committed together, and nobody pays for somebody else."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy.exc import OperationalError

from sync.problem import Problem
from sync.push import Answer, Delivery
from sync.writer import GROUP_MAX, Writer
from tests.simulation.sender import Sender, id_of
from tests.sync.desk import NOW, C, Desk, told

PATIENCE_S = 20


@dataclass
class Gate:
    """Stands in for the report tables: holds the first transaction until more have queued up."""

    commits: int = 0
    opened: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    fails_on: str = ""
    error: Exception = field(default_factory=lambda: RuntimeError("poison"))

    def project(self, connection, results, now):
        self.commits += 1
        self.reached.set()
        assert self.opened.wait(PATIENCE_S)
        if any(result.entry.on == self.fails_on for result in results):
            raise self.error


@dataclass
class Turnstile:
    """Stands in for the report tables: lets transactions through one by one."""

    commits: int = 0
    there: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def project(self, connection, results, now):
        self.commits += 1
        self.there.release()
        assert self.turns.acquire(timeout=PATIENCE_S)

    def wait(self) -> None:
        assert self.there.acquire(timeout=PATIENCE_S)

    def let_one_through(self) -> None:
        self.turns.release()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def poked() -> list[dict[str, int]]:
    return []


@pytest.fixture
def writer(desk: Desk, gate: Gate, poked):
    made = Writer(replace(desk.engine, project=gate.project), poke=poked.append, clock=lambda: NOW)
    yield made
    gate.opened.set()
    made.close()


def deliver(writer: Writer, sender: Sender, on: str) -> tuple[str, Future[Answer]]:
    raw = sender.write("counter.opened", on)
    return id_of(raw), writer.submit(Delivery(sender.device, [(raw, None)]))


def in_the_door(writer: Writer, gate: Gate, sender: Sender) -> None:
    """Keep the writer busy with one delivery, so that what follows comes together."""
    deliver(writer, sender, "counter/S:first")
    assert gate.reached.wait(PATIENCE_S)


def test_deliveries_that_wait_together_share_one_transaction_and_get_their_own_answers(
    desk, writer, gate
):
    senders = [desk.enrol(f"t{number}") for number in range(20)]
    in_the_door(writer, gate, senders[0])
    waiting = [deliver(writer, s, f"counter/S:{n}") for n, s in enumerate(senders[1:])]
    gate.opened.set()
    for entry_id, future in waiting:
        answer = future.result(PATIENCE_S)
        assert [(v["id"], v["status"]) for v in answer.verdicts] == [(entry_id, "applied")]
    assert gate.commits == 2
    assert desk.verified().faults == []


def test_a_group_has_a_limit(desk, writer, gate):
    senders = [desk.enrol(f"t{number}") for number in range(GROUP_MAX + 2)]
    in_the_door(writer, gate, senders[0])
    waiting = [deliver(writer, s, f"counter/S:{n}") for n, s in enumerate(senders[1:])]
    gate.opened.set()
    for _, future in waiting:
        assert told(future.result(PATIENCE_S)) == [("applied", None)]
    assert gate.commits == 3


def test_two_halves_that_take_turns_become_one_group(desk, monkeypatch):
    monkeypatch.setattr("sync.writer.GATHER_S", PATIENCE_S)
    turnstile = Turnstile()
    engine = replace(desk.engine, project=turnstile.project)
    writer = Writer(engine, poke=lambda scopes: None, clock=lambda: NOW)
    door, *halves = [desk.enrol(f"t{number}") for number in range(6)]

    def send(number: int, *senders: Sender) -> list[Future[Answer]]:
        return [deliver(writer, one, f"counter/S:{one.device}.{number}")[1] for one in senders]

    waiting = send(1, door)
    turnstile.wait()
    first = send(1, *halves[:3])
    turnstile.let_one_through()
    turnstile.wait()
    second = send(1, *halves[3:])
    turnstile.let_one_through()
    assert [told(one.result(PATIENCE_S)) for one in first] == [[("applied", None)]] * 3
    third = send(2, *halves[:3])
    turnstile.let_one_through()
    for one in (*waiting, *second, *third):
        assert told(one.result(PATIENCE_S)) == [("applied", None)]
    assert turnstile.commits == 3
    writer.close()


def test_a_group_that_is_whole_again_waits_for_nobody_else(desk, writer, gate, monkeypatch):
    monkeypatch.setattr("sync.writer.GATHER_S", 10 * PATIENCE_S)
    door, *all_three = [desk.enrol(f"t{number}") for number in range(4)]
    in_the_door(writer, gate, door)
    for number in range(3):
        futures = [deliver(writer, one, f"counter/S:{one.device}.{number}")[1] for one in all_three]
        gate.opened.set()
        for future in futures:
            assert told(future.result(PATIENCE_S)) == [("applied", None)]
    assert gate.commits == 4


def test_who_comes_after_one_alone_does_not_wait_for_company(desk, writer, gate, monkeypatch):
    monkeypatch.setattr("sync.writer.GATHER_S", 10 * PATIENCE_S)
    gate.opened.set()
    for number in range(3):
        sender = desk.enrol(f"t{number}")
        _, future = deliver(writer, sender, f"counter/S:{number}")
        assert told(future.result(PATIENCE_S)) == [("applied", None)]
    assert gate.commits == 3


@pytest.mark.parametrize("poison", ["an unknown device", "a failure that is not a Problem"])
def test_what_one_of_a_group_brought_does_not_fail_the_others(desk, ann, bob, writer, gate, poison):
    in_the_door(writer, gate, ann)
    _, before = deliver(writer, ann, C)
    if poison == "an unknown device":
        failing = writer.submit(Delivery("ghost", []))
    else:
        gate.fails_on = "counter/S:poison"
        _, failing = deliver(writer, bob, gate.fails_on)
    _, after = deliver(writer, ann, "counter/S:after")
    gate.opened.set()
    assert told(before.result(PATIENCE_S)) == [("applied", None)]
    assert told(after.result(PATIENCE_S)) == [("applied", None)]
    with pytest.raises((Problem, RuntimeError)):
        failing.result(PATIENCE_S)
    assert desk.counter("counter/S:poison") is None
    assert desk.verified().faults == []


def test_where_the_database_itself_fails_the_group_is_not_tried_one_by_one(
    desk, ann, bob, writer, gate
):
    gate.error = OperationalError("COMMIT", {}, Exception("disk I/O error"))
    gate.fails_on = C
    in_the_door(writer, gate, ann)
    futures = [deliver(writer, ann, C)[1], deliver(writer, bob, "counter/S:b")[1]]
    gate.opened.set()
    for future in futures:
        with pytest.raises(Problem) as raised:
            future.result(PATIENCE_S)
        assert raised.value.code == "busy"
    assert gate.commits == 2


def test_who_hangs_up_while_waiting_does_not_stop_the_writer(desk, ann, bob, writer, gate):
    in_the_door(writer, gate, ann)
    _, gone = deliver(writer, bob, C)
    assert gone.cancel()
    _, staying = deliver(writer, ann, "counter/S:after")
    gate.opened.set()
    assert told(staying.result(PATIENCE_S)) == [("applied", None)]
    assert desk.counter(C) is None


def test_who_hangs_up_while_it_is_written_does_not_stop_the_writer(desk, ann, writer, gate):
    _, first = deliver(writer, ann, C)
    assert gate.reached.wait(PATIENCE_S)
    assert not first.cancel()
    _, second = deliver(writer, ann, "counter/S:after")
    gate.opened.set()
    assert told(second.result(PATIENCE_S)) == [("applied", None)]
    assert desk.value(C) == 1


def test_a_listener_that_fails_does_not_stop_the_writer(desk, ann, gate):
    def deaf(scopes):
        raise RuntimeError("the event loop is closed")

    gate.opened.set()
    writer = Writer(replace(desk.engine, project=gate.project), poke=deaf)
    for on in (C, "counter/S:after"):
        assert told(deliver(writer, ann, on)[1].result(PATIENCE_S)) == [("applied", None)]
    writer.close()


def test_scopes_that_moved_are_hinted_after_the_answer_is_durable(desk, ann, writer, gate, poked):
    gate.opened.set()
    raw = ann.write("counter.opened", C)
    for _ in range(2):
        writer.submit(Delivery(ann.device, [(raw, None)])).result(PATIENCE_S)
    writer.close()
    assert poked == [{"S.floor": 1}]


def test_close_finishes_what_waits_and_then_takes_no_more(desk, ann, bob, writer, gate):
    in_the_door(writer, gate, ann)
    futures = [deliver(writer, ann, C)[1], deliver(writer, bob, "counter/S:b")[1]]
    closing = threading.Thread(target=writer.close)
    closing.start()
    gate.opened.set()
    closing.join(PATIENCE_S)
    assert not closing.is_alive()
    assert [told(future.result(0)) for future in futures] == [[("applied", None)]] * 2
    with pytest.raises(Problem) as raised:
        writer.submit(Delivery(ann.device, [])).result(PATIENCE_S)
    assert raised.value.code == "busy"


def test_many_threads_at_once_each_get_their_entry_applied_once(desk, gate, writer):
    gate.opened.set()
    senders = [desk.enrol(f"t{number}") for number in range(8)]
    answers: dict[str, Answer] = {}

    def work(sender):
        for number in range(8):
            entry_id, future = deliver(writer, sender, f"counter/S:{sender.device}-{number}")
            answers[entry_id] = future.result(PATIENCE_S)

    threads = [threading.Thread(target=work, args=[sender]) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(answers) == len(desk.journal()) == 64
    assert gate.commits <= 64
    assert all(a.verdicts[0]["id"] == entry_id for entry_id, a in answers.items())
    assert desk.verified().faults == []
