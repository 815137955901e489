"""Enrolling and pulling over HTTP."""

from typing import Any

import pytest

from server.setup import perform_now
from tests.server.web.plant_in_use import Device, House

LOT = "lot/SZ:M-1001:L2611-02"


@pytest.fixture
def device(house: House) -> Device:
    return house.device("wang.fang")


def test_enrolling_tells_the_device_who_it_is_and_who_is_signed_in(house: House):
    browser = house.browser("wang.fang")
    answer = browser.post("/sync/enrol", json={"name": "平板" * 100}).json()
    told = {"device", "token", "epoch", "session", "me", "lang", "policy", "lost"}
    assert set(answer) == told
    assert answer["me"]["seats"] == ["SZ:operator"]
    assert answer["lang"] == "en"


def test_enrolling_again_with_its_token_keeps_the_device_for_the_next_person(house: House):
    tablet = house.device("wang.fang")
    waiting = tablet.note("recorded before the other signed in")
    tablet.browser.post("/sign-out")
    tablet.browser.sign_in("liu.yang")
    again = tablet.browser.post("/sync/enrol", json={}, headers=tablet.headers).json()
    assert (again["device"], again["token"]) == (tablet.chain.device, tablet.enrolled["token"])
    assert again["session"] != tablet.enrolled["session"]
    assert tablet.verdicts(waiting)[0]["status"] == "applied"
    assert house.body_of(LOT)["timeline"][0]["by"] == "wang.fang"


def test_enrolling_without_a_token_or_with_a_made_up_one_makes_a_new_device(house: House):
    first = house.device("wang.fang")
    for token in ("", "x" * 43):
        headers = {"authorization": f"Bearer {token}"}
        body = {"device": first.enrolled["device"]}
        answer = first.browser.post("/sync/enrol", json=body, headers=headers).json()
        assert answer["device"] != first.enrolled["device"]


def test_a_first_pull_brings_everything_in_pages_and_the_next_only_what_changed(
    house: House, device: Device
):
    cursors: dict[str, int] = {}
    found: dict[str, Any] = {}
    rounds = 0
    while True:
        page = device.pull(cursors=cursors, limit=40).json()
        found |= {one["key"]: one["body"] for one in page["changes"]}
        cursors, rounds = page["cursors"], rounds + 1
        assert len(page["changes"]) <= 40
        if page["complete"]:
            break
    assert rounds > 3
    visible = {key for key in house.documents() if "SZ:" in key or "org:" in key}
    assert set(found) == {key for key in visible if not key.startswith(("visit/", "case/"))}
    assert device.pull(cursors=cursors).json()["changes"] == []
    device.verdicts(device.note("new"))
    (change,) = device.pull(cursors=cursors).json()["changes"]
    assert change["key"] == LOT
    assert change["body"]["timeline"][0]["data"] == {"text": "new"}


def test_a_pull_tells_the_number_of_the_devices_last_entry(device: Device):
    assert device.pull().json()["last_seq"] == 0
    device.verdicts(device.note(), device.note())
    answer = device.pull().json()
    assert answer["last_seq"] == 2
    assert answer["epoch"] == device.enrolled["epoch"]


def test_a_person_who_loses_a_role_loses_its_scope_with_the_next_pull(
    house: House,
):
    device = house.device("zhang.wei")
    cursors = device.pull().json()["cursors"]
    assert {"SZ.cases", "HD.field"} <= set(cursors)
    body: dict[str, object] = {"roles": {"SZ": ["operator"]}}
    perform_now(house.plant, "person.changed", "person/org:zhang.wei", body)
    answer = device.pull(cursors=cursors).json()
    gone = {"SZ.cases", "SZ.field", "HD.base", "HD.cases", "HD.field", "HD.floor"}
    assert set(answer["scopes_dropped"]) == gone
    assert {one["scope"] for one in answer["changes"]} <= {"SZ.base", "SZ.floor", "org.people"}
    assert answer["me"]["seats"] == ["SZ:operator"]


@pytest.mark.parametrize(
    "question",
    [
        {"cursors": {"SZ.floor": 2**70}},
        {"cursors": {"SZ.floor": -(2**70)}},
        {"cursors": {"XX.floor": 5, "\u0000": 1, "": 0}},
        {"cursors": {f"s{number}": number for number in range(5000)}},
        {"limit": 2**70},
        {"limit": -5},
        {"limit": 0},
        {"epoch": "of another database"},
    ],
    ids=lambda one: str(one)[:40],
)
def test_odd_questions_get_an_answer_within_ones_scopes(
    shared_house: House, question: dict[str, Any]
):
    device = shared_house.device("wang.fang")
    answer = device.pull(**question)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert set(answer.json()["cursors"]) == {"SZ.base", "SZ.floor", "org.people"}
        assert len(answer.json()["changes"]) <= 1000
