"""What nobody understood when it came is applied once newer code does, in its order, once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from server.domain.case import Case
from server.domain.lot import Lot
from server.domain.model import KINDS, MODEL
from server.domain.note import NoteAdded, added
from server.domain.rights import EVERYBODY
from server.domain.sums import broken
from server.plant import Plant
from server.resume import resume
from sync import documents
from sync.entry import Entry
from sync.push import Answer, Delivery, push
from sync.reconcile import Draft, Kind, Outcome
from sync.verify import verify
from tests.simulation.demo import enrolled
from tests.simulation.sender import Sender
from tests.simulation.small_plant import small_plant

LOT = "lot/SZ:M-1:L1"
BLESSED = Kind("lot.blessed", NoteAdded, added, EVERYBODY)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = small_plant(tmp_path / "plant")
    yield plant
    plant.close()


@pytest.fixture
def tablet(plant: Plant) -> Sender:
    return enrolled(plant, "tablet", "wang.fang")


def send(plant: Plant, by: Sender, *raws: bytes) -> Answer:
    delivery = Delivery(by.device, [(raw, None) for raw in raws])
    return push(plant.engine, [delivery], plant.now())[0][0]


def codes(answer: Answer) -> list[str | None]:
    return [verdict["code"] for verdict in answer.verdicts]


def read(plant: Plant, key: str) -> Any:
    with plant.store.read() as connection:
        return documents.load(connection, MODEL.documents, {key})[key]


def notes(plant: Plant) -> list[str]:
    lot = read(plant, LOT)
    assert isinstance(lot, Lot)
    return [line.data["text"] for line in lot.timeline if "text" in line.data][::-1]


def is_whole(plant: Plant) -> bool:
    return verify(plant.store, MODEL, broken).whole


def test_after_an_upgrade_what_was_not_understood_is_applied_with_what_waited_behind_it(
    plant, tablet, monkeypatch
):
    raws = [
        tablet.write("lot.blessed", LOT, {"text": "first"}),
        tablet.write("note.added", LOT, {"text": "second"}),
    ]
    before = send(plant, tablet, *raws)
    assert codes(before) == ["unknown_kind", "waits_behind_parked"]
    assert (resume(plant), notes(plant)) == (0, [])
    monkeypatch.setitem(KINDS, "lot.blessed", BLESSED)
    assert resume(plant) == 2
    assert notes(plant) == ["first", "second"]
    cases = [read(plant, verdict["case"]) for verdict in before.verdicts]
    assert [case.state for case in cases if isinstance(case, Case)] == ["resolved"] * 2
    assert {case.resolution.decision for case in cases} == {"resumed"}
    assert [line.by for line in read(plant, LOT).timeline[:2]] == ["wang.fang"] * 2
    assert (resume(plant), len(notes(plant))) == (0, 2)
    assert send(plant, tablet, *raws).verdicts == before.verdicts
    assert codes(send(plant, tablet, tablet.write("note.added", LOT, {"text": "third"}))) == [None]
    assert is_whole(plant)


def test_what_a_bug_stopped_is_applied_when_the_bug_is_gone_and_still_replays(
    plant, tablet, monkeypatch
):
    def failing(entry: Entry, body: NoteAdded, draft: Draft, now: datetime) -> Outcome:
        raise RuntimeError("a bug")

    with monkeypatch.context() as while_broken:
        while_broken.setitem(KINDS, "note.added", replace(KINDS["note.added"], handler=failing))
        answer = send(plant, tablet, tablet.write("note.added", LOT, {"text": "kept"}))
        assert codes(answer) == ["handler_failed"]
        assert resume(plant) == 0
    assert is_whole(plant)
    assert resume(plant) == 1
    assert notes(plant) == ["kept"]
    assert is_whole(plant)


def test_an_old_version_is_brought_up_and_a_newer_one_waits_for_the_upgrade(
    plant, tablet, monkeypatch
):
    newer = replace(
        KINDS["note.added"], v=2, upcasts={1: lambda body: {"text": body["text"] + " (1)"}}
    )
    told = send(plant, tablet, tablet.write("note.added", LOT, {"text": "b"}, v=2))
    assert codes(told) == ["unknown_kind"]
    monkeypatch.setitem(KINDS, "note.added", newer)
    assert resume(plant) == 1
    assert codes(send(plant, tablet, tablet.write("note.added", LOT, {"text": "a"}))) == [None]
    assert notes(plant) == ["b", "a (1)"]
    assert is_whole(plant)


def test_what_somebody_has_decided_already_stays_as_decided(plant, tablet, monkeypatch):
    answer = send(plant, tablet, tablet.write("lot.blessed", LOT, {"text": "x"}))
    office = enrolled(plant, "office", "zhang.wei")
    case = answer.verdicts[0]["case"]
    decided = office.write("case.resolved", case, {"note": "told them on the phone"}, base=1)
    assert codes(send(plant, office, decided)) == [None]
    monkeypatch.setitem(KINDS, "lot.blessed", BLESSED)
    assert (resume(plant), notes(plant)) == (0, [])


def test_nobody_gets_more_rights_by_an_upgrade(plant, tablet, monkeypatch):
    send(plant, tablet, tablet.write("lot.blessed", LOT, {"text": "x"}))
    monkeypatch.setitem(KINDS, "lot.blessed", replace(BLESSED, roles=frozenset({"supervisor"})))
    assert (resume(plant), notes(plant)) == (0, [])


def test_only_the_server_resumes(plant, tablet):
    raw = tablet.write("lot.blessed", LOT, {"text": "x"})
    case = send(plant, tablet, raw).verdicts[0]["case"]
    entry = Entry.model_validate_json(raw).model_dump(mode="json")
    body = {"entry": entry | {"kind": "note.added"}, "case": case}
    assert codes(send(plant, tablet, tablet.write("entry.resumed", "lot/SZ:M-1:L2", body))) == [
        "no_right"
    ]
