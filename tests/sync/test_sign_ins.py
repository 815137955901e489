"""Who may have done it: forged sign-ins, foreign people and sites, on the real model.

What can't be proved is kept as a case and changes nothing; the queue goes on.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from server.accounts.sessions import SERVER_DEVICE
from server.accounts.tables import SessionRow
from server.domain.case import Case
from server.domain.model import MODEL
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.domain.sums import broken
from server.plant import Plant
from server.setup import perform_now
from sync import documents
from sync.push import Answer, Delivery, push
from sync.store import table_of
from sync.verify import verify
from tests.simulation.checks import bodies, journal
from tests.simulation.demo import enrolled, in_hands_of
from tests.simulation.sender import Sender
from tests.simulation.small_plant import small_plant

LOT = "lot/SZ:M-1:L1"
OTHER_LOT = "lot/SZ:M-1:L2"
HOLD = ("lot.held", LOT, {"reason": "a crack"})


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """A small plant of the test's own."""
    made = small_plant(tmp_path)
    yield made
    assert verify(made.store, MODEL, broken).faults == []
    made.close()


@pytest.fixture
def chen(plant: Plant) -> Sender:
    """The storekeeper's tablet."""
    return enrolled(plant, "tablet", "chen.jing")


def send(plant: Plant, by: Sender, *raws: bytes) -> Answer:
    delivery = Delivery(by.device, [(raw, None) for raw in raws])
    return push(plant.engine, [delivery], plant.now())[0][0]


def told(answer: Answer) -> list[tuple[str, str | None]]:
    return [(verdict["status"], verdict["code"]) for verdict in answer.verdicts]


def lot(plant: Plant, key: str = LOT) -> dict[str, Any]:
    return bodies(plant.store)[key]


def case_of(plant: Plant, answer: Answer) -> Case:
    key = answer.verdicts[0]["case"]
    with plant.store.read() as connection:
        found = documents.load(connection, MODEL.documents, {key})[key]
    assert isinstance(found, Case)
    return found


def test_a_sign_in_proves_the_deed(plant, chen):
    assert told(send(plant, chen, chen.write(*HOLD))) == [("applied", None)]
    assert lot(plant)["status"] == "on_hold"


FORGERIES: dict[str, dict[str, str]] = {
    "a session nobody has": {"session": "0" * 32},
    "another person under this sign-in": {"actor": "zhang.wei"},
    "the system itself": {"actor": SYSTEM, "session": SETUP_SESSION},
    "the system under this sign-in": {"actor": SYSTEM},
    "this person in the name of the set-up": {"session": SETUP_SESSION},
    "a person who does not exist": {"actor": "ghost"},
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_sign_in_is_parked_as_a_case_and_changes_nothing(plant, chen, forgery):
    before = bodies(plant.store)
    answer = send(plant, chen, chen.write(*HOLD, **forgery))
    assert told(answer) == [("parked", "session_foreign")]
    case = case_of(plant, answer)
    assert (case.kind, case.code, case.about, case.state) == (
        "parked", "session_foreign", LOT, "open",
    )  # fmt: skip
    after = bodies(plant.store)
    assert {key for key in after if after[key] != before.get(key)} == {case.key}
    assert told(send(plant, chen, chen.write(*HOLD))) == [("applied", None)]


def test_a_sign_in_on_another_device_proves_nothing_here(plant, chen):
    elsewhere = enrolled(plant, "phone", "zhang.wei")
    raw = chen.write(*HOLD, actor="zhang.wei", session=elsewhere.session)
    assert told(send(plant, chen, raw)) == [("parked", "session_foreign")]


def test_another_devices_entry_with_its_good_sign_in_is_parked_all_the_same(plant, chen):
    phone = enrolled(plant, "phone", "zhang.wei")
    raw = phone.draft(*HOLD)
    answer = send(plant, chen, raw)
    assert told(answer) == [("parked", "device_foreign")]
    assert case_of(plant, answer).about == LOT
    assert told(send(plant, phone, phone.number(raw))) == [("applied", None)]


def test_nobody_delivers_in_the_name_of_the_servers_own_device(plant, chen):
    server = Sender(SERVER_DEVICE, actor=SYSTEM, session=SETUP_SESSION, seq=10**6)
    body = {"name": "Mallory", "roles": {"SZ": ["admin"]}}
    answer = send(plant, chen, server.write("person.added", "person/org:mallory", body))
    assert told(answer) == [("parked", "device_foreign")]
    assert "person/org:mallory" not in bodies(plant.store)


def test_on_a_shared_tablet_each_entry_stays_its_persons(plant, chen):
    first = chen.write(*HOLD)
    zhang = in_hands_of(plant, chen, "zhang.wei")
    body = {"reason": "looked at it", "emergency": True}
    second = zhang.write("lot.released", LOT, body, base=3)
    assert told(send(plant, zhang, first, second)) == [("applied", None)] * 2
    actors = [row["actor"] for row in journal(plant.store) if row["device"] == "tablet"]
    assert actors == ["chen.jing", "zhang.wei"]


def test_what_was_recorded_before_a_sign_out_still_counts(plant, chen):
    raw = chen.write(*HOLD)
    with plant.store.write() as connection:
        table = table_of(SessionRow)
        connection.execute(update(table).values(ended_at="2026-11-21T00:00:00.000Z"))
    assert told(send(plant, chen, raw)) == [("applied", None)]


def test_who_lost_the_right_meanwhile_is_kept_as_a_case(plant, chen):
    raw = chen.write("material.issued", LOT, {"quantity": "1"}, base=2)
    perform_now(plant, "person.changed", "person/org:chen.jing", {"active": False})
    answer = send(plant, chen, raw)
    assert told(answer) == [("parked", "no_right")]
    assert lot(plant)["on_hand"] == "100"


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("lot/XX:M-1:L1", "foreign_site"),
        ("lot/HD:M-1:S1", "no_right"),
        ("lot/org:M-1:L1", "unknown_document"),
    ],
)
def test_another_site_than_ones_own_is_parked_where_somebody_sees_it(plant, chen, on, code):
    answer = send(plant, chen, chen.write("lot.held", on, {"reason": "a crack"}))
    assert told(answer) == [("parked", code)]
    assert case_of(plant, answer).site in ("SZ", "HD")


def test_a_request_without_the_right_is_rejected_and_opens_no_case(plant, chen):
    answer = send(plant, chen, chen.write("lot.scrapped", LOT, {"reason": "old"}, base=2))
    assert told(answer) == [("rejected", "no_right")]
    assert answer.verdicts[0]["case"] is None


def test_rubbish_is_a_case_at_the_devices_own_site(plant, chen):
    answer = send(plant, chen, chen.number(b"rubbish"), chen.write(*HOLD))
    assert told(answer) == [("parked", "entry_malformed"), ("applied", None)]
    case = case_of(plant, answer)
    assert (case.site, case.entries[0].by) == ("SZ", "tablet")


def test_one_entry_taken_twice_by_a_cloned_tablet_is_a_fork_for_a_supervisor(plant, chen):
    clone = replace(chen)
    send(plant, chen, chen.write(*HOLD))
    answer = send(plant, clone, clone.write("lot.held", OTHER_LOT, {"reason": "a dent"}))
    assert told(answer) == [("parked", "fork")]
    assert case_of(plant, answer).code == "fork"
    assert lot(plant, OTHER_LOT)["status"] != "on_hold"


def test_quantities_beyond_all_measure_park_their_entry_and_poison_nothing(plant, chen):
    """Two good numbers whose sum no document can hold: the lot must stay readable."""
    huge = {"quantity": "999999999999.999999", "location": "RECV", "reason": "typed twice"}
    answer = send(
        plant,
        chen,
        chen.write("material.returned", LOT, huge),
        chen.write("lot.held", OTHER_LOT, {"reason": "a dent"}),
    )
    assert told(answer) == [("parked", "handler_failed"), ("applied", None)]
    assert lot(plant)["on_hand"] == "100"
