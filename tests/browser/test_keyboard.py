"""Without a pointer: sign in, find the lot, issue material, approve; focus is seen and never lost.

Real Chromium, a real server. The names and roles that a screen reader is given are axe's.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from server.demo import plant
from tests.browser.device import PASSWORD, Device
from tests.browser.real_server import RealServer
from tests.browser.test_journey import page_of

TABS_MAX = 90
KEY_MS = 90
APPROVAL = page_of(plant.WAITING_REQUISITION).replace("requisition", "approval")
AT = "() => document.activeElement.outerHTML.slice(0, 200)"
HAS_FOCUS = "(selector) => document.activeElement?.matches(selector) ?? false"
# A choice shows it on its label, a photo on its button; after the last one the browser's own come.
IS_SEEN = """() => {
  const at = document.activeElement;
  if (at === document.body) return true;
  const photo = at.closest(".photo")?.querySelector(".photo-take");
  return [at, at.nextElementSibling, photo].some((one) => {
    if (!one) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== "none" && outlineWidth !== "0px";
  });
}"""

Seated = Callable[[str], Device]


@pytest.fixture
def seated(playwright: Playwright, server: RealServer, tmp_path: Path) -> Iterator[Seated]:
    """Somebody who has signed in by the keyboard alone."""
    devices: list[Device] = []

    def sit_down(login: str) -> Device:
        device = Device(playwright, server, tmp_path / login, locale="en-US")
        devices.append(device)
        device.open()
        device.go("/sign-in")
        tab_to(device, "[name=login]")
        type_in(device, login)
        device.page.keyboard.press("Tab")
        type_in(device, PASSWORD)
        device.page.keyboard.press("Enter")
        expect(device.page.locator("body")).to_have_attribute("data-login", login)
        device.wait_for(lambda state: state["ready"] and state["login"] == login)
        return device

    yield sit_down
    for device in devices:
        device.close()
        assert not device.problems


def type_in(device: Device, text: str) -> None:
    """As a person does; faster keys are a hand-held scanner's."""
    device.page.keyboard.type(text, delay=KEY_MS)


def tab_to(device: Device, selector: str) -> None:
    """Press Tab until this has the focus; wherever it stops on the way it must be seen."""
    for _ in range(TABS_MAX):
        device.page.keyboard.press("Tab")
        assert device.page.evaluate(IS_SEEN), device.page.evaluate(AT)
        if device.page.evaluate(HAS_FOCUS, selector):
            return
    raise AssertionError(f"{TABS_MAX} times Tab do not lead to {selector}")


def test_a_lot_is_found_and_material_issued_without_a_pointer(server: RealServer, seated: Seated):
    device = seated("wang.fang")
    keyboard, page = device.page.keyboard, device.page
    device.go("/")
    tab_to(device, "a[href='#main']")
    keyboard.press("Enter")
    tab_to(device, "#nav a[href='/lots'], .bar-find")
    device.go("/")
    tab_to(device, "#nav a[href='/lots']")
    keyboard.press("Enter")
    expect(page.locator("#main")).to_have_attribute("data-page", "lots")
    expect(page.locator("#main")).to_be_focused()
    tab_to(device, "#main input")
    type_in(device, server.document(plant.SHARED_LOT)["code"])
    keyboard.press("Enter")
    expect(page.locator("#main a.tile")).to_have_count(1)
    tab_to(device, "#main a.tile")
    keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(server.document(plant.SHARED_LOT)["code"])
    tab_to(device, "details:has(form[action='/do/material.issued']) > summary")
    keyboard.press("Enter")
    tab_to(device, "form[action='/do/material.issued'] [name='body.quantity']")
    type_in(device, "1")
    keyboard.press("Enter")
    expect(page.locator("[data-done]")).to_be_focused()
    expect(page.locator("[data-done]")).to_have_attribute("role", "status")


def test_an_approval_is_signed_and_given_without_a_pointer(seated: Seated):
    device = seated("zhang.wei")
    keyboard, page = device.page.keyboard, device.page
    device.go(APPROVAL)
    form = "form[action='/do/approval.decided']"
    tab_to(device, f"{form} [name='sign.secret']")
    type_in(device, "not this one")
    tab_to(device, f"{form} [value=approved]")
    keyboard.press("Enter")
    expect(page.locator("[data-problems]")).to_be_focused()
    tab_to(device, f"{form} [name='sign.secret']")
    keyboard.press("Control+A")
    type_in(device, PASSWORD)
    tab_to(device, f"{form} [value=approved]")
    keyboard.press("Enter")
    expect(page.locator("[data-done]")).to_be_focused()
