"""What pages look like in Firefox and in WebKitGTK: on a phone and a tablet, in both languages.

Nothing sticks out sideways. PICTURES=folder keeps what was seen.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from server.demo import plant
from tests.browser.device import PHONE, TABLET
from tests.browser.drivers.hand import Hand
from tests.browser.engines.conftest import Opened
from tests.browser.sights import PLACE, page_of

SUPERVISOR = "zhang.wei"
LANGUAGES = ("zh_CN", "en")
SIGHTS = {
    "today": "/",
    "jobs": "/jobs",
    "lots": "/lots",
    "items": "/items",
    "requisitions": "/requisitions",
    "new-requisition": "/requisitions/new",
    "visits": "/visits",
    "approvals": "/approvals",
    "cases": "/cases",
    "orders": "/orders",
    "labels": "/labels",
    "prints": "/prints",
    "device": "/device",
    "outbox": "/outbox",
    "pin": "/pin",
    "more": "/more",
    "find": "/find?q=1001",
    "count": f"/stock/count?place={PLACE}",
    "lot": page_of(plant.SHARED_LOT),
    "issue": page_of(plant.SHARED_LOT) + "?form=material.issued",
    "job": page_of(plant.SELF_CHECK_JOB),
    "visit": page_of(plant.OPEN_VISIT),
    "approval": page_of(plant.WAITING_REQUISITION.replace("requisition/", "approval/")),
    "label": "/labels/" + plant.SHARED_LOT.partition("/")[2],
}
# What scrolls sideways by itself may be wider; what is hidden from the eye is one pixel.
STICKS_OUT = """const wide = document.documentElement.clientWidth;
const scrolls = (one) => one && (getComputedStyle(one).overflowX !== "visible"
  || scrolls(one.parentElement));
return [...document.querySelectorAll("body *")]
  .filter((one) => one.getClientRects().length && one.getBoundingClientRect().right > wide + 1)
  .filter((one) => !scrolls(one.parentElement))
  .map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`)
  .concat(document.scrollingElement.scrollWidth > wide ? ["the page"] : [])"""

Told = Callable[[str], None]


@pytest.fixture
def keep(engine: str) -> Callable[[Hand, str], None]:
    folder = os.environ.get("PICTURES")

    def keep_one(hand: Hand, name: str) -> None:
        if folder:
            Path(folder).mkdir(exist_ok=True, parents=True)
            (Path(folder) / f"{engine}-{name}.png").write_bytes(hand.engine.picture())

    return keep_one


def test_nothing_sticks_out_on_a_phone_or_a_tablet(
    opened: Opened, told: Told, keep: Callable[[Hand, str], None]
):
    hand = opened()
    hand.sign_in(SUPERVISOR)
    wrong = []
    for size, (width, height) in {
        "phone": (PHONE["width"], PHONE["height"]),
        "tablet": (TABLET["width"], TABLET["height"]),
    }.items():
        hand.engine.resize(width, height)
        for lang in LANGUAGES:
            hand.go(f"/lang/{lang}?next=/")
            for name, path in SIGHTS.items():
                hand.go(path)
                hand.see("#main")
                wrong += [f"{size} {lang} {path}: {one}" for one in hand.run(STICKS_OUT)]
                keep(hand, f"{size}-{name}-{lang}")
    assert wrong == []
    told(f"{len(SIGHTS)} pages, two sizes, two languages: nothing sticks out")
