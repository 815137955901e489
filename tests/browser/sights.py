"""Everything that there is to look at: each page as each person sees it, with its forms unfolded.

A sight is a name and what brings a device there. Who looks (axe, the camera) is elsewhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from playwright.sync_api import expect

from server.demo import plant
from server.domain.model import DOCUMENTS
from server.pages.table import PAGES
from tests.browser.device import Device
from tests.browser.real_server import RealServer
from tests.browser.test_scanner import LINK

# One of each role of the demo plant; zhang.wei sees both sites.
PEOPLE = (
    *("zhang.wei", "wang.fang", "liu.yang", "chen.jing", "li.na"),
    *("sun.hao", "zhou.min", "he.yan", "admin"),
)
SUPERVISOR, OPERATOR = "zhang.wei", "wang.fang"
PIN, WRONG_PIN = "271828", "998877"
PLACE = "A-01-02"
# Of pages that are made from the id itself.
IDS = {
    "location": "SZ:A-02-04",
    "person": "chen.jing",
    "customer": "常熟东湾污水处理厂",
    "label": plant.SHARED_LOT.partition("/")[2],
}
NOBODYS = "SZ:E-0107"
# All folds of a page are open at once; the page itself would close one for another.
UNFOLD = """() => {
  addEventListener("toggle", (event) => event.stopImmediatePropagation(), { capture: true });
  for (const one of document.querySelectorAll("#main details")) one.open = true;
}"""
# Every notice that a page may ever show.
NOTICES = """() => {
  for (const one of document.querySelectorAll(".notices [hidden]")) one.hidden = false;
  for (const one of document.querySelectorAll(".notices [data-text]"))
    if (one.dataset.text && !one.textContent.trim()) one.textContent = one.dataset.text;
}"""
FORMS_HERE = """() => [...new Set([...document.querySelectorAll("#main a[href]")]
  .map(({ href }) => new URL(href))
  .filter(({ pathname, search }) => pathname === location.pathname && search !== "")
  .map(({ search }) => search))]"""
FORMS_MAX = 4


@dataclass(frozen=True)
class Sight:
    """`name` is good for a file."""

    name: str
    go: Callable[[], None]


def page_of(key: str) -> str:
    """The address of a document's page."""
    kind, _, rest = key.partition("/")
    return f"/{kind}s/{rest}"


def addresses(server: RealServer) -> list[tuple[str, str]]:
    """One of each page, with its name: that of a document with the most in it."""
    found = []
    for page in PAGES:
        if "{id}" not in page["path"]:
            found.append((page["name"], page["path"]))
            continue
        if "doc" not in page:
            own = IDS.get(page["name"], NOBODYS)
            found.append((page["name"], page["path"].replace("{id}", own)))
            continue
        kind = page["name"] if page["name"] in DOCUMENTS else page["doc"].partition("/")[0]
        sql = "select key from documents where type = ? order by length(body) desc limit 1"
        rows = server.rows(sql, kind)
        found += [(page["name"], page["path"].replace("{id}", rest(key))) for (key,) in rows]
    return found


def rest(key: str) -> str:
    return key.partition("/")[2]


def pages(device: Device) -> Iterator[Sight]:
    """What the person who is signed in can open, and the forms to which those pages lead."""
    for name, address in (*addresses(device.server), *known_well(device.server)):
        yield Sight(name, partial(unfolded, device, address))
        forms = device.page.evaluate(FORMS_HERE) if "?" not in address else []
        for number, search in enumerate(forms[:FORMS_MAX]):
            yield Sight(f"{name}-form-{number}", partial(unfolded, device, address + search))


def known_well(server: RealServer) -> list[tuple[str, str]]:
    """Documents in states that the largest of their kind is not in, and answers to a query."""
    received_on = server.document(plant.SHARED_LOT)["received_on"]
    return [
        ("job-open", page_of(plant.SELF_CHECK_JOB)),
        ("job-first-article", page_of(plant.FIRST_ARTICLE_JOB)),
        ("lot-shared", page_of(plant.SHARED_LOT)),
        ("requisition-approved", page_of(plant.APPROVED_REQUISITION)),
        ("requisition-close", page_of(plant.APPROVED_REQUISITION) + "?form=close"),
        ("requisition-withdraw", page_of(plant.WAITING_REQUISITION) + "?form=close"),
        ("visit-open", page_of(plant.OPEN_VISIT)),
        ("visit-amend", page_of(plant.OPEN_VISIT) + "?form=amend"),
        ("visit-cancel", page_of(plant.OPEN_VISIT) + "?form=cancel"),
        ("approval-waiting", page_of(plant.WAITING_REQUISITION).replace("requisition", "approval")),
        ("find-found", "/find?q=1001"),
        ("find-nothing", "/find?q=zzzz"),
        ("scan-foreign", "/scan?code=" + quote("https://elsewhere.example/x")),
        ("scan-unknown", f"/scan?code={quote(LINK)}"),
        ("count-place", f"/stock/count?place={PLACE}"),
        ("count-lot", f"/stock/count?place={PLACE}&code=L2611-02"),
        ("issue-lot", "/stock/issue?code=L2611-02"),
        ("receipt-lots", f"/receipts?of=SZ:{received_on}"),
        ("lots-filtered", "/lots?status=on_hold"),
        ("gauge-overdue", "/equipment/SZ:G-0017"),
        ("labels-equipment", "/labels?of=equipment&code=G-0099"),
        ("labels-person", "/labels?of=person"),
        ("label-location", "/labels/SZ:~location:A-02-05"),
        ("label-new", "/labels/SZ:~location:Z-01"),
        ("label-gauge", "/labels/SZ:~equipment:G-0042"),
        ("label-asset", "/labels/HD:~asset:PRV-25B-02655"),
        ("label-badge", "/labels/SZ:~person:wang.fang"),
        ("label-card", "/labels/SZ:~job:" + plant.SELF_CHECK_JOB.partition(":")[2]),
    ]


def unfolded(device: Device, address: str) -> None:
    """Open a page, and everything on it that folds."""
    device.go(address)
    device.page.evaluate(UNFOLD)


def shut_out(device: Device) -> Iterator[Sight]:
    """Before anybody is signed in."""
    page = device.page
    yield Sight("sign-in", lambda: device.go("/sign-in"))

    def refused() -> None:
        device.go("/sign-in")
        # Of nobody who signs in here later: after some wrong ones a person has to wait.
        page.fill("[name=login]", "nobody")
        page.fill("[name=password]", "not this one")
        page.click("main button[type=submit]")
        expect(page.locator("[data-problems]")).to_be_visible()

    yield Sight("sign-in-refused", refused)


def at_work(device: Device, server: RealServer) -> Iterator[Sight]:
    """States that a page gets into by work: noted, refused, waiting, without a server, shared.

    The device is at the end the supervisor's, with two PINs; the server runs.
    """
    yield from shared(device)
    page = device.page

    def every_notice() -> None:
        device.go("/lots")
        page.evaluate(NOTICES)

    yield Sight("notices", every_notice)
    server.kill()
    yield Sight("done-waiting", lambda: note(device))
    yield Sight("outbox-waiting", lambda: unfolded(device, "/outbox"))
    yield Sight("offline", lambda: device.go("/nowhere"))
    yield Sight("more-offline", lambda: device.go("/more"))
    yield Sight("device-offline", lambda: device.go("/device"))
    yield Sight("refused-form", lambda: refused_form(device))
    server.start()
    device.wait_until_sent()
    yield Sight("done-sent", lambda: note(device))
    off = partial(ended, device, plant.OPEN_VISIT, "cancel", "visit.cancelled")
    yield Sight("visit-cancelled", off)
    close = partial(ended, device, plant.APPROVED_REQUISITION, "close", "requisition.closed")
    yield Sight("requisition-closed", close)


def shared(device: Device) -> Iterator[Sight]:
    """A tablet of two people: set a PIN, who works now, the PIN, a wrong one, and signing by it."""
    page = device.page
    for login in (OPERATOR, SUPERVISOR):
        device.sign_in(login)
        device.set_pin(PIN)
    yield Sight("pin-set", lambda: page.mouse.move(0, 0))
    approval = page_of(plant.WAITING_REQUISITION).replace("requisition", "approval")
    yield Sight("approval-sign", lambda: unfolded(device, approval))
    yield Sight("switch", lambda: lock(device))
    yield Sight("switch-pin", lambda: device.go(f"/switch?who={SUPERVISOR}"))

    def wrong() -> None:
        device.press(WRONG_PIN)
        expect(page.locator("[data-problems]")).to_be_visible()

    yield Sight("switch-wrong", wrong)
    yield Sight("switch-nobody", lambda: device.go("/switch?who=zhou.min"))
    device.go(f"/switch?who={SUPERVISOR}")
    device.press(PIN)
    expect(page.locator("body")).to_have_attribute("data-login", SUPERVISOR)


def lock(device: Device) -> None:
    device.page.locator(".bar-lock button").click()
    expect(device.page.locator("[data-person]").first).to_be_visible()


def note(device: Device) -> None:
    device.go(page_of(plant.SHARED_LOT))
    device.page.locator("details:has(form[action='/do/note.added']) summary").click()
    device.fill({"body.text": "夹具松动，已告知班长"})
    device.submit("note.added")


def ended(device: Device, key: str, form: str, kind: str) -> None:
    device.go(f"{page_of(key)}?form={form}")
    device.fill({"body.reason": "客户改期"})
    device.submit(kind)


def refused_form(device: Device) -> None:
    """Signed with a wrong PIN: the form comes back with what is wrong."""
    device.go(page_of(plant.WAITING_REQUISITION).replace("requisition", "approval"))
    device.press(WRONG_PIN)
    device.page.locator("form[action='/do/approval.decided'] [value=approved]").click()
    expect(device.page.locator("[data-problems]")).to_be_visible()
