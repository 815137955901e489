"""Notices: to whom, of what, when not; encrypted for one browser, and harmless when they fail."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select

from server.demo.plant import SHARED_LOT
from server.domain.delivery import LATE
from server.domain.rights import SETUP_SESSION
from server.notices.notifier import Notifier
from server.notices.subscriptions import is_quiet
from server.notices.tables import SubscriptionRow
from server.notices.web_push import Browser, checked, decoded, encrypted, server_key
from server.plant import Plant
from server.setup import perform, perform_now
from sync.compose import Deed
from sync.problem import Problem
from sync.store import table_of
from tests.server.notices.endpoint import PushService, decrypted, push_service
from tests.server.web.plant_in_use import House, copied, house_over

NIGHT, MORNING = "2026-11-25T15:00:00Z", "2026-11-25T23:00:00Z"  # 23:00 and 07:00 at the plant
VISIT, SERVICE = "visit/HD:V-NEW", "procedure/HD:site_service.v3"
REQUISITION = "requisition/SZ:01a20000-0000-7000-8000-0000000000aa"


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as service:
        yield service


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with copied(tmp_path) as plant:
        plant.settings = replace(plant.settings, push_hosts="127.0.0.1")
        with house_over(plant) as house:
            yield house


@contextmanager
def by_hand(plant: Plant) -> Iterator[Notifier]:
    """A notifier that is told of commits by the test alone."""
    notifier = Notifier(plant)
    notifier.start()
    plant.pokes.remove(notifier.hear)
    yield notifier
    plant.pokes.append(notifier.hear)
    notifier.stop()


@pytest.fixture
def notifier(house: House) -> Iterator[Notifier]:
    with by_hand(house.plant) as notifier:
        yield notifier


def subscribe(house: House, login: str, service: PushService, **hours: str) -> Any:
    browser = house.browser(login)
    answer = browser.post("/sync/notices", json=service.subscription | hours)
    assert answer.status_code == 200, answer.text
    return browser


def a_case(plant: Plant, number: int = 1) -> dict[str, int]:
    """A case for who decides at SZ; the scopes that moved."""
    moved: dict[str, int] = {}
    plant.pokes.append(moved.update)
    entry = {"entry": f"e{number}", "kind": "note.added", "on": SHARED_LOT, "by": "wang.fang"}
    body = {"device": "d", "hours": 30, "count": 1, "entries": [entry | {"at": "x"}]}
    perform_now(plant, LATE, f"case/SZ:late-{number}", body)
    plant.pokes.remove(moved.update)
    return moved


def subscriptions(house: House) -> int:
    with house.plant.store.read() as connection:
        count = select(func.count()).select_from(table_of(SubscriptionRow))
        return int(connection.scalar(count) or 0)


def test_encryption_gives_the_bytes_of_the_standard_s_example():
    """RFC 8291, Appendix A."""
    ua = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    own = int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
    browser = Browser("https://push.example", ua, "BTBZMqHH6r4Tts7J_aSIgg")
    message = b"When I grow up, I want to be a watermelon"
    key = ec.derive_private_key(own, ec.SECP256R1())
    body = encrypted(message, browser, key, decoded("DGv6ra1nlYgDCS1FRnbzlw"))
    assert body == decoded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYW"
        "AmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSg"
        "Sxsj_Qulcy4a-fN"
    )
    theirs = int.from_bytes(decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
    reading = ec.derive_private_key(theirs, ec.SECP256R1())
    assert decrypted(body, reading, decoded(browser.auth)) == message


def test_a_plant_goes_by_one_key_in_all_its_processes():
    assert server_key("s").private_numbers() == server_key("s").private_numbers()
    assert server_key("s").private_numbers() != server_key("t").private_numbers()


def test_who_decides_is_told_of_a_case_and_nobody_else(
    house: House, notifier: Notifier, service: PushService
):
    supervisor = subscribe(house, "zhang.wei", service)
    with push_service() as other:
        subscribe(house, "wang.fang", other)
        assert notifier.tell(a_case(house.plant)) == 1
        assert other.got == []
    [message] = service.got
    assert message["title"] == "A new case"
    assert message["url"] == "/cases/SZ:late-1"
    assert service.claims[0]["aud"] == service.url
    assert service.claims[0]["k"] == supervisor.get("/sync/notices").json()["key"]


def test_an_approval_is_told_to_who_may_decide_it_and_not_to_who_asked(
    house: House, notifier: Notifier, service: PushService
):
    subscribe(house, "zhang.wei", service)
    device = house.device("wang.fang")
    moved: queue.Queue[dict[str, int]] = queue.Queue()
    house.plant.pokes.append(moved.put)
    lines = [{"item": "item/SZ:M-1009", "quantity": "2"}]
    entry = device.entry("requisition.raised", REQUISITION, {"lines": lines})
    [verdict] = device.verdicts(entry)
    assert verdict["status"] == "applied", verdict
    notifier.tell(moved.get(timeout=20))  # the hint comes after the answer
    approvals = [one for one in service.got if one["url"].startswith("/approvals/")]
    assert [one["title"] for one in approvals] == ["An approval waits for you"]


def a_deed(house: House, login: str, kind: str, body: dict[str, Any]) -> dict[str, int]:
    """Somebody's deed on the visit; the scopes that moved."""
    plant, moved = house.plant, dict[str, int]()
    plant.pokes.append(moved.update)
    deed = Deed(kind, VISIT, body, login, SETUP_SESSION, plant.local_now())
    perform(plant, [(deed, plant.now())])
    plant.pokes.remove(moved.update)
    return moved


def a_visit(house: House, by: str, *, technician: str) -> dict[str, int]:
    customer = {"name": "客户", "address": "", "contact": "", "phone": ""}
    told = {"procedure": SERVICE, "service": "repair", "customer": customer, "problem": "漏"}
    return a_deed(house, by, "visit.opened", told | {"technician": technician})


def given_to(login: str, *, before: str) -> dict[str, Any]:
    return {"seen": {"technician": before}, "set": {"technician": login}}


def test_a_technician_is_told_of_a_visit_each_time_that_it_becomes_theirs(
    house: House, notifier: Notifier, service: PushService
):
    subscribe(house, "wu.gang", service)
    with push_service() as other:
        subscribe(house, "zhou.min", other)
        notifier.tell(a_visit(house, "zhang.wei", technician="wu.gang"))
        given = given_to("zhou.min", before="wu.gang")
        notifier.tell(a_deed(house, "zhang.wei", "visit.amended", given))
        notifier.tell(a_deed(house, "zhang.wei", "visit.amended", later()))
        back = given_to("wu.gang", before="zhou.min")
        notifier.tell(a_deed(house, "zhang.wei", "visit.amended", back))
        assert [one["title"] for one in other.got] == ["You were given a visit"]
    assert [(one["title"], one["body"]) for one in service.got] == 2 * [
        ("You were given a visit", "V-NEW")
    ]
    assert service.got[0]["url"] == "/visits/HD:V-NEW"


def later() -> dict[str, Any]:
    return {"seen": {"due_on": ""}, "set": {"due_on": "2026-12-01"}}


def test_a_technician_is_told_when_nobody_goes_there_any_more(
    house: House, notifier: Notifier, service: PushService
):
    subscribe(house, "wu.gang", service)
    a_visit(house, "wu.gang", technician="wu.gang")
    notifier.tell(a_deed(house, "zhang.wei", "visit.cancelled", {"reason": "the customer called"}))
    assert [one["title"] for one in service.got] == ["A visit of yours was cancelled"]


def test_nobody_is_told_of_their_own_plans(house: House, notifier: Notifier, service: PushService):
    subscribe(house, "wu.gang", service)
    notifier.tell(a_visit(house, "wu.gang", technician="wu.gang"))
    notifier.tell(a_deed(house, "wu.gang", "visit.cancelled", {"reason": "twice the same"}))
    assert service.got == []


def test_each_thing_is_told_once_also_by_two_processes(
    house: House, notifier: Notifier, service: PushService
):
    subscribe(house, "zhang.wei", service)
    with by_hand(house.plant) as other:
        moved = a_case(house.plant)
        assert [one.tell(moved) for one in (notifier, other, notifier)] == [1, 0, 0]
    assert len(service.got) == 1


def test_in_quiet_hours_nothing_is_sent_and_afterwards_all_of_it_at_once(
    house: House, notifier: Notifier, service: PushService
):
    with time_machine.travel(NIGHT, tick=False):
        subscribe(house, "zhang.wei", service, quiet_from="22:00", quiet_until="06:30")
        notifier.tell(a_case(house.plant, 1))
        notifier.tell(a_case(house.plant, 2))
        assert service.got == []
    with time_machine.travel(MORNING, tick=False):
        notifier.tell({})
        notifier.tell({})
    assert [one["title"] for one in service.got] == ["2 things wait for you"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    house: House, notifier: Notifier, service: PushService, status: int
):
    subscribe(house, "zhang.wei", service)
    service.status = status
    notifier.tell(a_case(house.plant))
    assert subscriptions(house) == 0


def test_a_push_service_in_trouble_harms_nothing(
    house: House, notifier: Notifier, service: PushService
):
    subscribe(house, "zhang.wei", service)
    service.status = 500
    notifier.tell(a_case(house.plant, 1))
    assert subscriptions(house) == 1
    with push_service() as closed:
        pass
    subscribe(house, "li.na", closed)
    service.status = 201
    assert notifier.tell(a_case(house.plant, 2)) == 2
    assert len(service.got) == 2


def test_after_signing_out_or_turning_off_nothing_is_sent(
    house: House, notifier: Notifier, service: PushService
):
    browser = subscribe(house, "zhang.wei", service)
    browser.post("/sign-out")
    assert notifier.tell(a_case(house.plant, 1)) == 0
    browser = subscribe(house, "zhang.wei", service)
    assert browser.get("/sync/notices").json()["subscribed"] is True
    assert browser.ask("DELETE", "/sync/notices").status_code == 204
    assert notifier.tell(a_case(house.plant, 2)) == 0
    assert service.got == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "file:///etc/passwd",
        "https://10.0.0.1/x",
        "",
    ],
)
def test_the_server_writes_to_known_push_services_only(service: PushService, endpoint: str):
    told = service.subscription | {"endpoint": endpoint}
    with pytest.raises(Problem) as raised:
        checked(Browser(**told), ("fcm.googleapis.com",))
    assert raised.value.code == "push_address_wrong"


@pytest.mark.parametrize(("start", "end"), [("22:00", ""), ("25:00", "06:00"), ("x", "y")])
def test_quiet_hours_are_two_times_of_day(house: House, service: PushService, start: str, end: str):
    told = service.subscription | {"quiet_from": start, "quiet_until": end}
    answer = house.browser("zhang.wei").post("/sync/notices", json=told)
    assert (answer.status_code, answer.json()["code"]) == (422, "quiet_hours_wrong")


@pytest.mark.parametrize(
    ("start", "end", "now", "quiet"),
    [
        ("22:00", "06:30", "23:00", True),
        ("22:00", "06:30", "06:29", True),
        ("22:00", "06:30", "06:30", False),
        ("12:00", "13:00", "12:30", True),
        ("12:00", "13:00", "11:59", False),
        ("", "", "03:00", False),
    ],
)
def test_quiet_hours_may_lie_on_both_sides_of_midnight(start: str, end: str, now: str, quiet: bool):
    local = datetime.fromisoformat(f"2026-11-25T{now}:00+08:00")
    assert is_quiet({"quiet_from": start, "quiet_until": end}, local) is quiet
