"""Markup in every text that people can enter: pages show it as text, in both languages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.tables import AccountRow
from server.demo import plant as demo
from server.demo.rehearsal import Rehearsal
from server.domain.delivery import LATE
from server.domain.label_thing import label_key
from server.domain.model import KINDS
from server.domain.person import SYSTEM
from server.domain.resumption import RESUMED
from server.domain.rights import SETUP_SESSION
from server.domain.signer import signer_key, signer_name
from server.pages.table import PAGES
from server.plant import Plant, opened
from server.settings import Settings
from server.setup import perform, perform_now
from sync.compose import Deed
from sync.signature import SigningKey
from sync.statements import upsert
from sync.store import table_of
from sync.tables import JournalRow
from tests.server.web.plant_in_use import EVERYWHERE, PASSWORD, QUICK, House, house_over, people
from tests.server.web.poison import SCRIPT, poisoned_deed, suspicious

LANGUAGES = ("zh_CN", "en")
PAGES_EACH = 4
SHAPES_EACH = 3
READ_TOO = (demo.CHANGED_REQUISITION, demo.MUTUAL_CHECK_JOB, demo.OVERDRAWN_LOT, demo.OPEN_VISIT)
FREE = "<script>alert(1)</script>"


def poisoned_demo(plant: Plant) -> Iterator[tuple[Deed, datetime]]:
    """Every deed of the demo with markup in its texts; approvers see what is there then."""
    rehearsal = Rehearsal()
    for deed in demo.entries(plant.now().date()):
        body = poisoned_deed(deed)
        if deed.kind == "approval.decided":
            body |= rehearsal.shown(deed.on)
        rehearsal.perform(replace(deed, body=body))
        blobs = [blob.model_dump() for blob in deed.blobs]
        at = deed.at.isoformat(timespec="milliseconds")
        yield (
            Deed(deed.kind, deed.on, body, deed.actor, SETUP_SESSION, at, blobs=blobs, v=deed.v),
            deed.at,
        )


def done_by(house: House, kind: str, on: str, body: dict[str, Any], actor: str) -> None:
    plant = house.plant
    v = KINDS[kind].v if kind == "label.printed" else 1
    deed = Deed(kind, on, body, actor, SETUP_SESSION, plant.local_now(), v=v)
    perform(plant, [(deed, plant.now())])


def what_the_demo_lacks(house: House) -> None:
    """One deed of each kind that nobody does in the demo."""
    key = SigningKey.from_number(7).public
    signer = signer_key(signer_name(key))
    enrolment = {"person": "li.na", "device": SCRIPT, "device_name": SCRIPT, "public_key": key}
    done_by(house, "signer.enrolled", signer, enrolment, SYSTEM)
    done_by(house, "signer.revoked", signer, {"reason": SCRIPT}, "li.na")
    done_by(house, "person.changed", "person/org:wu.gang", {"name": SCRIPT}, SYSTEM)
    asked = house.body_of(demo.CHANGED_REQUISITION)
    lines = [{"item": one["item"], "quantity": "3"} for one in asked["lines"]]
    change = {"lines": lines, "reason": SCRIPT}
    done_by(house, "requisition.changed", demo.CHANGED_REQUISITION, change, asked["raised_by"])
    job = house.body_of(demo.MUTUAL_CHECK_JOB)
    step = next(one for one in job["steps"] if one["key"] == "self_check")
    record = step["records"][0]
    told = {"step": step["key"], "entry": record["entry"], "answers": record["answers"],
            "verdict": record["asked_verdict"], "reason": SCRIPT, "note": SCRIPT}  # fmt: skip
    done_by(house, "record.corrected", demo.MUTUAL_CHECK_JOB, told, record["by"])
    labels_are_printed(house)
    case = house.body_of(demo.OVERDRAWN_LOT)["open_case"]
    visit = house.body_of(demo.OPEN_VISIT)
    amended = {"seen": {"problem": visit["problem"]}, "set": {"problem": SCRIPT}}
    done_by(house, "visit.amended", demo.OPEN_VISIT, amended, "zhou.min")
    off = {"reason": SCRIPT}
    done_by(house, "visit.cancelled", "visit/HD:V2611-005", off, "zhang.wei")
    done_by(house, "requisition.closed", demo.APPROVED_REQUISITION, off, "zhang.wei")
    resolution = {"decision": "recounted", "counted": "4", "note": SCRIPT}
    done_by(house, "case.resolved", case, resolution, "zhang.wei")


def labels_are_printed(house: House) -> None:
    """On a printer with markup for a name; explained, void, asked for again and called off."""
    labels, printer = label_key(demo.SHARED_LOT), "printer/SZ:zebra"
    name = {"zh": SCRIPT, "en": SCRIPT}
    body: dict[str, Any] = {"name": name, "technique": "zpl", "layouts": []}
    done_by(house, "printer.installed", printer, body, SYSTEM)
    things = [{"thing": demo.SHARED_LOT}]
    for layout in ("lot", "material", "material"):
        told = {"things": things, "layout": layout, "printer": printer, "reason": SCRIPT}
        done_by(house, "label.printed", labels, told, "chen.jing")
    codes = [one["code"] for one in house.body_of(labels)["prints"]]
    report = {"print": codes[0], "round": 0, "state": "failed", "why": "printer_refused"}
    done_by(house, "label.reported", labels, report | {"params": {"host": SCRIPT}}, SYSTEM)
    done_by(house, "label.requeued", labels, {"print": codes[0]}, "chen.jing")
    done_by(house, "label.cancelled", labels, {"print": codes[0]}, "chen.jing")
    for kind in ("label.voided", "label.explained"):
        done_by(house, kind, labels, {"print": codes[1], "reason": SCRIPT}, "chen.jing")
    done_by(house, "printer.removed", printer, {}, SYSTEM)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A plant in which every text has markup in it."""
    plant = opened(Settings(data=tmp_path_factory.mktemp("markup")))
    perform(plant, poisoned_demo(plant))
    everybody: dict[str, object] = {"name": f"{EVERYWHERE} {SCRIPT}", "roles": people()[EVERYWHERE]}
    perform_now(plant, "person.added", f"person/org:{EVERYWHERE}", everybody)
    with plant.store.write() as connection:
        row = {"login": EVERYWHERE, "password_hash": QUICK.hash(PASSWORD)}
        upsert(connection, AccountRow, [row])
    with house_over(plant) as house:
        what_the_demo_lacks(house)
        yield house
    plant.close()


def paths(house: House) -> Iterator[str]:
    """Pages of documents of every type, with steps and forms of it open, and pages of lists."""
    shown = {page["name"]: page for page in PAGES if "{id}" in page["path"]}
    by_type: dict[str, list[str]] = {}
    for key in house.documents():
        by_type.setdefault(key.partition("/")[0], []).append(key)
    chosen = [key for keys in by_type.values() for key in keys[-PAGES_EACH:]]
    for key in [*chosen, *READ_TOO]:
        kind, _, rest = key.partition("/")
        page = shown.get(kind)
        if page is None:
            continue
        path = page["path"].replace("{id}", rest)
        yield path
        steps = house.body_of(key).get("steps") if kind in ("job", "visit") else None
        for step in (steps or []) if rest[-1] in "13579" else []:
            yield f"{path}?step={step['key']}"
        for record in [one for step in (steps or []) for one in step["records"]][:1]:
            yield f"{path}?correct={record['entry']}"
        if "form" in page["query"]:
            yield f"{path}?form={kind}"
    for page in PAGES:
        if "{id}" not in page["path"]:
            yield page["path"]
            yield "&".join([f"{page['path']}?q={FREE}", *(f"{n}={FREE}" for n in page["query"])])


def test_the_plant_holds_markup_by_every_kind_of_entry(house: House):
    table = table_of(JournalRow)
    with house.plant.store.read() as connection:
        rows = connection.execute(select(table.c.kind, table.c.raw)).all()
    marked = {row.kind for row in rows if b"<script>" in bytes(row.raw)}
    without_text = {"step.recorded", "approval.decided", "job.started", "material.issued",
                    "printer.removed", "label.requeued", "label.cancelled"}  # fmt: skip
    kinds = set(KINDS) - {RESUMED, LATE}  # they tell of entries of other kinds
    assert {row.kind for row in rows} == kinds, "a kind that this test does not enter yet"
    assert marked >= kinds - without_text - {"lot.created", "material.returned"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_runs_what_people_wrote(house: House, lang: str):
    browser = house.browser(EVERYWHERE)
    browser.cookies["traveler_lang"] = lang
    seen = 0
    for path in paths(house):
        answer = browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        assert suspicious(answer.text) == [], path
        assert FREE not in answer.text, path
        seen += FREE in unescape(answer.text)
    assert seen > 40, "hardly any page shows what was written"


class Forms(HTMLParser):
    """The forms of a page: where each goes and its fields with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        is_field = tag in ("input", "textarea", "select") and given.get("type") != "file"
        if is_field and self.forms and given.get("name"):
            self.forms[-1][1][given["name"]] = given.get("value", "")


@pytest.fixture(scope="module")
def forms(house: House) -> dict[str, list[dict[str, str]]]:
    """The fields of a few forms of each action that there is on all the pages."""
    browser = house.browser(EVERYWHERE)
    shapes: dict[str, dict[tuple[str, ...], dict[str, str]]] = {}
    for path in paths(house):
        reader = Forms()
        reader.feed(browser.get(path).text)
        for action, fields in reader.forms:
            if action.startswith("/do/"):
                shapes.setdefault(action, {})[tuple(sorted(fields))] = fields
    return {action: list(found.values())[:SHAPES_EACH] for action, found in shapes.items()}


def test_every_form_takes_markup_and_far_too_much_without_harm(
    house: House, forms: dict[str, list[dict[str, str]]]
):
    assert len(forms) >= 14, f"forms for {sorted(forms)} only"
    browser = house.browser(EVERYWHERE)
    browser.cookies["traveler_lang"] = "en"
    for action, shapes in forms.items():
        for fields in shapes:
            typed = [name for name, value in fields.items() if not value]
            for content in (SCRIPT, "长" * 20_000, "\u0000", "1e999"):
                answer = browser.post(action, data=fields | dict.fromkeys(typed, content))
                place = f"{action} with {content[:10]!r}"
                assert answer.status_code in (303, 422), f"{place}: {answer.text[-300:]}"
                assert suspicious(answer.text) == [], place
                assert FREE not in answer.text, place


def test_every_hidden_field_can_be_forged_without_an_error(
    house: House, forms: dict[str, list[dict[str, str]]]
):
    browser = house.browser(EVERYWHERE)
    browser.cookies["traveler_lang"] = "en"
    for action, (fields, *_) in forms.items():
        for name in fields:
            values = (SCRIPT, "²", "lot/SZ:\ud7ff", "9" * 5000)
            for forged in values if name in ("on", "base") else values[:1]:
                answer = browser.post(action, data=fields | {name: forged})
                place = f"{action} {name}={forged[:10]!r}"
                assert answer.status_code < 500, place
                assert suspicious(answer.text) == [], place


def test_markup_in_addresses_headers_and_cookies_is_shown_as_text_or_not_at_all(house: House):
    browser = house.browser(EVERYWHERE)
    browser.cookies["traveler_lang"] = "en"
    for answer in (
        browser.get(f"/lots/{FREE}"),
        browser.get(f"/lots?q={FREE}&status={FREE}&done={FREE}&{FREE}={FREE}"),
        browser.get(f"/scan?code={FREE}"),
        browser.get("/sign-in?next=javascript:alert(1)"),
        browser.post(f"/do/{FREE}", data={"on": FREE, "then_error": "/lots"}),
        browser.post("/do/note.added", data={FREE: FREE, "on": FREE}, headers={"referer": FREE}),
        browser.post("/sign-in", data={"login": FREE, "password": FREE, "next": FREE}),
        browser.get("/lots", headers={"hx-request": "true", "hx-current-url": FREE}),
    ):
        assert answer.status_code < 500
        assert suspicious(answer.text) == []
        assert FREE not in answer.text
