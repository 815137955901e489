"""Pages: both languages, fragments for htmx, what was done, refusals that keep what was typed."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from server.demo import plant as demo
from server.pages.table import PAGES
from tests.server.web.plant_in_use import EVERYWHERE, Browser, House, copied, house_over

LOT = "lot/SZ:M-1001:L2611-02"
LOT_PAGE = "/lots/SZ:M-1001:L2611-02"
CHINESE, ENGLISH = "你看过的", "what you saw"
HAN = re.compile(r"[\u4e00-\u9fff]")


class Words(HTMLParser):
    """The words of a page's main part that are not data: labels, buttons, headings."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Words()
    reader.feed(html)
    return reader.tags


def lang_of(html: str) -> str | None:
    return next(attributes.get("lang") for tag, attributes in tags(html) if tag == "html")


@pytest.fixture(scope="module")
def browser(shared_house: House) -> Browser:
    return shared_house.browser(EVERYWHERE)


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("zh-CN,zh;q=0.9", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("en-US,en;q=0.9,zh;q=0.5", "en"),
        ("fr-FR,en;q=0.5", "en"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
        ("\u00ff;;q=x,,", "zh-CN"),
    ],
)
def test_the_browsers_language_decides_until_somebody_chooses(
    shared_house: House, accepted: str, lang: str
):
    headers = {"accept-language": accepted.encode("latin-1")}
    answer = shared_house.nobody().get("/sign-in", headers=headers)
    assert lang_of(answer.text) == lang


@pytest.mark.parametrize("way", ["link", "form"])
def test_a_chosen_language_stays_and_one_goes_back_to_where_one_was(shared_house: House, way: str):
    browser = shared_house.browser("wang.fang")
    for lang, shown in (("zh_CN", "zh-CN"), ("en", "en")):
        if way == "link":
            answer = browser.get(f"/lang/{lang}", params={"next": "/lots?q=a"})
        else:
            answer = browser.post("/language", data={"lang": lang, "then": "/lots?q=a"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/lots?q=a")
        page = browser.get("/lots", headers={"accept-language": "fr"})
        assert lang_of(page.text) == shown
    assert browser.get("/lang/xx").status_code == 404
    assert browser.post("/language", data={"lang": "../x"}).status_code == 404


def test_a_language_cookie_that_is_none_of_ours_is_passed_over(shared_house: House):
    browser = shared_house.nobody()
    browser.cookies["traveler_lang"] = "../../etc"
    assert lang_of(browser.get("/sign-in").text) == "en"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["name"])
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_every_page_answers_whole_and_as_a_fragment(
    shared_house: House, page: dict[str, str], lang: str
):
    browser = shared_house.browser(EVERYWHERE)
    browser.cookies["traveler_lang"] = lang
    kind = page.get("doc", page["name"]).partition("/")[0]
    key = next((one for one in shared_house.documents() if one.startswith(f"{kind}/")), "")
    path = page["path"].replace("{id}", key.partition("/")[2] or "SZ:A-01")
    whole = browser.get(path)
    assert whole.status_code == 200, whole.text[:500]
    assert lang_of(whole.text) == ("zh-CN" if lang == "zh_CN" else "en")
    assert "hx-request" in whole.headers["vary"].lower()
    assert whole.headers["cache-control"] == "no-store"
    fragment = browser.get(path, headers={"hx-request": "true"})
    assert fragment.status_code == 200
    names = [tag for tag, _ in tags(fragment.text)]
    assert "html" not in names
    assert "head" not in names
    assert ("main", "main") in [(tag, one.get("id")) for tag, one in tags(fragment.text)]
    assert len(fragment.text) < len(whole.text)


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize(
    "path", ["/nothing", "/lots/SZ:none", "/lots/%FF%FE", "/lots/a/b", "/lots/%2e%2e%2fx", "/LOTS",
             "/lots/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/schema/x", "/" + "x" * 3000]
)  # fmt: skip
def test_what_is_not_there_is_a_page_of_its_own_in_the_persons_language(
    shared_house: House, lang: str, path: str
):
    browser = shared_house.browser("wang.fang")
    browser.cookies["traveler_lang"] = lang
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    if not path.startswith("/schema"):
        assert bool(HAN.search(answer.text.partition("<main")[2])) == (lang == "zh_CN")
    assert "<script>alert" not in answer.text


def test_what_was_done_is_said_once_on_the_next_page(house: House):
    browser = house.browser("wang.fang")
    answer = browser.do("note.added", on=LOT, body_text="看过了", then="/lots/{id}?q=a")
    goal = urlsplit(answer.headers["location"])
    assert goal.path == LOT_PAGE
    entry = parse_qs(goal.query)["done"][0]
    page = browser.get(answer.headers["location"])
    assert f'data-done="{entry}"' in page.text
    assert "看过了" in page.text
    assert "data-done=" not in browser.get(LOT_PAGE).text
    assert browser.get(f"{LOT_PAGE}?done=<script>").status_code == 200
    assert "data-done=" not in house.nobody().get(f"/sign-in?done={entry}").text


def test_the_confirmation_names_what_was_recorded_and_speaks_to_its_person_only(house: House):
    answer = house.browser("wang.fang").do("note.added", on=LOT, body_text="看过了", then="/more")
    goal = answer.headers["location"]
    assert "Note" in house.browser("wang.fang").get(goal).text
    assert "data-done=" in house.browser("wang.fang").get(goal).text
    assert "data-done=" not in house.browser("zhao.lei").get(goal).text


def test_a_form_sent_twice_is_recorded_once(house: House):
    browser, before = house.browser("wang.fang"), house.entries()
    sent = {"on": LOT, "body_text": "once", "entry": "0192f0c1-7a52-7c1e-8a55-0f6d1f3c9a01"}
    first, again = browser.do("note.added", **sent), browser.do("note.added", **sent)
    assert first.headers["location"] == again.headers["location"]
    assert sent["entry"] in first.headers["location"]
    assert house.entries() == before + 1


def test_a_page_fetched_again_by_the_browsers_history_is_a_whole_one(house: House):
    headers = {"hx-request": "true", "hx-history-restore-request": "true"}
    assert "<!doctype html>" in house.browser("wang.fang").get("/lots", headers=headers).text


def test_a_refused_form_comes_back_with_the_reason_and_all_that_was_typed(house: House):
    browser = house.browser("liu.yang")
    before = house.documents(), house.entries()
    typed = 'bad "quoted" <b>reason</b> 原因'
    answer = browser.do("lot.scrapped", on=LOT, body_reason=typed, then_error=LOT_PAGE)
    assert answer.status_code == 422
    assert "You may not do this" in answer.text
    assert (house.documents(), house.entries()) == before
    item = next(key for key in house.documents() if key.startswith("item/SZ:"))
    page = f"/items/{item.partition('/')[2]}"
    received = browser.post(
        "/do/lot.received",
        data={"on": f"lot/{item.partition('/')[2]}:{{code}}", "on.code": "no spaces allowed",
              "body.item": item, "body.quantity": "many", "body.supplier": typed,
              "then_error": page},
    )  # fmt: skip
    assert received.status_code == 422
    inputs = [one for tag, one in tags(received.text) if tag == "input"]
    values = {one.get("name"): one.get("value") for one in inputs}
    assert values["body.supplier"] == typed
    assert values["on.code"] == "no spaces allowed"
    assert values["body.quantity"] == "many"


def test_a_form_whose_page_is_gone_still_says_why_it_was_refused(shared_house: House):
    browser = shared_house.browser("liu.yang")
    for page in ("/lots/SZ:none", "/nothing", "https://evil.example/lots", "//x", "/do/x", "\\"):
        answer = browser.do("lot.scrapped", on=LOT, body_reason="x", then_error=page)
        assert answer.status_code in (403, 422)
        assert "You may not do this" in answer.text


def test_a_new_lot_is_received_through_the_pages_own_form(house: House):
    browser = house.browser("chen.jing")
    fields = {
        "on": "lot/SZ:M-1001:{code}",
        "on.code": "T-77",
        "body.item": "item/SZ:M-1001",
        "body.quantity": "12.50",
        "body.location": "A-1",
        "body.supplier": "某供应商",
        "body.supplier_lot": "",
        "then": "/lots/{id}",
        "then_error": "/items/SZ:M-1001",
    }
    parts = [(name, (None, one)) for name, one in fields.items()]
    answer = browser.post("/do/lot.received", files=parts)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("/lots/SZ:M-1001:T-77?done=")
    lot = house.body_of("lot/SZ:M-1001:T-77")
    assert (lot["on_hand"], lot["status"], lot["supplier"]) == ("12.5", "to_inspect", "某供应商")


def test_an_id_with_odd_characters_leads_to_its_own_page(house: House):
    browser = house.browser(EVERYWHERE)
    answer = browser.do("visit.opened", on="visit/HD:V?#&1", then="/visits/{id}", then_error="/")
    assert answer.status_code == 422
    answer = browser.do("note.added", on=LOT, body_text="x", then="/lots?q=%E6%9D%90&status=#end")
    goal = urlsplit(answer.headers["location"])
    assert parse_qs(goal.query)["q"] == ["材"]
    assert "done" in parse_qs(goal.query)


def walked_links(browser: Browser, path: str) -> Iterator[str]:
    for _, attributes in tags(browser.get(path).text):
        goal = attributes.get("href") or ""
        if goal.startswith("/") and not goal.startswith(("/assets", "/manifest")):
            yield goal


def test_every_link_on_the_pages_leads_somewhere(shared_house: House, browser: Browser):
    keys = [demo.FIRST_ARTICLE_JOB, demo.OPEN_VISIT, demo.APPROVED_REQUISITION, LOT]
    starts = [page["path"] for page in PAGES if "{id}" not in page["path"]]
    starts += [f"/{key.partition('/')[0]}s/{key.partition('/')[2]}" for key in keys]
    goals = {goal.partition("#")[0] for path in starts for goal in walked_links(browser, path)}
    assert len(goals) > 40
    for goal in sorted(goals):
        assert browser.get(goal).status_code in (200, 303), goal


def test_what_was_scanned_is_said_without_gs1_s_separators(shared_house: House):
    code = "]d2nothing\u001d12"
    text = shared_house.browser("wang.fang").get("/scan", params={"code": code}).text
    assert "Search “]d2nothing 12”" in text
    assert "q=%5Dd2nothing%2012" in text


@pytest.mark.parametrize(
    ("code", "goal"),
    [
        ("L2611-02", LOT_PAGE),
        ("l2611-02", LOT_PAGE),
        ("lot/SZ:M-1001:L2611-02", LOT_PAGE),
        ("SZ:M-1001:L2611-02", LOT_PAGE),
        ("http://anywhere.example/lots/SZ%3AM-1001%3AL2611-02", LOT_PAGE),
        ("http://anywhere.example/jobs/SZ%3AJ2611-005", "/jobs/SZ:J2611-005"),
        ("J2611-005", "/jobs/SZ:J2611-005"),
        ("https://evil.example/", None),
        ("javascript:alert(1)", None),
        ("<script>alert(1)</script>", None),
        ("x" * 3000, None),
        ("\u202e\u0000", None),
        ("(01)123", None),
        ("]d2\u001d", None),
        ("https://id.gs1.org/01/00000000000000/10/%FF", None),
    ],
)
def test_a_scanned_code_opens_its_page_or_says_that_it_is_none_of_ours(
    shared_house: House, code: str, goal: str | None
):
    answer = shared_house.browser("wang.fang").get("/scan", params={"code": code})
    if goal:
        assert (answer.status_code, answer.headers["location"]) == (302, goal)
    else:
        assert answer.status_code == 200
        assert "No lot, item or document here goes with" in answer.text
        assert "<script>alert" not in answer.text


def test_a_digital_link_from_the_phones_camera_opens_the_lot(shared_house: House):
    lot = shared_house.body_of(LOT)
    browser = shared_house.browser("wang.fang")
    first = browser.get(f"/01/{lot['gtin']}/10/{lot['code']}")
    second = browser.get(first.headers["location"])
    assert second.headers["location"] == LOT_PAGE
    for broken in ("/01/1/10/x", "/01/04006381333931/10/%00", "/01/%0d%0a/10/x"):
        answer = browser.get(broken)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("/scan?code=")


def test_when_the_database_is_gone_pages_and_devices_are_told_to_try_again(tmp_path: Path):
    with copied(tmp_path) as plant, house_over(plant) as house:
        browser = house.browser("wang.fang")
        with plant.store.write() as connection:
            connection.execute(text("ALTER TABLE sessions RENAME TO elsewhere"))
        page = browser.get("/lots")
        assert page.status_code == 503
        assert "The server is busy" in page.text
        enrol = browser.post("/sync/enrol", json={})
        assert (enrol.status_code, enrol.json()["code"]) == (503, "busy")
