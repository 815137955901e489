"""Without a pointer: find, issue, inspect, serve, approve, switch; focus is seen and is named.

Real Chromium, a real server. How somebody works by keys is in keyboard.py.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from server.demo import plant
from tests.browser.device import PASSWORD, Device, Opened
from tests.browser.keyboard import Keyboard
from tests.browser.real_server import RealServer
from tests.browser.test_devices import ASK_TO_SYNC
from tests.browser.test_journey import VISIT, page_of

APPROVAL = page_of(plant.WAITING_REQUISITION).replace("requisition", "approval")
OPERATOR, SUPERVISOR, TECHNICIAN = "wang.fang", "zhang.wei", "zhou.min"
PIN = "271828"
STEP = "form[action='/do/step.recorded']"
VISIT_STEP = "form[action='/do/visit.step_recorded']"
NOTE = "details:has(form[action='/do/note.added'])"

Seated = Callable[[str], Keyboard]


@pytest.fixture
def seated(playwright: Playwright, server: RealServer, tmp_path: Path) -> Iterator[Seated]:
    """Somebody who has signed in by the keyboard alone."""
    devices: list[Device] = []

    def sit_down(login: str) -> Keyboard:
        device = Device(playwright, server, tmp_path / login, locale="en-US")
        devices.append(device)
        device.open()
        keys = Keyboard(device)
        keys.sign_in(login)
        return keys

    yield sit_down
    for device in devices:
        device.close()
        assert not device.problems


def test_a_lot_is_found_and_material_issued_without_a_pointer(server: RealServer, seated: Seated):
    keys = seated(OPERATOR)
    page = keys.page
    keys.device.go("/")
    keys.tab_to("a[href='#main']")
    keys.press("Enter")
    keys.tab_to("#nav a[href='/lots'], .bar-find")
    keys.device.go("/")
    keys.tab_to("#nav a[href='/lots']")
    keys.press("Enter")
    expect(page.locator("#main")).to_have_attribute("data-page", "lots")
    expect(page.locator("#main h1")).to_be_focused()
    keys.must_be_told()
    keys.tab_to("#main input")
    keys.type(server.document(plant.SHARED_LOT)["code"])
    keys.press("Enter")
    expect(page.locator("#main a.tile")).to_have_count(1)
    keys.tab_to("#main a.tile")
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text(server.document(plant.SHARED_LOT)["code"])
    keys.tab_to("details:has(form[action='/do/material.issued']) > summary")
    keys.press("Enter")
    keys.tab_to("form[action='/do/material.issued'] [name='body.quantity']")
    keys.type("1")
    keys.record()
    expect(page.locator("[data-done]")).to_have_attribute("role", "status")


def test_a_page_that_renews_itself_leaves_the_focus_where_it_was(seated: Seated, opened: Opened):
    other = opened("chen.jing", locale="en-US")
    keys = seated(OPERATOR)
    page = keys.page
    keys.device.go(page_of(plant.SHARED_LOT))
    fold = "#main details:has(form[action='/do/note.added']) > summary"
    keys.tab_to(fold)
    page.evaluate("document.querySelector('#main').isOld = true")
    other.go(page_of(plant.SHARED_LOT) + "?form=material.issued")
    other.fill({"body.quantity": "1"})
    other.submit("material.issued")
    other.wait_until_sent()
    page.evaluate(ASK_TO_SYNC)
    page.wait_for_function("() => !document.querySelector('#main').isOld")
    expect(page.locator(fold)).to_be_focused()
    keys.must_be_told()


def test_a_step_of_a_tracking_card_is_recorded_without_a_pointer(seated: Seated):
    keys = seated(OPERATOR)
    page = keys.page
    keys.device.go("/jobs")
    keys.tab_to(f"#main a[href='{page_of(plant.SELF_CHECK_JOB)}']")
    keys.press("Enter")
    expect(page.locator("#next-title")).to_be_visible()
    keys.tab_to(f"{STEP} [name='body.answers.cap_torque']")
    keys.type("26")
    for name in ("stem", "surface"):
        keys.tab_to(f"{STEP} [name='body.answers.{name}']")
        keys.press("Space")
    keys.tab_to(f"{STEP} [name='body.verdict']")
    keys.press("Space")
    keys.press("ArrowRight")
    keys.must_be_told()
    keys.press("ArrowLeft")
    expect(page.locator(f"{STEP} [value=pass]")).to_be_checked()
    keys.tab_to(f"{STEP} button.primary")
    keys.record()


def test_a_visit_is_recorded_and_accepted_without_a_pointer(seated: Seated):
    keys = seated(TECHNICIAN)
    page, device = keys.page, keys.device
    device.go("/visits")
    keys.tab_to(f"#main a[href='{page_of(plant.OPEN_VISIT)}']")
    keys.press("Enter")
    expect(page.locator("#next-title")).to_be_visible()
    keys.tab_to(f"{VISIT_STEP} [name='body.answers.safe']")
    keys.press("Space")
    answers = {"finding": "Gauge stuck", "inlet_pressure": "0.8", "outlet_pressure": "0.3"}
    for name, value in answers.items():
        keys.tab_to(f"{VISIT_STEP} [name='body.answers.{name}']")
        keys.type(value)
    keys.tab_to(f"{VISIT_STEP} button.primary")
    keys.record()
    keys.press("Escape")
    expect(page.locator("[data-done]")).to_have_count(0)
    expect(page.locator("#main h1")).to_be_focused()
    acceptance = next(n for n, step in enumerate(VISIT) if "accepted_by" in step)
    for step in VISIT[1:acceptance]:  # by a finger, which others test
        device.fill({f"body.answers.{key}": value for key, value in step.items()})
        verdict = page.locator('#main label:has([name="body.verdict"][value="pass"])')
        if verdict.count():
            verdict.click()
        device.submit("visit.step_recorded")
    keys.tab_to(f"{VISIT_STEP} [name='body.answers.accepted_by']")
    keys.type("Ms Qian")
    keys.tab_to(f"{VISIT_STEP} .signature summary")
    keys.press("Enter")
    keys.tab_to("[data-signature-name]")
    keys.type("Ms Qian")
    keys.press("Enter")
    expect(page.locator(".signature [role=status]")).to_contain_text("stands as the signature")
    keys.tab_to(f"{VISIT_STEP} [name='body.verdict']")
    keys.press("Space")
    keys.tab_to(f"{VISIT_STEP} [name='sign.secret']")
    keys.type(PASSWORD)
    keys.tab_to(f"{VISIT_STEP} button.primary")
    keys.record()
    expect(page.locator("img.evidence-signature").first).to_be_visible()


def test_escape_closes_what_was_opened_and_goes_back_to_where_it_was(seated: Seated):
    keys = seated(TECHNICIAN)
    page = keys.page
    keys.device.go(page_of(plant.OPEN_VISIT))
    keys.tab_to(f"{NOTE} > summary")
    keys.press("Enter")
    keys.tab_to(f"{NOTE} textarea")
    keys.press("Escape")
    expect(page.locator(NOTE)).not_to_have_attribute("open", "")
    expect(page.locator(f"{NOTE} > summary")).to_be_focused()
    keys.must_be_told()
    keys.device.go(page_of(plant.OPEN_VISIT))
    keys.tab_to("#main a[href$='?form=amend']")
    keys.press("Enter")
    expect(page.locator("form[action='/do/visit.amended']")).to_be_visible()
    keys.tab_to("form[action='/do/visit.amended'] input:not([type=hidden])")
    keys.press("Escape")
    expect(page.locator("form[action='/do/visit.amended']")).to_have_count(0)
    expect(page.locator("#main h1")).to_be_focused()


def test_persons_are_switched_without_a_pointer(seated: Seated):
    keys = seated(OPERATOR)
    page, device = keys.page, keys.device
    device.set_pin(PIN)
    device.sign_in(SUPERVISOR)
    device.set_pin(PIN)
    device.go("/")
    keys.tab_to(".bar-lock button")
    keys.press("Enter")
    expect(page.locator(f"[data-person='{OPERATOR}']")).to_be_visible()
    keys.tab_to(f"[data-person='{OPERATOR}']")
    keys.press("Enter")
    expect(page.locator("[data-pin]")).to_be_focused()
    keys.must_be_told()
    keys.press("Escape")
    expect(page.locator(f"[data-person='{SUPERVISOR}']")).to_be_visible()
    keys.tab_to(f"[data-person='{OPERATOR}']")
    keys.press("Enter")
    expect(page.locator("[data-pin]")).to_be_focused()
    keys.type(PIN)
    expect(page.locator("body")).to_have_attribute("data-login", OPERATOR)
    keys.tab_to("#nav a[href='/lots']")


def test_an_approval_is_signed_and_given_without_a_pointer(seated: Seated):
    keys = seated(SUPERVISOR)
    page = keys.page
    keys.device.go(APPROVAL)
    form = "form[action='/do/approval.decided']"
    keys.tab_to(f"{form} [name='sign.secret']")
    keys.type("not this one")
    keys.tab_to(f"{form} [value=approved]")
    keys.press("Enter")
    expect(page.locator("[data-problems]")).to_be_focused()
    keys.tab_to(f"{form} [name='sign.secret']")
    keys.press("Control+A")
    keys.type(PASSWORD)
    keys.tab_to(f"{form} [value=approved]")
    keys.record()
