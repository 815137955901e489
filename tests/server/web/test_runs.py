"""The page of a run: what came out of its steps, how one is corrected, and when it has ended."""

import re
from html import unescape

from tests.server.web.plant_in_use import PASSWORD, Browser, House, login_of

VISIT = "visit/HD:V2611-006"
PAGE = "/visits/HD:V2611-006"
JOB = "job/SZ:J2611-002"
NOTE = "still leaks after the change"


def failed(house: House) -> Browser:
    """The technician's self-check of the visit, out of limits, with a note."""
    browser = house.browser("zhou.min")
    form = {
        "on": VISIT,
        "base": str(house.body_of(VISIT)["version"]),
        "body.step": "self_check",
        "body.verdict": "fail",
        "body.note": NOTE,
        "body.answers.set_pressure": "0.40",
        "body.answers.leak": "found",
    }
    assert browser.post("/do/visit.step_recorded", data=form).status_code == 303
    return browser


def step_on(page: str, key: str) -> str:
    """The markup of one step of the track."""
    found = re.search(
        rf'<li class="([^"]*)"\s*id="step-{key}">.*?(?=<li class="step |</ol>)', page, re.S
    )
    assert found, page
    return found[0]


def test_a_step_that_failed_and_holds_nothing_up_does_not_look_passed(house: House):
    browser = failed(house)
    assert house.body_of(VISIT)["steps"][5]["state"] == "done"
    step = step_on(browser.get(PAGE).text, "self_check")
    assert 'class="step step-failed"' in step
    assert "#step-failed" in step
    assert 'title="Fail"' in step
    assert "#step-done" not in step
    assert "pip-failed" in browser.get("/visits").text


def test_a_correction_keeps_the_note_unless_it_is_changed(house: House):
    browser = failed(house)
    entry = house.body_of(VISIT)["steps"][5]["records"][0]["entry"]
    page = unescape(browser.get(f"{PAGE}?correct={entry}").text)
    assert re.search(rf'name="body.note" value="{NOTE}"', page)


def test_a_correction_shows_the_parts_that_stay_as_they_are(house: House):
    done = house.body_of("visit/HD:V2611-001")
    record = next(step for step in done["steps"] if step["key"] == "work")["records"][0]
    page = house.browser(record["by"]).get(f"/visits/HD:V2611-001?correct={record['entry']}").text
    form = page[page.index('action="/do/record.corrected"') : page.index('name="body.reason"')]
    assert all(part["lot_code"] in form for part in record["parts"])
    assert "stay as they are" in form


def test_the_card_of_a_scrapped_lot_says_why_and_offers_no_step(house: House):
    before = house.body_of(JOB)
    lot = before["lot"]
    boss = house.browser(login_of("supervisor", "SZ"))
    base = str(house.body_of(lot)["version"])
    form = {"body.reason": "flooded", "sign.secret": PASSWORD, "on": lot, "base": base}
    assert boss.post("/do/lot.scrapped", data=form).status_code == 303
    inspector = house.browser("liu.yang")
    for asked in ("", f"?step={before['next']}"):
        page = inspector.get(f"/jobs/SZ:J2611-002{asked}").text
        assert "flooded" in page
        assert "This card has ended" in page
        assert "/do/step.recorded" not in page
    assert "J2611-002" not in inspector.get("/").text


def test_who_asked_is_not_asked_to_approve(house: House):
    boss = house.browser("zhang.wei")
    form = {
        "on": "requisition/SZ:{new}",
        "body.lines.0.item@item": "item/SZ:M-1001",
        "body.lines.0.quantity": "3",
    }
    assert boss.post("/do/requisition.raised", data=form).status_code == 303
    mine = next(
        body
        for key in house.documents()
        if key.startswith("requisition/")
        and (body := house.body_of(key))["raised_by"] == "zhang.wei"
    )
    for_me, mine_waiting = boss.get("/").text.split("Your requests: waiting")
    assert mine["number"] not in for_me
    assert mine["number"] in mine_waiting
    assert mine["number"] in house.browser("li.na").get("/").text
