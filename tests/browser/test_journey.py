"""A working day while the server is dead: scan, record, issue, visit, approve, reconcile.

Real Chromium browsers against a real server process that is killed with SIGKILL.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Playwright, expect, sync_playwright

from server.demo import plant
from tests.browser.device import PHONE, Device
from tests.browser.fake_camera import mjpeg
from tests.browser.real_server import RealServer

FIRST_ARTICLE = {
    "body.answers.seat_bore": "25.480",  # the upper limit is 25.021
    "body.answers.face_to_face": "160.1",
    "body.answers.seat_roughness": "0.4",
    "body.answers.cap_torque": "26",
    "body.verdict": "pass",
}
SELF_CHECK = {
    "body.answers.cap_torque": "26",
    "body.answers.stem": "free",
    "body.answers.surface": "clean",
    "body.verdict": "pass",
}
# Notes when the scanner has read a label, and when the page that followed stood.
WATCH_SCAN = """() => {
  const root = document.querySelector("[data-scan]");
  new MutationObserver(() => {
    if (root.dataset.scanState === "found") window.foundAt ??= performance.now();
  }).observe(root, { attributes: true });
  document.body.addEventListener("htmx:afterSettle", () => {
    window.shownAt ??= performance.now();
  });
}"""
PIN = "271828"
# By the technician, in the order of the visit's steps.
VISIT: list[dict[str, str]] = [
    {"safe": "confirmed", "finding": "Outlet pressure drifts", "inlet_pressure": "0.8",
     "outlet_pressure": "0.42"},
    {"work": "Replace spring and seat", "duration": "2"},
    {"terms": "warranty"},
    {"done": "Spring replaced, set to 0.30 MPa"},
    {"set_pressure": "0.3", "leak": "none"},
    {"accepted_by": "Ms Qian"},
    {"score": "5"},
]  # fmt: skip
TAKEN = "40"  # by each of two, of a lot of 60


def page_of(key: str) -> str:
    """The page's address of a document key."""
    kind, _, rest = key.partition("/")
    return f"/{kind}s/{rest}"


class Day:
    """The four people, their devices, and what they recorded."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self.server = RealServer(folder / "data")
        self.folder = folder
        self.entries: list[str] = []
        make = lambda name, **more: Device(  # noqa: E731
            playwright, self.server, folder / name, **more
        )
        self.operator = make("operator")
        self.storekeeper = make("storekeeper")
        self.technician = make("technician", viewport=PHONE, locale="en-US")
        self.supervisor = make("supervisor", viewport=PHONE)

    @property
    def devices(self) -> list[Device]:
        """All four."""
        return [self.operator, self.storekeeper, self.technician, self.supervisor]

    def did(self, device: Device, kind: str, *, button: str = "button[type=submit]") -> str:
        """Submit a form and remember the entry."""
        entry = device.submit(kind, button=button)
        self.entries.append(entry)
        return entry


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with sync_playwright() as playwright:
        day = Day(playwright, tmp_path)
        try:
            yield day
        finally:
            for device in day.devices:
                if device._context is not None:
                    device.close()
            day.server.kill()


def test_a_working_day_without_the_server_is_right_when_it_is_back(day: Day) -> None:
    begin(day)
    change_behind_the_supervisors_back(day)
    day.server.kill()
    scan_and_record(day)
    refuse_a_mutual_check_by_the_same_person(day)
    raise_and_issue(day)
    visit_a_customer(day)
    decide_on_the_phone(day)
    measure_offline_pages(day)
    close_and_open_everything(day)
    come_back(day)
    resolve(day)
    verify(day)
    assert [problem for device in day.devices for problem in device.problems] == []


def begin(day: Day) -> None:
    """1: each signs in and gets what is theirs; labels are printed."""
    day.server.start()
    logins = ["wang.fang", "chen.jing", "zhou.min", "zhang.wei"]
    for device, login in zip(day.devices, logins, strict=True):
        device.open()
        device.sign_in(login)
    for signer in (day.technician, day.supervisor):
        signer.set_pin(PIN)
    for device, lot in (
        (day.operator, plant.FIRST_ARTICLE_LOT),
        (day.storekeeper, plant.APPROVED_LOTS[0]),
    ):
        label = device.context.request.get(f"{day.server.url}{page_of(lot)}/label.png")
        assert label.headers["content-type"] == "image/png"
        mjpeg(device.film, label.body(), height_px=600)


def change_behind_the_supervisors_back(day: Day) -> None:
    """The requisition changes while the supervisor's phone is out of reach."""
    day.supervisor.context.set_offline(True)
    day.operator.go(page_of(plant.CHANGED_REQUISITION) + "?form=change")
    day.operator.fill({"body.lines.0.quantity": "320", "body.reason": "少算了一箱"})
    day.did(day.operator, "requisition.changed")
    day.operator.wait_until_sent()


def scan_and_record(day: Day) -> None:
    """3: the camera finds the lot, a value out of limits stops it, a self-check passes."""
    operator, page = day.operator, day.operator.page
    operator.go("/scan")
    page.evaluate(WATCH_SCAN)
    page.wait_for_url(re.compile("/lots/"))
    expect(page.locator("h1")).to_have_text(plant.FIRST_ARTICLE_LOT.rpartition(":")[2])
    print(f"decode to lot page {page.evaluate('shownAt - foundAt'):6.0f} ms")
    page.locator(f'#main a[href^="{page_of(plant.FIRST_ARTICLE_JOB)}"]').first.click()
    page.wait_for_url(re.compile("/jobs/"))
    operator.fill(FIRST_ARTICLE)
    day.did(operator, "step.recorded")
    expect(page.locator("[data-done]")).to_have_attribute("data-done-status", "")
    expect(page.locator("[data-done]")).to_contain_text("不合格")
    operator.go(page_of(plant.FIRST_ARTICLE_LOT))
    expect(page.locator(".sign-on_hold")).to_contain_text("待处理")
    expect(page.locator("header .unsent")).to_be_visible()
    operator.go(page_of(plant.SELF_CHECK_JOB))
    operator.fill(SELF_CHECK)
    day.did(operator, "step.recorded")
    assert operator.waiting() == 2


def refuse_a_mutual_check_by_the_same_person(day: Day) -> None:
    """The page offers no form; a form sent all the same is refused with the reason."""
    page = day.operator.page
    day.operator.go(page_of(plant.SELF_CHECK_JOB))
    expect(page.locator("#next")).to_contain_text("互检")
    expect(page.locator("#next .notice-attention")).to_be_visible()
    answer = page.evaluate(
        """async (job) => {
          const form = new FormData();
          form.set("on", job);
          form.set("body.step", "mutual_check");
          form.set("then_error", location.pathname);
          const answer = await fetch("/do/step.recorded", {method: "POST", body: form});
          return [answer.status, await answer.text()];
        }""",
        plant.SELF_CHECK_JOB,
    )
    assert answer[0] == 422
    assert "王芳" in answer[1]
    assert "互检须由另一人完成" in answer[1]
    assert day.operator.state()["waiting"] == 2


def raise_and_issue(day: Day) -> None:
    """4: a requisition is raised; three lots are issued by camera, by wedge and by hand."""
    operator, storekeeper = day.operator, day.storekeeper
    operator.go("/requisitions/new")
    operator.fill({"body.lines.0.item@item": "item/SZ:M-1009", "body.lines.0.quantity": "8"})
    day.did(operator, "requisition.raised")
    storekeeper.go(page_of(plant.APPROVED_REQUISITION))
    field = storekeeper.page.locator('#main [name="on@lot"]')
    storekeeper.page.locator("#main [data-scan-open]").click()
    expect(field).not_to_have_value("")
    issue(day, "2")
    lot = plant.APPROVED_LOTS[1].partition("/")[2]
    storekeeper.page.locator("h1").click()
    storekeeper.page.keyboard.type(lot + "\n", delay=4)
    expect(field).to_have_value(lot)
    issue(day, "3")
    field.press_sequentially(plant.APPROVED_LOTS[2].partition("/")[2], delay=80)
    issue(day, "4")
    expect(storekeeper.page.locator(".lines .row-number b")).to_have_text(["2", "3", "4"])
    for device in (operator, storekeeper):
        device.go(page_of(plant.SHARED_LOT) + "?form=material.issued")
        before = device.page.locator(".stock-total, [data-on-hand]").first.inner_text()
        assert "60" in before
        device.fill({"body.quantity": TAKEN})
        day.did(device, "material.issued")
        expect(device.page.locator(".stock-total, [data-on-hand]").first).to_contain_text("20")


def issue(day: Day, quantity: str) -> None:
    """Issue what is scanned into the requisition's open line."""
    day.storekeeper.fill({"body.quantity": quantity})
    day.did(day.storekeeper, "material.issued")


def visit_a_customer(day: Day) -> None:
    """5: survey with a photo, plan, quote, work with a part, check, signature, evaluation."""
    technician, page = day.technician, day.technician.page
    photo = day.folder / "site.jpg"
    Image.new("RGB", (2400, 1800), "#7a8b99").save(photo)
    technician.go(page_of(plant.OPEN_VISIT))
    answers = "body.answers."
    for number, step in enumerate(VISIT):
        technician.fill({answers + key: value for key, value in step.items()})
        if number == 0:
            page.set_input_files(f'[name="{answers}photo"]', photo)
            expect(page.locator("[data-photo-preview]").first).to_be_visible()
        if "done" in step:
            technician.fill({"body.parts.0.lot@lot": "HD:P-2003:S2611-01",
                             "body.parts.0.quantity": "1"})  # fmt: skip
        if "accepted_by" in step:
            technician.sign()
            technician.press(PIN)  # the technician witnesses it
        verdict = page.locator('#main label:has([name="body.verdict"][value="pass"])')
        if verdict.count():
            verdict.click()
        day.did(technician, "visit.step_recorded")
    expect(page.locator("#next.finished")).to_be_visible()


def decide_on_the_phone(day: Day) -> None:
    """An approval of what the phone still shows as it was."""
    supervisor = day.supervisor
    supervisor.context.set_offline(False)
    supervisor.go(page_of(plant.CHANGED_REQUISITION.replace("requisition/", "approval/")))
    supervisor.press(PIN)
    day.did(supervisor, "approval.decided", button="[value=approved]")


def measure_offline_pages(day: Day) -> None:
    """Pages out of the replica open at once; the figures are printed."""
    paths = ["/", "/lots", page_of(plant.SHARED_LOT), page_of(plant.SELF_CHECK_JOB), "/outbox"]
    for path in paths:
        took = sorted(day.operator.opened_in_ms(path) for _ in range(5))
        print(f"offline {path:<34} median {took[2]:6.0f} ms  slowest {took[4]:6.0f} ms")


def close_and_open_everything(day: Day) -> None:
    """6: reload, close the browsers, start them again: nothing is lost."""
    waiting = []
    for device in day.devices:
        device.page.reload()
        waiting.append(device.state()["waiting"])
        device.close()
    assert waiting == [4, 4, 7, 1]
    for device, count in zip(day.devices, waiting, strict=True):
        device.open()
        device.go("/outbox")
        expect(device.page.locator(".outbox-waiting")).to_have_count(count)
    day.operator.go(page_of(plant.FIRST_ARTICLE_LOT))
    expect(day.operator.page.locator(".sign-on_hold")).to_be_visible()
    day.technician.go(page_of(plant.OPEN_VISIT))
    expect(day.technician.page.locator("#next.finished")).to_be_visible()
    for evidence in day.technician.page.locator("#main img[src^='/blobs/']").all():
        evidence.scroll_into_view_if_needed()
        shown = "img => img.decode().then(() => img.naturalWidth)"
        assert evidence.evaluate(shown) > 0


def come_back(day: Day) -> None:
    """7: the server starts; without a tap everything goes up and comes out right."""
    day.server.start()
    for device in day.devices:
        device.wait_until_sent()
    marks = ",".join("?" * len(day.entries))
    found = day.server.rows(
        f"select entry_id from journal where entry_id in ({marks})", *day.entries
    )
    assert sorted(row[0] for row in found) == sorted(day.entries)
    assert day.server.document(plant.FIRST_ARTICLE_LOT)["status"] == "on_hold"
    shared = day.server.document(plant.SHARED_LOT)
    assert shared["on_hand"] == "-20"
    case = day.server.document(shared["open_case"])
    assert {named["by"] for named in case["entries"]} == {"wang.fang", "chen.jing"}
    cases = day.server.rows("select body from documents where type = 'case'")
    assert sum(plant.SHARED_LOT in body for (body,) in cases) == 1
    visit = day.server.document(plant.OPEN_VISIT)
    assert visit["state"] == "done"
    evidence = [e["sha256"] for s in visit["steps"] for r in s["records"] for e in r["evidence"]]
    assert len(evidence) == 2
    files = [day.server.data / "blobs" / sha256[:2] / sha256 for sha256 in evidence]
    day.technician.wait_for(lambda _: all(file.exists() for file in files))


def resolve(day: Day) -> None:
    """8: approve, look at what went stale, settle the case; all on the phone."""
    supervisor, page = day.supervisor, day.supervisor.page
    supervisor.go("/outbox")
    stale = page.locator(".outbox-bad")
    expect(stale).to_contain_text("160")
    expect(stale).to_contain_text("320")
    supervisor.go(page_of(plant.WAITING_REQUISITION.replace("requisition/", "approval/")))
    supervisor.press(PIN)
    day.did(supervisor, "approval.decided", button="[value=approved]")
    shared = day.server.document(plant.SHARED_LOT)
    supervisor.go(page_of(shared["open_case"]))
    expect(page.locator("#main")).to_contain_text("王芳")
    expect(page.locator("#main")).to_contain_text("陈静")
    supervisor.fill({"body.counted": "3", "body.note": "已盘点"})
    day.did(supervisor, "case.resolved")
    supervisor.wait_until_sent()
    assert day.server.document(plant.WAITING_REQUISITION)["state"] == "approved"
    assert day.server.document(plant.CHANGED_REQUISITION)["state"] == "waiting"
    assert day.server.document(plant.SHARED_LOT)["on_hand"] == "3"


def verify(day: Day) -> None:
    """9: the journal is whole; with one byte changed it is not, and the entry is named."""
    whole = day.server.verify()
    assert whole.returncode == 0, whole.stdout
    day.server.kill()
    copy = day.folder / "copy"
    shutil.copytree(day.server.data, copy)
    victim = day.entries[3]
    connection = sqlite3.connect(copy / "traveler.sqlite3")
    [(raw,)] = connection.execute("select raw from journal where entry_id = ?", (victim,))
    changed = bytes(raw).replace(b'"at":"2', b'"at":"3')
    connection.execute("update journal set raw = ? where entry_id = ?", (changed, victim))
    connection.commit()
    connection.close()
    broken = day.server.verify(copy)
    assert broken.returncode == 1
    assert victim in broken.stdout
