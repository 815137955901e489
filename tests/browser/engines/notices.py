"""Notices in Firefox, through a push service on this machine; and what WebKitGTK says instead."""

import subprocess
from collections.abc import Callable, Iterator

import pytest

from server.demo import plant
from tests.browser.drivers.hand import Hand
from tests.browser.engines.conftest import Opened, only
from tests.browser.measures import NODE, SCRIPTS
from tests.browser.real_server import RealServer
from tests.browser.sights import page_of

SUPERVISOR, OPERATOR = "zhang.wei", "wang.fang"
NEVER = {"zh_CN": "此浏览器不能接收通知", "en": "This browser can’t show notices."}
UNREACHED = {"zh_CN": "连不上浏览器的推送服务", "en": "can’t reach its browser’s push service"}
WORDS = "[data-notices-words]"
SHOWN = """return navigator.serviceWorker.ready.then((one) => one.getNotifications())
  .then((all) => all.map(({ title, body, data }) => [title, body, data.url]))
  .then((all) => all.length > 0 ? all : null)"""

Told = Callable[[str], None]


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """The server may send to this machine's push service."""
    return {"TRAVELER_PUSH_HOSTS": "127.0.0.1"}


@pytest.fixture
def push_port() -> Iterator[int]:
    call = [str(NODE), str(SCRIPTS / "push_service.mjs")]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        yield int(service.stdout.readline())
        service.terminate()


def granted(server_url: str) -> dict[str, object]:
    """Firefox's preferences: the person has allowed notices, and where its push service is."""
    return {
        "permissions.default.desktop-notification": 1,
        # Shown by the browser: this machine has nobody else who shows notices.
        "alerts.useSystemBackend": False,
        "dom.push.connection.enabled": True,
        "dom.push.testing.allowInsecureServerURL": True,
        "dom.push.serverURL": server_url,
    }


def turned_on(hand: Hand) -> None:
    hand.sign_in(SUPERVISOR)
    hand.go("/device")
    hand.tap("[data-notices-on]")


@only("Firefox")
def test_a_notice_comes_through_a_push_service(
    opened: Opened, push_port: int, server: RealServer, told: Told
):
    hand = opened(preferences=granted(f"ws://127.0.0.1:{push_port}/"))
    turned_on(hand)
    hand.wait("return document.querySelector('[data-notices]').dataset.state === 'on'")
    other = opened()
    other.sign_in(OPERATOR)
    other.go("/requisitions/new")
    other.fill({"body.lines.0.item@item": "item/SZ:M-1009", "body.lines.0.quantity": "8"})
    other.submit("requisition.raised")
    [[title, _, url]] = hand.wait(SHOWN)
    assert title == "有审批等您决定"
    hand.go(url)
    hand.see("h1")
    told("a notice was encrypted, pushed, decrypted and shown, and leads to its approval")


@only("Firefox")
def test_a_push_service_that_is_not_reached_is_told(opened: Opened, told: Told):
    hand = opened(preferences=granted("ws://127.0.0.1:9/"))
    turned_on(hand)
    for lang, words in UNREACHED.items():
        hand.see(WORDS, words)
        if lang == "zh_CN":
            hand.go("/lang/en?next=/device")
            hand.tap("[data-notices-on]")
    told("without the internet it says in both languages that notices need it")


@only("WebKitGTK")
def test_a_browser_without_push_says_so(opened: Opened, told: Told):
    hand = opened()
    hand.sign_in(SUPERVISOR)
    for lang, words in NEVER.items():
        hand.go(f"/lang/{lang}?next=/device")
        hand.see(WORDS, words)
    hand.go(page_of(plant.WAITING_REQUISITION))
    hand.see("h1")
    told("it has no push, says so in both languages, and offers no button for it")
