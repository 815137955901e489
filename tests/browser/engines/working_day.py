"""A working day on one shared tablet while the server is dead, in Firefox and in WebKitGTK.

Four people in turn, each by PIN: what test_journey does with four devices of Chromium.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from server.demo import plant
from tests.browser.drivers.hand import Hand
from tests.browser.engines.conftest import Opened
from tests.browser.real_server import RealServer
from tests.browser.sights import page_of
from tests.browser.test_journey import FIRST_ARTICLE, SELF_CHECK, TAKEN, VISIT

OPERATOR, KEEPER, TECHNICIAN, SUPERVISOR = "wang.fang", "chen.jing", "zhou.min", "zhang.wei"
PINS = {OPERATOR: "314159", KEEPER: "161803", TECHNICIAN: "141421", SUPERVISOR: "271828"}
WRONG_PIN = "998877"
APPROVAL = plant.WAITING_REQUISITION.replace("requisition/", "approval/")
PAGES = ("/", "/jobs", "/lots", "/items", "/requisitions", "/orders", "/procedures", "/labels",
         "/prints", "/device", "/outbox", "/pin", "/more", "/scan", "/find", "/stock/count",
         "/stock/issue")  # fmt: skip
ANSWERS = "body.answers."
EVIDENCE_SHOWN = """return Promise.all([...document.querySelectorAll("#main img[src^='/blobs/']")]
  .map((img) => { img.loading = "eager"; return img.decode().then(() => img.naturalWidth > 0); }))
  .then((shown) => shown.length > 0 && shown.every(Boolean))"""

Told = Callable[[str], None]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    """A plant for each engine: what one recorded, the other can't record again."""
    own = RealServer(tmp_path / "plant")
    own.start()
    yield own
    own.kill()


def test_a_working_day_on_one_tablet_without_the_server(
    opened: Opened, server: RealServer, told: Told, tmp_path: Path
):
    hand = opened()
    everybody_sets_a_pin(hand)
    told("four people signed in, each set a PIN")
    server.kill()
    for path in PAGES:
        hand.go(path)
        hand.see("#main h1, #main .unseen")
    told(f"{len(PAGES)} pages opened with the server dead")
    recorded = operator(hand, told)
    recorded += keeper(hand, told)
    recorded += technician(hand, told, tmp_path / "site.jpg")
    recorded += supervisor(hand, told)
    hand.run("location.reload()")
    hand.wait_for(waiting=len(recorded))
    server.start()
    hand.wait_for(waiting=0)
    assert_arrived(server, recorded, hand)
    told(f"{len(recorded)} records sent by themselves, each in the journal once; verified")


def everybody_sets_a_pin(hand: Hand) -> None:
    """Each signs in once with the password; who was there before locks the tablet."""
    for number, (login, pin) in enumerate(PINS.items()):
        if number:
            hand.tap(".bar-lock button")
            hand.tap("main a[href^='/sign-in']")
            hand.give_password(login)
        else:
            hand.sign_in(login)
        hand.set_pin(pin)


def operator(hand: Hand, told: Told) -> list[str]:
    """A scan leads to the lot, a value out of limits holds it, a check passes, material asked."""
    hand.switch(OPERATOR, PINS[OPERATOR])
    lot = plant.FIRST_ARTICLE_LOT
    hand.scan(lot.partition("/")[2], "h1", lot.rpartition(":")[2])
    told("a hand-held scanner's keys led to the lot")
    hand.tap(f'#main a[href^="{page_of(plant.FIRST_ARTICLE_JOB)}"]')
    hand.see("#main form[action='/do/step.recorded']")
    hand.fill(FIRST_ARTICLE)
    recorded = [hand.submit("step.recorded")]
    hand.go(page_of(plant.FIRST_ARTICLE_LOT))
    hand.see(".sign-on_hold", "待处理")
    hand.go(page_of(plant.SELF_CHECK_JOB))
    hand.fill(SELF_CHECK)
    recorded.append(hand.submit("step.recorded"))
    hand.see("#next .notice-attention")
    told("first article out of limits holds the lot, self-check recorded, mutual check not offered")
    hand.go("/requisitions/new")
    hand.fill({"body.lines.0.item@item": "item/SZ:M-1009", "body.lines.0.quantity": "8"})
    recorded.append(hand.submit("requisition.raised"))
    told("requisition raised")
    return recorded


def keeper(hand: Hand, told: Told) -> list[str]:
    """Issued by a scan into the line, by hand, and of a lot that others take from too."""
    hand.switch(KEEPER, PINS[KEEPER])
    hand.go("/outbox")
    hand.see("#main", "其他人的 3 条记录")
    told("the next person sees how much of others waits, and nothing of it")
    hand.go(page_of(plant.APPROVED_REQUISITION))
    lot = plant.APPROVED_LOTS[1].partition("/")[2]
    hand.scan(lot, '#main [name="on@lot"]', lot)
    hand.fill({"body.quantity": "3"})
    recorded = [hand.submit("material.issued")]
    hand.go(page_of(plant.SHARED_LOT) + "?form=material.issued")
    hand.fill({"body.quantity": TAKEN})
    recorded.append(hand.submit("material.issued"))
    hand.see(".stock-total, [data-on-hand]", "20")
    told("material issued by scan and by hand; what is left shows at once")
    return recorded


def technician(hand: Hand, told: Told, photo: Path) -> list[str]:
    """The whole visit: photo, part, drawn signature of the customer, PIN of the technician."""
    hand.switch(TECHNICIAN, PINS[TECHNICIAN])
    Image.new("RGB", (2400, 1800), "#7a8b99").save(photo)
    hand.go(page_of(plant.OPEN_VISIT))
    recorded = []
    for number, step in enumerate(VISIT):
        hand.fill({ANSWERS + key: value for key, value in step.items()})
        if number == 0:
            hand.engine.upload(f'[name="{ANSWERS}photo"]', str(photo))
            hand.see("[data-photo-preview]")
        if "done" in step:
            hand.fill({"body.parts.0.lot@lot": "HD:P-2003:S2611-01", "body.parts.0.quantity": "1"})
        if "accepted_by" in step:
            hand.sign()
            hand.press(PINS[TECHNICIAN])
        if hand.run("return document.querySelector('#main [name=\"body.verdict\"]') !== null"):
            hand.fill({"body.verdict": "pass"})
        recorded.append(hand.submit("visit.step_recorded"))
    hand.see("#next.finished")
    hand.wait(EVIDENCE_SHOWN)
    told(
        "visit done: photo scaled, part used, signature drawn, witnessed by PIN; both shown offline"
    )
    return recorded


def supervisor(hand: Hand, told: Told) -> list[str]:
    """A wrong PIN signs nothing; the right one approves."""
    hand.switch(SUPERVISOR, PINS[SUPERVISOR])
    hand.go(page_of(APPROVAL))
    hand.see(".sign-says", "张伟")
    hand.press(WRONG_PIN)
    hand.tap("form[action='/do/approval.decided'] [value=approved]")
    hand.see("[data-problems]", "还可以试 4 次")
    hand.press(PINS[SUPERVISOR])
    recorded = [hand.submit("approval.decided", button="[value=approved]")]
    hand.see(".decided .signed", "批准")
    hand.go("/outbox")
    hand.see(".outbox-waiting")
    told("a wrong PIN was refused, the approval signed with the right one, seen in the outbox")
    return recorded


def assert_arrived(server: RealServer, recorded: list[str], hand: Hand) -> None:
    marks = ",".join("?" * len(recorded))
    sql = f"select entry_id, actor, status from journal where entry_id in ({marks})"
    rows = server.rows(sql, *recorded)
    assert sorted(entry for entry, _, _ in rows) == sorted(recorded)
    assert {actor for _, actor, _ in rows} == set(PINS)
    assert {status for _, _, status in rows} <= {"applied", "merged"}
    assert server.document(plant.FIRST_ARTICLE_LOT)["status"] == "on_hold"
    decision = server.document(APPROVAL)["decision"]
    assert (decision["signature"]["name"], decision["signature"]["meaning"]) == ("张伟", "approved")
    visit = server.document(plant.OPEN_VISIT)
    assert visit["state"] == "done"
    evidence = [e["sha256"] for s in visit["steps"] for r in s["records"] for e in r["evidence"]]
    assert len(evidence) == 2, json.dumps(visit["steps"])
    files = [server.data / "blobs" / sha256[:2] / sha256 for sha256 in evidence]
    hand.wait_for(photos=0)
    formats = [(picture.format, max(picture.size)) for picture in map(Image.open, files)]
    assert formats == [("JPEG", 1600), ("PNG", formats[1][1])]
    whole = server.verify()
    assert whole.returncode == 0, whole.stdout
