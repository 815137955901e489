"""A desk that has gone back in time: a new epoch, numbers that go on, what devices still have."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sync.restore import VERSIONS_JUMP, renew
from tests.postgres import name_of, server
from tests.simulation.replica import Replica
from tests.simulation.sender import Sender
from tests.sync.desk import C, D, Desk, told

FLOOR = frozenset({"S.floor"})


@dataclass
class Vault:
    """Keeps the desk's database as it is at a moment, and brings it back beside the desk."""

    desk: Desk
    folder: Path
    kept: str = ""
    open: list[Desk] = field(default_factory=list)

    def save(self) -> None:
        """Copy the database while nobody writes."""
        self.desk.restart()
        self.desk.store.close()
        self.kept = self._copy(self.desk.url, "saved")

    def bring_back(self) -> Desk:
        """The desk as it was when it was saved, and renewed."""
        back = Desk(self._copy(self.kept, "back"), seconds=self.desk.seconds)
        self.open.append(back)
        renew(back.store)
        return back

    def close(self) -> None:
        for back in self.open:
            back.store.close()
            if back.url.startswith("postgresql"):
                server().drop(back.url)
        if self.kept.startswith("postgresql"):
            server().drop(self.kept)

    def _copy(self, url: str, name: str) -> str:
        if url.startswith("postgresql"):
            return server().create(name_of(url))
        copy = self.folder / f"{name}.sqlite3"
        shutil.copy(url.removeprefix("sqlite:///"), copy)
        return f"sqlite:///{copy}"


@pytest.fixture
def before(desk, ann, tmp_path) -> Iterator[Vault]:
    """A desk with two counters, as it was saved; another entry came afterwards."""
    vault = Vault(desk, tmp_path)
    desk.push(ann, ann.write("counter.opened", C), ann.write("counter.opened", D))
    vault.save()
    desk.push(ann, ann.write("counter.raised", C))
    yield vault
    vault.close()


def test_the_epoch_is_new_and_the_data_are_whole(desk, before):
    back = before.bring_back()
    with desk.store.read() as one, back.store.read() as other:
        assert desk.store.epoch(one) != back.store.epoch(other)
    assert back.verified().faults == []
    assert back.value() == 1


def test_a_cursor_of_the_lost_time_misses_nothing_and_no_version_comes_twice(
    desk, ann, bob, before
):
    lost = Replica(desk.store, FLOOR)
    lost.pull_all()
    back = before.bring_back()
    replica = Replica(back.store, FLOOR, cursors=dict(lost.cursors))
    replica.pull_all()
    assert set(replica.bodies) == {C, D}
    answer = back.push(back.enrol("new"), b"rubbish")
    assert answer.verdicts[0]["effects"]
    renewed = {version for _, version in replica.seen}
    assert not renewed & {version for _, version in lost.seen}
    assert min(renewed) > VERSIONS_JUMP


def test_going_back_twice_jumps_twice(desk, before):
    back = before.bring_back()
    renew(back.store)
    replica = Replica(back.store, FLOOR)
    replica.pull_all()
    assert replica.cursors["S.floor"] == 2 * VERSIONS_JUMP + 2
    assert back.verified().faults == []


def holed(desk: Desk, device: Sender) -> list[bytes]:
    """Four entries of a device, of which the second and the third are lost everywhere."""
    raws = [
        device.write("counter.opened", C),
        device.write("counter.raised", C),
        device.write("counter.raised", C),
        device.write("counter.raised", C, {"by": 10}),
        device.write("counter.raised", C, {"by": 100}),
    ]
    desk.push(device, raws[0])
    return raws


def test_entries_that_nobody_has_any_more_are_named_in_a_case_and_the_next_go_on(desk, ann):
    raws = holed(desk, ann)
    assert desk.push(ann, *raws[3:]).need == "resend_from"
    answer = desk.push(ann, *raws[3:], oldest=4)
    assert (answer.need, answer.last_seq) == (None, 5)
    assert told(answer) == [("parked", "entries_lost"), ("applied", None)]
    [ticket] = desk.tickets()
    assert ticket.params == {"device": "tablet-a", "first": 2, "last": 3}
    assert desk.value() == 101
    assert desk.verified().faults == []
    assert told(desk.push(ann, *raws[3:])) == told(answer)


@pytest.mark.parametrize("oldest", [None, 1, 2, 3, 5])
def test_a_hole_that_the_device_did_not_name_is_asked_for(desk, ann, oldest):
    raws = holed(desk, ann)
    answer = desk.push(ann, *raws[3:], oldest=oldest)
    assert (answer.need, answer.last_seq, answer.verdicts) == ("resend_from", 1, [])
    assert desk.push(ann, *raws[1:]).last_seq == 5
    assert desk.value() == 113


def test_a_device_without_a_hole_can_name_what_it_likes(desk, ann):
    raws = holed(desk, ann)
    assert told(desk.push(ann, *raws[1:], oldest=2)) == [("applied", None)] * 4
    assert desk.verified().faults == []
