"""Labels of all that is no lot, over HTTP: seen before they are printed, printed, scanned."""

import json
from typing import Any

import pytest

from server.demo import plant as demo
from tests.server.web.plant_in_use import Browser, House

GAUGE, PLACE = "SZ:~equipment:G-0099", "SZ:~location:Z-09"
CARD = f"SZ:~job:{demo.SELF_CHECK_JOB.partition(':')[2]}"
BADGE = "SZ:~person:wang.fang"
ASSET = "SZ:~asset:AS-1"
FACTS = {"calibrated_on": "2026-11-03", "due_on": "2027-11-03"}
THINGS = {
    GAUGE: "equipment/SZ:G-0099",
    PLACE: "location/SZ:Z-09",
    CARD: demo.SELF_CHECK_JOB,
    BADGE: "person/org:wang.fang",
    ASSET: "asset/SZ:AS-1",
}


def send(browser: Browser, labels: str, layout: str, **more: str) -> Any:
    """The form of the page of these labels, as it is sent."""
    data = {
        "form": "label.printed",
        "on": f"label/{labels}",
        "body.things.0.thing": THINGS[labels],
        "body.layout": layout,
        "body.copies": "2",
        "then": "/printout",
        "then_error": f"/labels/{labels}?layout={layout}",
    }
    told = {f"body.facts.{name}": value for name, value in more.items()}
    return browser.post("/do/label.printed", data=data | told)


@pytest.mark.parametrize(
    ("labels", "layout", "by", "facts", "media_boxes"),
    [
        (PLACE, "location", "chen.jing", {"zone_en": "Passed goods", "status": "passed"}, 2),
        (GAUGE, "gauge", "liu.yang", FACTS, 2),
        (CARD, "card-a5", "sun.hao", {}, 2),
        (BADGE, "badge", "li.na", {"number": "0127"}, 2),
        (ASSET, "asset", "zhang.wei", {"item_code": "P-1", "serial": "1"}, 2),
    ],
)
def test_each_is_printed_by_its_form_and_comes_out_as_a_picture_and_a_file(
    shared_house: House, labels: str, layout: str, by: str, facts: dict[str, str], media_boxes: int
):
    browser = shared_house.browser(by)
    page = browser.get(f"/labels/{labels}?layout={layout}")
    assert 'action="/do/label.printed"' in page.text
    answer = send(browser, labels, layout, **facts)
    assert answer.status_code == 303, answer.text
    one = shared_house.body_of(f"label/{labels}")["prints"][0]
    assert (one.get("facts") or {}) == facts
    shown = browser.get(answer.headers["location"]).text
    assert f"/labels/{labels}/label.svg?layout={layout}" in shown.replace("%7E", "~")
    number = f"{one['code']}-1"
    svg = browser.get(f"/labels/{labels}/label.svg", params={"layout": layout, "p": number})
    assert (svg.status_code, svg.headers["content-type"][:13]) == (200, "image/svg+xml")
    assert number in svg.text
    paper = browser.get("/labels.pdf", params={"entry": one["entry"], "page": "label"})
    assert paper.content.count(b"/MediaBox") >= media_boxes


def test_the_picture_shows_what_is_being_written_and_nothing_else(shared_house: House):
    browser = shared_house.browser("chen.jing")
    path = "/labels/SZ:~location:NEW/label.svg"
    told = {"zone_en": "Passed goods", "location": "ELSEWHERE", "limit": 7}
    text = browser.get(path, params={"facts": json.dumps(told)}).text
    assert "ELSEWHERE" not in text
    for facts in ("{", "7", "null", '["zone_en"]'):
        assert browser.get(path, params={"facts": facts}).status_code == 200, facts


@pytest.mark.parametrize(
    "path",
    [
        "/labels/SZ:~location:A-01/label.svg?layout=gauge",
        "/labels/SZ:~job:no-such-card/label.svg",
        "/labels/SZ:~person:nobody/label.svg",
        "/labels/SZ:~location:/label.svg",
        f"/labels/{CARD}/label.svg?side=40",
        "/labels/SZ:~job:no-such-card",
        "/labels/SZ:~location:a~b",
    ],
)
def test_what_there_is_not_has_no_label(shared_house: House, path: str):
    assert shared_house.browser("chen.jing").get(path).status_code == 404


def test_a_refused_form_keeps_what_was_typed_and_marks_the_field(shared_house: House):
    browser = shared_house.browser("liu.yang")
    typed = FACTS | {"due_on": "2026-01-01", "range": "0-25 mm"}
    refused = send(browser, "SZ:~equipment:G-0099", "gauge", **typed)
    assert refused.status_code == 422
    assert 'value="0-25 mm"' in refused.text
    field = refused.text.partition('name="body.facts.due_on"')[2].partition("</div>")[0]
    assert "must come after" in field


def test_who_may_not_print_it_is_told_who_may_and_shown_no_form(shared_house: House):
    text = shared_house.browser("wang.fang").get(f"/labels/{BADGE}").text
    assert 'action="/do/label.printed"' not in text
    assert "Quality manager" in text


def test_a_scan_of_a_label_that_was_replaced_says_so_on_the_page_of_its_thing(shared_house: House):
    browser = shared_house.browser("zhang.wei")
    labels = "SZ:~location:Z-77"
    THINGS[labels] = "location/SZ:Z-77"
    send(browser, labels, "location", limit="100 kg")
    old = shared_house.body_of(f"label/{labels}")["prints"][0]["code"]
    void = {"on": f"label/{labels}", "body.print": old, "body.reason": "wrong limit"}
    assert browser.post("/do/label.voided", data=void).status_code == 303
    scanned = browser.get(
        "/scan", params={"code": f"https://x.example/locations/SZ%3AZ-77?p={old}-1"}
    )
    assert scanned.headers["location"] == f"/locations/SZ:Z-77?p={old}-1"
    text = browser.get(scanned.headers["location"]).text
    assert "This label is void" in text
    assert "wrong limit" in text
    code = f"https://x.example/locations/SZ%3AZ-77?p={old}-1"
    assert "This label is void" in browser.get("/stock/count", params={"code": code}).text


def test_the_link_on_an_asset_s_label_keeps_the_label_s_number(shared_house: House):
    browser = shared_house.browser("zhang.wei")
    answer = browser.get("/assets/SZ%3AAS-1?p=K7Q2M4XW-1")
    assert answer.headers["location"] == "/delivered/SZ:AS-1?p=K7Q2M4XW-1"
    assert "not on record" in browser.get(answer.headers["location"]).text


def test_the_bars_of_a_lot_with_void_labels_ask_to_compare_the_number(shared_house: House):
    browser = shared_house.browser("zhang.wei")
    lot = next(key for key in shared_house.documents() if key == "lot/SZ:M-1009:L2611-27")
    old = shared_house.body_of("label/SZ:M-1009:L2611-27")["prints"][-1]["code"]
    gtin = shared_house.body_of(lot)["gtin"]
    for bars in (lot.partition("/")[2], f"]C101{gtin}10L2611-27"):
        answer = browser.get("/scan", params={"code": bars})
        assert answer.headers["location"].endswith("?p=-"), bars
        text = browser.get(answer.headers["location"]).text
        assert "which label it is" in text
        assert old in text


def test_a_second_label_is_said_to_need_a_reason_before_it_is_refused(shared_house: House):
    browser = shared_house.browser("zhang.wei")
    needed = "needed where it says the same as the last label"
    assert needed in browser.get("/labels/SZ:~equipment:E-0107").text
    assert needed not in browser.get("/labels/SZ:~equipment:E-0555").text, "it is the first"


def test_a_gauge_that_is_overdue_says_so_on_its_page(shared_house: House):
    browser = shared_house.browser("wang.fang")
    assert "not to be used for measuring" in browser.get("/equipment/SZ:G-0017").text
    assert "not to be used for measuring" not in browser.get("/equipment/SZ:G-0042").text


def test_the_list_of_labels_shows_each_kind_and_takes_a_new_code(shared_house: House):
    browser = shared_house.browser("zhang.wei")
    assert "A-02-05" in browser.get("/labels").text
    text = browser.get("/labels?of=equipment&code=G-0123&site=SZ").text
    assert "G-0042" in text
    assert 'href="/labels/SZ:~equipment:G-0123"' in text
    assert 'href="/labels/SZ:~person:wang.fang"' in browser.get("/labels?of=person").text
    assert "~person:" not in shared_house.browser("wang.fang").get("/labels?of=person").text
