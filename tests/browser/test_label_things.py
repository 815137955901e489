"""Labels of all that is no lot, on a tablet whose server is gone: seen while they are written,
printed, replaced, scanned; and the same to the dot as the server's.
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from labels.draw import drawings
from server.demo import plant
from server.printing.drawn import Subject, Told, thing_label
from tests.browser.device import Device, Opened
from tests.browser.real_server import RealServer
from tests.browser.test_labels import DPI, assert_same
from tests.browser.test_printing import MEDIA_BOX, POINTS_PER_MM, PRINT

LOGIN = "zhang.wei"
GAUGE = "SZ:~equipment:G-0042"
ANEW = {"calibrated_on": "2027-10-20", "due_on": "2028-10-20"}


@pytest.fixture
def tablet(opened: Opened) -> Device:
    return opened(LOGIN)


def last(server: RealServer, labels: str) -> dict[str, Any]:
    found: dict[str, Any] = server.document(f"label/{labels}")["prints"][0]
    return found


def test_a_gauge_that_was_calibrated_again_gets_its_label_without_a_server(
    server: RealServer, tablet: Device
):
    old = last(server, GAUGE)
    page = tablet.page
    tablet.go(f"/labels/{GAUGE}")
    server.kill()
    preview = page.locator("[data-preview] img")
    before = preview.get_attribute("src")
    tablet.fill({f"body.facts.{name}": value for name, value in ANEW.items()})
    page.wait_for_function(
        "(before) => document.querySelector('[data-preview] img').src.endsWith(before) === false"
        " && document.querySelector('[data-preview] img').complete",
        arg=before,
    )
    assert "2028-10-20" in (preview.get_attribute("src") or "")
    page.locator(f"{PRINT} label.choice:has([value='true'])").click()
    page.click(f"{PRINT} button[type=submit]")
    page.wait_for_url("**/printout?*")
    expect(page.locator("[data-printout] img")).to_have_count(1)
    page.evaluate("window.print = () => document.body.setAttribute('data-printed', '')")
    page.click("[data-print]")
    expect(page.locator("body")).to_have_attribute("data-printed", "")
    [(width, height)] = MEDIA_BOX.findall(page.pdf(prefer_css_page_size=True))
    assert [round(float(one) / POINTS_PER_MM) for one in (width, height)] == [60, 35]
    tablet.go(
        f"/scan?code=https%3A%2F%2Fx.example%2Fequipment%2FSZ%253AG-0042%3Fp%3D{old['code']}-1"
    )
    expect(page.locator(".label-said")).to_contain_text("已被")
    expect(page.locator("main")).to_contain_text("2028-10-20")
    server.start()
    tablet.wait_until_sent()
    assert last(server, GAUGE)["facts"]["due_on"] == "2028-10-20"


def test_without_a_server_each_thing_gets_the_same_label(server: RealServer, tablet: Device):
    card = f"SZ:~job:{plant.SELF_CHECK_JOB.partition(':')[2]}"
    facts = last(server, "SZ:~location:A-02-05")["facts"]
    badge = last(server, "SZ:~person:wang.fang")
    number = f"{badge['code']}-1"
    job = server.document(plant.SELF_CHECK_JOB)
    person = server.document("person/org:wang.fang")
    place = last(server, "SZ:~location:A-02-05")["code"] + "-1"
    meant = {
        f"/labels/{card}/label.png?layout=card-a5": ("card-a5", plant.SELF_CHECK_JOB, job, Told()),
        f"/labels/SZ:~person:wang.fang/label.png?p={number}": (
            "badge", "person/org:wang.fang", person, Told(badge["facts"], number),
        ),
        f"/labels/SZ:~location:A-02-05/label.png?p={place}": (
            "location", "location/SZ:A-02-05", None, Told(facts, place),
        ),
    }  # fmt: skip
    tablet.go("/labels")
    server.kill()
    for path, (layout, thing, doc, told) in meant.items():
        of = Subject(thing, "SZ", doc, server.url)
        assert_same(tablet, path, drawings(thing_label(layout, of, told), dpi=DPI)[0])


def test_a_code_that_is_typed_leads_to_its_first_label(server: RealServer, tablet: Device):
    server.kill()
    page = tablet.page
    tablet.go("/labels?of=asset")
    page.fill("[name=code]", "PRV-9")
    page.click(".label-new button[type=submit]")
    page.click("a.primary")
    expect(page.locator("[data-preview] img")).to_be_hidden()
    tablet.fill({"body.facts.item_code": "PRV-25B", "body.facts.serial": "PRV-9"})
    expect(page.locator("[data-preview] img")).to_be_visible()
