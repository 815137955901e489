"""Pictures and files of labels over HTTP: for whom, of what, and what is refused."""

from typing import Any

import pytest

from server.demo.plant import SHARED_LOT
from server.domain.label_thing import label_key
from tests.server.web.plant_in_use import House

ID = SHARED_LOT.partition("/")[2]


def test_a_picture_has_the_true_size_and_says_its_number(shared_house: House):
    browser = shared_house.browser("wang.fang")
    answer = browser.get(f"/lots/{ID}/label.svg", params={"layout": "material", "p": "K7Q2M4XW-2"})
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert 'width="100mm" height="60mm"' in answer.text
    assert "K7Q2M4XW-2" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert browser.get(f"/lots/{ID}/label.png").content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "params", [{"layout": "poster"}, {"layout": "../lot"}, {"serial": "x"}, {"serial": "1" * 13}]
)
def test_what_no_label_has_is_not_found(shared_house: House, params: dict[str, str]):
    browser = shared_house.browser("wang.fang")
    assert browser.get(f"/lots/{ID}/label.svg", params=params).status_code == 404


def test_what_is_no_number_is_left_off_the_label(shared_house: House):
    browser = shared_house.browser("wang.fang")
    answer = browser.get(f"/lots/{ID}/label.svg", params={"layout": "status", "p": "<b>1"})
    assert answer.status_code == 200
    assert "&lt;b" not in answer.text


def test_nobody_sees_a_label_without_signing_in(shared_house: House):
    nobody = shared_house.nobody()
    for path in (f"/lots/{ID}/label.svg", f"/lots/{ID}/label.png", f"/labels.pdf?lot={ID}"):
        answer = nobody.get(path)
        assert answer.headers["location"].startswith("/sign-in"), answer.status_code


def printed(house: House, **form: str) -> dict[str, Any]:
    """A print from the web; what stands of it."""
    browser = house.browser("chen.jing")
    told = {"on": label_key(SHARED_LOT), "body_things_0_thing": SHARED_LOT, "then": "/printout"}
    answer = browser.post(
        "/do/label.printed",
        data={name.replace("_", "."): value for name, value in (told | form).items()},
    )
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("/printout?done=")
    found: dict[str, Any] = house.body_of(label_key(SHARED_LOT))["prints"][0]
    return found


def test_a_print_is_a_file_of_its_labels_and_only_where_one_may_see_the_lot(shared_house: House):
    one = printed(shared_house, body_layout="package", body_first="1", body_last="3")
    params = {"entry": one["entry"], "page": "label"}
    paper = shared_house.browser("wang.fang").get("/labels.pdf", params=params)
    assert paper.content.count(b"/MediaBox") == 3
    foreign = shared_house.browser("he.yan").get("/labels.pdf", params=params)
    assert foreign.status_code == 404
    wrong = shared_house.browser("wang.fang").get("/labels.pdf", params=params | {"page": "A0"})
    assert wrong.status_code == 422


def test_the_page_after_a_print_shows_its_labels_and_a_refused_one_says_why(shared_house: House):
    printed(shared_house, body_layout="material", body_copies="2", body_reason="test")
    browser = shared_house.browser("chen.jing")
    form = {
        "on": label_key(SHARED_LOT),
        "form": "label.printed",
        "body.things.0.thing": SHARED_LOT,
        "body.things.0.base": str(shared_house.body_of(label_key(SHARED_LOT))["version"]),
        "body.layout": "material",
        "then_error": f"/labels/{ID}?layout=material",
    }
    refused = browser.post("/do/label.printed", data=form)
    assert refused.status_code == 422
    assert "Say why another one is needed" in refused.text
    field = refused.text.partition('name="body.reason"')[2].partition("</div>")[0]
    assert "Say why another one is needed" in field, "the field at fault is not marked"
    void = {"on": form["on"], "body.print": "ABCDEFGH", "body.reason": "x", "then_error": "/lots"}
    assert browser.post("/do/label.voided", data=void).status_code == 422
