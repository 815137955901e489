"""A person's key on a shared device, tickets of their PIN, and forms signed with the password."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from server.domain.signature import digest_of
from sync.signature import SigningKey, is_valid
from tests.server.web.plant_in_use import PASSWORD, Browser, Device, House, login_of

LOT = "lot/SZ:M-1001:L2611-02"


def scrap(house: House, **more: str) -> dict[str, str]:
    """The form that scraps the lot, as it is now, signed with the password."""
    base = str(house.body_of(LOT)["version"])
    body = {"body.reason": "wet", "sign.secret": PASSWORD, "on": LOT, "base": base}
    return body | more


def enrolled(device: Device, key: SigningKey, *, password: str = PASSWORD) -> Any:
    body = {"device": device.enrolled["device"], "key": key.public, "password": password}
    return device.browser.post("/sync/signer", json=body, headers=device.headers)


def ticket(device: Device, login: str, signer: str, **more: Any) -> str:
    told = {
        "form": "traveler ticket 1",
        "device": device.enrolled["device"],
        "login": login,
        "signer": signer,
        "at": datetime.now(UTC).isoformat(),
        "skew_ms": 0,
        "nonce": "n",
    }
    return json.dumps(told | more)


def handed_in(device: Device, text: str, key: SigningKey) -> Any:
    body = {"device": device.enrolled["device"], "ticket": text, "sig": key.sign(text.encode())}
    return device.browser.post("/sync/switch", json=body, headers=device.headers)


def shared(house: House) -> tuple[Device, SigningKey, str]:
    """A supervisor's key on a tablet, on which an operator has signed in since."""
    boss, key = house.device(login_of("supervisor", "SZ")), SigningKey.generate()
    answer = enrolled(boss, key)
    assert answer.status_code == 200, answer.text
    boss.browser.post("/sign-out")
    boss.browser.sign_in(login_of("operator", "SZ"))
    return boss, key, str(answer.json()["signer"])


def who(browser: Browser) -> str:
    page: str = browser.get("/more").text
    return page.partition('data-login="')[2].partition('"')[0]


def test_a_key_is_taken_only_with_the_persons_password(house: House):
    device = house.device(login_of("supervisor", "SZ"))
    refused = enrolled(device, SigningKey.generate(), password="guessed")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_wrong")


def test_a_key_whose_answer_was_lost_is_enrolled_once(house: House):
    device, key = house.device(login_of("supervisor", "SZ")), SigningKey.generate()
    assert enrolled(device, key).json() == enrolled(device, key).json()


def test_a_ticket_lets_its_person_in_and_the_one_before_out(house: House):
    device, key, signer = shared(house)
    before = dict(device.browser.cookies)
    boss = login_of("supervisor", "SZ")
    answer = handed_in(device, ticket(device, boss, signer), key)
    assert answer.json()["me"]["login"] == boss
    assert who(device.browser) == boss
    old = Browser(device.browser.client, before)
    assert old.get("/more").headers["location"].startswith("/sign-in")


def test_the_same_ticket_gives_the_same_session_again(house: House):
    device, key, signer = shared(house)
    text = ticket(device, login_of("supervisor", "SZ"), signer)
    first, second = handed_in(device, text, key), handed_in(device, text, key)
    assert first.json()["session"] == second.json()["session"]


def test_a_ticket_is_good_once(house: House):
    device, key, signer = shared(house)
    text = ticket(device, login_of("supervisor", "SZ"), signer)
    handed_in(device, text, key)
    device.browser.post("/sign-out")
    assert handed_in(device, text, key).json()["code"] == "ticket_wrong"


def test_a_ticket_for_somebody_else_or_by_another_key_lets_nobody_in(house: House):
    device, key, signer = shared(house)
    other = ticket(device, login_of("operator", "SZ"), signer)
    assert handed_in(device, other, key).json()["code"] == "ticket_wrong"
    right = ticket(device, login_of("supervisor", "SZ"), signer)
    assert handed_in(device, right, SigningKey.generate()).json()["code"] == "ticket_wrong"


def test_a_ticket_of_yesterday_has_expired(house: House):
    device, key, signer = shared(house)
    at = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    answer = handed_in(device, ticket(device, login_of("supervisor", "SZ"), signer, at=at), key)
    assert (answer.status_code, answer.json()["code"]) == (401, "ticket_expired")


def test_a_revoked_key_lets_nobody_in(house: House):
    device, key, signer = shared(house)
    boss = house.browser(login_of("supervisor", "SZ"))
    boss.do("signer.revoked", on=f"signer/org:{signer}", body_reason="lost", then="/pin")
    answer = handed_in(device, ticket(device, login_of("supervisor", "SZ"), signer), key)
    assert answer.json()["code"] == "signer_revoked"


def test_a_form_is_signed_with_the_password_by_the_servers_key(house: House):
    boss = house.browser(login_of("supervisor", "SZ"))
    answer = boss.post("/do/lot.scrapped", data=scrap(house))
    assert answer.status_code == 303, answer.text
    lot = house.body_of(LOT)
    told = lot["timeline"][0]["signature"]
    assert (told["meaning"], told["method"]) == ("disposed", "password")
    assert PASSWORD not in json.dumps(lot)
    signer = house.body_of(f"signer/org:{told['signer']}")
    said = ["traveler signature 1", "lot.scrapped", LOT, login_of("supervisor", "SZ")]
    said += [told[name] for name in ("meaning", "name", "at", "method", "signer", "digest")]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    assert is_valid(signer["public_key"], text, told["sig"])
    assert told["digest"] != digest_of([], {"reason": "wet"}), "what was shown is in it"


def test_a_wrong_password_signs_nothing_and_is_not_shown_again(house: House):
    boss = house.browser(login_of("supervisor", "SZ"))
    more = {"sign.secret": "guessed-wrong", "then_error": "/lots/SZ:M-1001:L2611-02"}
    answer = boss.post("/do/lot.scrapped", data=scrap(house, **more))
    assert answer.status_code == 422
    assert "The password is wrong" in answer.text
    assert "guessed-wrong" not in answer.text
    assert house.body_of(LOT)["status"] != "scrapped"


def test_a_form_that_must_be_signed_asks_for_the_password(house: House):
    boss = house.browser(login_of("supervisor", "SZ"))
    page = boss.get("/lots/SZ:M-1001:L2611-02").text
    assert 'name="sign.secret" type="password"' in page
    answer = boss.post("/do/lot.scrapped", data=scrap(house, **{"sign.secret": ""}))
    assert "needs your signature" in answer.text


def test_what_changed_since_it_was_shown_is_not_signed(house: House):
    boss = house.browser(login_of("supervisor", "SZ"))
    boss.do("note.added", on=LOT, body_text="a note", base=scrap(house)["base"])
    seen = str(int(scrap(house)["base"]) - 1)
    answer = boss.post("/do/lot.scrapped", data=scrap(house, base=seen))
    assert "It changed after you saw it" in answer.text


def test_a_badge_is_a_code_that_leads_to_its_persons_pin(house: House):
    answer = house.browser(login_of("supervisor", "SZ")).get("/badge.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text.count("<path") == 2
