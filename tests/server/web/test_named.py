"""What a label names of which there is no document, opened by a phone's own camera: what it is,
what is known of it, and a way on, in both languages.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.web.plant_in_use import House

KEEPER, OPERATOR = "chen.jing", "wang.fang"


def place_of(house: House, site: str) -> tuple[str, str]:
    """Where some lot of the site lies, and that lot's code."""
    lots = documents_of(house, f"lot/{site}:")
    return next((lot["holdings"][0]["location"], lot["code"]) for lot in lots if lot["holdings"])


def documents_of(house: House, prefix: str) -> Iterator[dict[str, Any]]:
    return (house.body_of(key) for key in house.documents() if key.startswith(prefix))


def test_a_location_tells_what_lies_there_and_can_be_counted(shared_house: House):
    place, code = place_of(shared_house, "SZ")
    text = shared_house.browser(KEEPER).get(f"/locations/SZ:{place}").text
    assert code in text
    assert f'href="/stock/count?place={place}"' in text
    elsewhere = shared_house.browser(KEEPER).get("/locations/SZ:Z-99").text
    assert "By the book nothing lies here" in elsewhere


def test_a_location_s_label_in_stock_taking_is_a_place_and_no_lot_that_was_not_found(
    shared_house: House,
):
    place, _ = place_of(shared_house, "SZ")
    browser = shared_house.browser(KEEPER)
    label = f"https://x.example/locations/SZ%3A{place}"
    text = browser.get("/stock/count", params={"code": label}).text
    assert f"Count at {place}" in text
    assert "Not found" not in text
    typed = browser.get("/stock/count", params={"code": "nothing such"}).text
    assert "Not found" in typed


def test_nothing_is_issued_in_a_round_for_a_requisition_that_nobody_knows(shared_house: House):
    _, lot = place_of(shared_house, "SZ")
    asked = {"code": lot, "requisition": "SZ:R-NONE"}
    text = shared_house.browser(KEEPER).get("/stock/issue", params=asked).text
    assert "Requisition SZ:R-NONE was not found" in text
    assert "/do/material.issued" not in text


def test_a_place_of_the_same_name_at_another_site_is_another_place(shared_house: House):
    place, code = place_of(shared_house, "SZ")
    assert code not in shared_house.browser(KEEPER).get(f"/locations/HD:{place}").text


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize(
    "path", ["/equipment/SZ:E-0107", "/delivered/SZ:AS-00318", "/people/nobody"]
)
def test_what_nobody_knows_is_told_kindly_with_a_way_on(shared_house: House, path: str, lang: str):
    browser = shared_house.browser(OPERATOR)
    browser.cookies["traveler_lang"] = lang
    answer = browser.get(path)
    assert answer.status_code == 200
    assert path.rpartition("/")[2].rpartition(":")[2] in answer.text
    assert 'href="/scan"' in answer.text


def test_an_asset_shows_the_visits_that_name_it(shared_house: House):
    visit = next(doc for doc in documents_of(shared_house, "visit/") if doc["asset"])
    text = shared_house.browser("zhang.wei").get(f"/delivered/HD:{visit['asset']['serial']}").text
    assert visit["customer"]["name"] in text


def test_the_link_on_an_assets_label_leads_to_its_page_and_files_stay_files(shared_house: House):
    browser = shared_house.browser(OPERATOR)
    answer = browser.get("/assets/SZ%3AAS-00318")
    assert (answer.status_code, answer.headers["location"]) == (302, "/delivered/SZ:AS-00318")
    assert browser.get("/assets/page.js").headers["content-type"].startswith("text/javascript")


def test_a_badge_names_the_person_and_opens_nothing(shared_house: House):
    text = shared_house.browser(OPERATOR).get(f"/people/{KEEPER}").text
    assert shared_house.body_of(f"person/org:{KEEPER}")["name"] in text
    assert f'href="/switch?who={KEEPER}"' in text


def test_who_is_not_signed_in_signs_in_first_and_comes_back(shared_house: House):
    answer = shared_house.nobody().get("/locations/SZ:A-01")
    assert answer.status_code in (302, 303)
    assert "next=" in answer.headers["location"]


def test_scanned_inside_the_app_they_lead_to_the_same_pages(shared_house: House):
    browser = shared_house.browser(OPERATOR)
    for path, page in [
        ("/locations/SZ%3AA-01", "/locations/SZ:A-01"),
        ("/equipment/SZ%3AE-0107", "/equipment/SZ:E-0107"),
        ("/assets/SZ%3AAS-1", "/delivered/SZ:AS-1"),
        ("/people/chen.jing", "/people/chen.jing"),
    ]:
        query = {"code": f"https://plant.example{path}"}
        answer = browser.get("/scan", params=query)
        assert answer.headers["location"] == page
