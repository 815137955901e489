"""Forms that are far too large, with too many fields, or no forms at all, are cut off."""

import json

import pytest
from litestar._parsers import parse_url_encoded_form_data

from tests.server.web.plant_in_use import Browser, House

LOT = "lot/SZ:M-1001:L2611-02"
NOTE = {"on": LOT, "body.text": "x", "then_error": "/offline"}
FORMS = ("/do/note.added", "/sign-in", "/language")
GIGABYTE = 1024**3
URL_ENCODED = "application/x-www-form-urlencoded"


@pytest.fixture
def browser(shared_house: House) -> Browser:
    return shared_house.browser("wang.fang")


@pytest.mark.parametrize("path", [*FORMS, "/sync/push", "/sync/pull", "/sync/enrol"])
@pytest.mark.parametrize("media_type", [URL_ENCODED, "multipart/form-data; boundary=x"])
def test_a_gigabyte_is_refused_before_it_is_read(browser: Browser, path: str, media_type: str):
    headers = {"content-length": str(GIGABYTE), "content-type": media_type}
    answer = browser.post(path, content=b"a=b", headers=headers)
    assert answer.status_code == 413
    assert "What was sent is too large." in answer.text


@pytest.mark.parametrize("path", FORMS)
def test_ten_thousand_fields_are_refused(browser: Browser, path: str):
    fields = {f"body.f{number}": "x" for number in range(10_000)}
    assert browser.post(path, data=fields).status_code in (400, 413)
    parts = [(name, (None, value)) for name, value in fields.items()]
    assert browser.post(path, files=parts).status_code in (400, 413)


@pytest.mark.parametrize(
    "name",
    ["body" + ".a" * 5000, "body" + ".0" * 20, "body." + "x" * 5000, "body.", "body..a", "body.a.",
     "body.0", "json.a", "body.²", "body.\u0663", "body.9999999999", "@lot", "body.x@y", "\u0000"],
    ids=lambda name: name[:20],
)  # fmt: skip
def test_odd_names_are_refused_or_passed_over(browser: Browser, name: str):
    answer = browser.post("/do/note.added", data=NOTE | {name: "v"})
    assert answer.status_code in (303, 422)


def part(name: bytes, more: bytes, value: bytes) -> bytes:
    head = b'content-disposition: form-data; name="' + name + b'"' + more
    return b"--x\r\n" + head + b"\r\n\r\n" + value + b"\r\n--x--\r\n"


MULTIPART = "multipart/form-data; boundary=x"
NO_FORMS = [
    ("multipart/form-data", b"x"),
    (MULTIPART, b"x"),
    ("multipart/form-data; boundary=" + "x" * 5000, b"x"),
    (MULTIPART, part(b"on", b"", b"\xff\xfe")),
    (MULTIPART, part(b"on", b"\r\ncontent-type: text/plain; charset=nonsense", b"x")),
    (MULTIPART, part(b"\xff", b'; filename="\xff"', b"x")),
    (URL_ENCODED, b"\xff\xfe=\xff"),
    (URL_ENCODED, b"on=%ff%fe&body.text=%ed%a0%80"),
    ("application/json", json.dumps(NOTE).encode()),
    ("text/plain", b"on=x"),
    ("\xff", b"x"),
    ("", b""),
]


@pytest.mark.parametrize(("media_type", "content"), NO_FORMS)
@pytest.mark.parametrize("path", FORMS)
def test_what_is_no_form_is_answered_and_never_an_error_of_ours(
    browser: Browser, path: str, media_type: str, content: bytes
):
    headers = {"content-type": media_type.encode("latin-1")}
    answer = browser.post(path, content=content, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text[:300]


def test_a_text_of_ten_megabytes_brings_the_form_back_in_the_persons_language(
    browser: Browser, shared_house: House
):
    before = shared_house.entries()
    for cookie, sentence in (("en", "The text is too long"), ("zh_CN", "文字太长")):
        browser.cookies["traveler_lang"] = cookie
        parts = [(n, (None, v)) for n, v in (NOTE | {"body.text": "长" * 3_300_000}).items()]
        answer = browser.post("/do/note.added", files=parts)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert len(answer.text) < 200_000, "ten megabytes came back"
    assert shared_house.entries() == before


def test_a_text_just_above_what_a_note_holds_stays_in_the_form(browser: Browser):
    text = "长" * 2001
    page = "/lots/SZ:M-1001:L2611-02"
    data = {"on": LOT, "body.text": text, "then_error": page}
    answer = browser.post("/do/note.added", data=data)
    assert answer.status_code == 422
    assert text in answer.text


@pytest.mark.parametrize("value", ["{", "[" * 50_000, '"\\ud800"', "NaN", "1e999", "9" * 5000])
def test_json_in_a_form_that_cannot_be_kept_is_refused(browser: Browser, value: str):
    answer = browser.post("/do/note.added", data=NOTE | {"json.text": value})
    assert answer.status_code == 422


def test_bodies_of_forms_are_not_kept_in_memory(browser: Browser):
    """Litestar's own parser caches a thousand of them, passwords among them."""
    before = parse_url_encoded_form_data.cache_info().currsize
    browser.post("/sign-in", data={"login": "a", "password": "b"})
    browser.post("/do/note.added", data=NOTE)
    assert parse_url_encoded_form_data.cache_info().currsize == before
