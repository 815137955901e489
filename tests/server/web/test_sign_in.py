"""Signing in and out: cookies, throttling, what ends a session, and where one may be sent."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from httpx import Response
from sqlalchemy import select

from server.accounts import passwords
from server.accounts.passwords import hash_of, is_right, set_password
from server.accounts.sessions import sign_in
from server.accounts.tables import AttemptRow
from server.demo.people import PASSWORDS
from server.domain.model import DOCUMENTS
from server.setup import perform_now
from sync.store import table_of
from tests.server.web.plant_in_use import PASSWORD, House, copied, house_over

LOGIN = "wang.fang"
WRONG = "not the password"


def tried(house: House, login: str, password: str, *, cookies: dict[str, str] | None = None):
    browser = house.nobody()
    browser.cookies |= cookies or {}
    return browser.post("/sign-in", data={"login": login, "password": password})


def cookies_of(answer: Response) -> dict[str, str]:
    return {one.split("=")[0]: one for one in answer.headers.get_list("set-cookie")}


def test_the_right_password_opens_the_page_that_was_asked_for(house: House):
    asked = house.nobody().get("/lots?q=x")
    assert asked.headers["location"] == "/sign-in?next=%2Flots%3Fq%3Dx"
    answer = house.nobody().post(
        "/sign-in", data={"login": f" {LOGIN.upper()} ", "password": PASSWORD, "next": "/lots?q=x"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/lots?q=x")


@pytest.mark.parametrize(
    ("login", "password"), [(LOGIN, WRONG), ("no.body", PASSWORD), (LOGIN, ""), ("", "")]
)
def test_a_wrong_sign_in_says_the_same_whatever_was_wrong(house: House, login: str, password: str):
    answer = tried(house, login, password)
    assert answer.status_code == 422
    assert "The user name or password is wrong." in answer.text
    assert "traveler" not in cookies_of(answer)


def test_the_login_stays_in_the_form_and_the_password_does_not(house: House):
    answer = tried(house, '"><b>x', "sEcReT-password")
    assert 'value="&#34;&gt;&lt;b&gt;x"' in answer.text
    assert "sEcReT-password" not in answer.text


def test_cookies_are_not_for_scripts_nor_for_other_sites(house: House):
    answer = tried(house, LOGIN, PASSWORD)
    language = house.nobody().get("/lang/en")
    for one in [*cookies_of(answer).values(), *cookies_of(language).values()]:
        attributes = one.lower()
        assert "httponly" in attributes
        assert "samesite=lax" in attributes
        assert "path=/" in attributes
        assert "domain" not in attributes
        assert "secure" not in attributes  # plain http here: it would never come back


def test_over_tls_cookies_are_secure_and_bound_to_the_host(tmp_path: Path):
    url = "https://traveler.example"
    with copied(tmp_path, public_url=url) as plant, house_over(plant) as house:
        answer = tried(house, LOGIN, PASSWORD)
        cookies = cookies_of(answer)
        assert "__Host-traveler" in cookies
        assert "traveler" not in cookies
        assert all("secure" in one.lower() for one in cookies.values())
        assert answer.headers["strict-transport-security"]
        browser = house.browser(LOGIN)
        assert browser.get("/").status_code == 200
        browser.cookies = {"traveler": browser.cookies["__Host-traveler"]}
        assert browser.get("/").status_code == 302, "a cookie without the prefix was taken"


def test_the_database_holds_no_token_and_no_password(house: House):
    browser = house.browser(LOGIN)
    token = browser.cookies["traveler"]
    files = [one.read_bytes() for one in house.plant.settings.data.glob("traveler.sqlite3*")]
    assert files
    assert not any(token.encode() in one or PASSWORD.encode() in one for one in files)


def test_passwords_are_hashed_by_argon2id(tmp_path: Path):
    with copied(tmp_path) as plant:
        with plant.store.write() as connection:
            set_password(connection, LOGIN, PASSWORDS[LOGIN])
        with plant.store.read() as connection:
            assert str(hash_of(connection, LOGIN)).startswith("$argon2id$v=19$m=65536,")


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(house: House):
    browser = house.browser(LOGIN)
    stolen = house.nobody()
    stolen.cookies = dict(browser.cookies)
    assert stolen.get("/").status_code == 200
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "max-age=0" in cookies_of(answer)["traveler"].lower()
    assert stolen.get("/").headers["location"].startswith("/sign-in")


def test_a_session_runs_out(house: House):
    browser = house.browser(LOGIN)
    days = house.plant.settings.session_days
    with time_machine.travel(house.plant.now() + timedelta(days=days, seconds=-60)):
        assert browser.get("/").status_code == 200
    with time_machine.travel(house.plant.now() + timedelta(days=days, seconds=60)):
        assert browser.get("/").status_code == 302
        assert browser.post("/do/note.added", data={}).status_code == 401


def test_a_person_who_left_is_out_at_once_and_cannot_come_back(house: House):
    device = house.device(LOGIN)
    assert device.browser.get("/").status_code == 200
    perform_now(house.plant, "person.changed", f"person/org:{LOGIN}", {"active": False})
    assert device.browser.get("/").status_code == 302
    refused = device.pull()
    assert (refused.status_code, refused.json()["code"]) == (403, "access_ended")
    assert device.browser.get("/sync/events").status_code == 401
    assert tried(house, LOGIN, PASSWORD).status_code == 422


def test_each_sign_in_has_a_session_of_its_own(house: House):
    first, second = house.browser(LOGIN), house.browser(LOGIN)
    assert first.cookies["traveler"] != second.cookies["traveler"]
    first.post("/sign-out")
    assert second.get("/").status_code == 200


def test_five_wrong_passwords_make_the_next_try_wait_even_with_the_right_one(house: House):
    for _ in range(5):
        assert "wrong" in tried(house, LOGIN, WRONG).text
    answer = tried(house, LOGIN, PASSWORD)
    assert answer.status_code == 422
    assert "Too many tries. Try again in" in answer.text


def test_throwing_the_cookie_away_or_making_one_up_does_not_help(house: House):
    for number in range(5):
        tried(house, LOGIN, WRONG, cookies={"traveler_browser": f"{number:024x}"})
    for cookies in ({}, {"traveler_browser": "f" * 24}, {"traveler_browser": "x" * 4000}):
        assert "Too many tries" in tried(house, LOGIN, PASSWORD, cookies=cookies).text


def test_guessing_elsewhere_locks_nobody_out_of_the_tablet_they_use(house: House):
    tablet = house.browser(LOGIN)
    for _ in range(6):
        tried(house, LOGIN, WRONG)
    tablet.post("/sign-out")
    assert tablet.sign_in(LOGIN).get("/").status_code == 200


def test_the_tablet_itself_is_throttled_and_only_for_that_account(house: House):
    tablet = house.browser(LOGIN)
    for _ in range(5):
        tablet.post("/sign-in", data={"login": LOGIN, "password": WRONG})
    answer = tablet.post("/sign-in", data={"login": LOGIN, "password": PASSWORD})
    assert "Too many tries" in answer.text
    assert tablet.sign_in("liu.yang").get("/").status_code == 200


def test_the_wait_doubles_up_to_a_quarter_of_an_hour_and_ends(house: House):
    now = house.plant.now()
    waited = []
    for _ in range(14):
        with time_machine.travel(now, tick=False):
            answer = tried(house, LOGIN, WRONG)
            assert "wrong" in answer.text
            if "Too many" in (again := tried(house, LOGIN, WRONG).text):
                seconds = int(again.partition("Try again in ")[2].split()[0])
                waited.append(seconds)
                now += timedelta(seconds=seconds)
    assert waited[:4] == [15, 30, 60, 120]
    assert max(waited) == 900
    with time_machine.travel(now + timedelta(seconds=901)):
        assert tried(house, LOGIN, PASSWORD).status_code == 303


def test_a_right_password_clears_the_count(house: House):
    for _ in range(2):
        for _ in range(4):
            tried(house, LOGIN, WRONG)
        assert tried(house, LOGIN, PASSWORD).status_code == 303


def test_unknown_accounts_are_throttled_like_known_ones(house: House):
    texts = [tried(house, "no.body", WRONG).text for _ in range(6)]
    assert "Too many tries" not in texts[4]
    assert "Too many tries" in texts[5]


def test_an_unknown_account_costs_the_same_time_as_a_known_one(tmp_path: Path):
    with copied(tmp_path) as plant:
        with plant.store.write() as connection:
            set_password(connection, LOGIN, PASSWORD)
        with plant.store.read() as connection:
            known = hash_of(connection, LOGIN)

    def took(stored: str | None) -> float:
        started = time.perf_counter()
        assert not is_right(stored, WRONG)
        return time.perf_counter() - started

    pairs = [(took(known), took(None)) for _ in range(3)]
    ratio = statistics.median(nobody / somebody for somebody, nobody in pairs)
    assert 0.4 < ratio < 2.5


def test_nobody_waits_while_a_password_is_checked(house: House):
    """All turns are taken: the sign-in stands in the middle, and others still write."""
    store, attempts = house.plant.store, table_of(AttemptRow)
    held = [passwords._turns.acquire(timeout=5) for _ in range(passwords.VERIFIED_AT_ONCE)]
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(sign_in, store, DOCUMENTS, login=LOGIN, password=PASSWORD,
                             browser="b" * 24, now=house.plant.now(), days=1)  # fmt: skip
        counted = None
        while counted is None:
            with store.read() as connection:
                counted = connection.scalar(select(attempts.c.failures))
        with store.write() as connection:
            assert store.epoch(connection)
        assert not coming.done()
        for _ in held:
            passwords._turns.release()
        assert coming.result(timeout=10)


AWAY = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/\t/evil.example/",
    "\\\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    " //evil.example",
    "/%0d%0aset-cookie: x=y",
]


@pytest.mark.parametrize("away", AWAY)
def test_nobody_is_sent_to_another_host(shared_house: House, away: str):
    signed_in = shared_house.browser(LOGIN)
    data = {"login": LOGIN, "password": PASSWORD, "next": away}
    note = {"on": "lot/SZ:M-1001:L2611-02", "body.text": "seen", "then": away}
    answers = [
        shared_house.nobody().post("/sign-in", data=data),
        shared_house.nobody().get("/lang/en", params={"next": away}),
        shared_house.nobody().post("/language", data={"lang": "en", "then": away}),
        signed_in.post("/do/note.added", data=note),
    ]
    for answer in answers:
        assert answer.status_code == 303
        goal = answer.headers["location"]
        assert goal.startswith("/")
        assert goal[1:2] not in ("/", "\\")
        assert "\t" not in goal
        assert "\n" not in goal
        assert "x" not in answer.cookies
