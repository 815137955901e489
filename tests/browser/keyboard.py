"""A person with a keyboard and nothing else: how they get about, and what they must be told.

Wherever the focus stops it is seen, on the screen and not under anything, and the accessibility
tree has a role and a name for it. What must come of the keys is in the tests.
"""

from typing import Any

from playwright.sync_api import Error, expect

from tests.browser.device import PASSWORD, Device

TABS_MAX = 90
KEY_MS = 90
AT = "() => document.activeElement.outerHTML.slice(0, 200)"
HAS_FOCUS = "(selector) => document.activeElement?.matches(selector) ?? false"
# A choice shows it on its label, a photo or a file on its button; after the last one the browser's
# own come. Where a page begins, after one was followed, the new page is all that is seen.
IS_SEEN = """() => {
  const at = document.activeElement;
  if (at === document.body || at.matches("#main, #main h1")) return true;
  const button = at.closest(".photo")?.querySelector(".photo-take")
    ?? at.closest(".photo-take, .file-take");
  const seen = [at, at.nextElementSibling, button].find((one) => {
    if (!one) return false;
    const { opacity, outlineStyle, outlineWidth } = getComputedStyle(one);
    return opacity !== "0" && outlineStyle !== "none" && outlineWidth !== "0px";
  });
  if (!seen) return false;
  const { left, top, width, height } = seen.getBoundingClientRect();
  const hit = document.elementFromPoint(left + width / 2, top + height / 2);
  return hit !== null && (seen.contains(hit) || hit.contains(seen) && hit !== document.body);
}"""
SEEN_WITHIN_MS = 5_000


class Keyboard:
    """The keys of one device."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.page = device.page
        self._session = device.context.new_cdp_session(device.page)

    def sign_in(self, login: str) -> None:
        """By the form, until the device can work alone."""
        self.device.go("/sign-in")
        self.tab_to("[name=login]")
        self.type(login)
        self.press("Tab")
        self.type(PASSWORD)
        self.press("Enter")
        expect(self.page.locator("body")).to_have_attribute("data-login", login)
        self.device.wait_for(lambda state: state["ready"] and state["login"] == login)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """As a person does; faster keys are a hand-held scanner's."""
        self.page.keyboard.type(text, delay=KEY_MS)

    def tab_to(self, selector: str) -> None:
        """Press Tab until this has the focus; wherever it stops it must be seen and be named."""
        for _ in range(TABS_MAX):
            self.press("Tab")
            self.must_be_told()
            if self.page.evaluate(HAS_FOCUS, selector):
                return
        raise AssertionError(f"{TABS_MAX} times Tab do not lead to {selector}")

    def record(self) -> None:
        """Press Enter on what sends; the focus is then on what became of it."""
        self.press("Enter")
        expect(self.page.locator("[data-done]")).to_be_focused()
        self.must_be_told()

    def must_be_told(self) -> None:
        """What has the focus is seen, and a screen reader can say what it is."""
        at = self.page.evaluate(AT)
        try:
            self.page.wait_for_function(IS_SEEN, timeout=SEEN_WITHIN_MS)
        except Error as error:
            raise AssertionError(f"not seen: {at}") from error
        if at.startswith(("<body", "<main")):
            return
        role, name = self.spoken()
        assert role not in ("", "generic", "none"), f"no role: {at}"
        assert name, f"{role} without a name: {at}"

    def spoken(self) -> tuple[str, str]:
        """Role and name of what has the focus, out of the accessibility tree."""
        nodes = self._session.send("Accessibility.getFullAXTree")["nodes"]
        for node in nodes:
            if is_focused(node) and node["role"]["value"] != "RootWebArea":
                return node["role"]["value"], node.get("name", {}).get("value", "")
        return "", ""


def is_focused(node: dict[str, Any]) -> bool:
    """Whether a node of the accessibility tree has the focus."""
    given = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
    return given.get("focused") is True
