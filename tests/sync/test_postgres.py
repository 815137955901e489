"""The same engine on PostgreSQL, with several processes that write at once."""

import pytest

from sync.pull import pull
from tests.simulation.replica import Replica
from tests.simulation.sender import Sender
from tests.simulation.together import together
from tests.sync.desk import C, Desk, told

pytestmark = pytest.mark.postgres


@pytest.fixture
def kind() -> str:
    """What SQLite has no word for."""
    return "postgresql"


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
