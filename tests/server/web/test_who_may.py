"""Who may: every route, every page and every entry kind, for nobody and for every role.

What is walked comes from the application's own routes, page table and kinds, so that what is added
is walked too. What is public is listed here by hand.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.routes import HTTPRoute

from server.domain.model import DOCUMENTS, KINDS
from server.pages.table import PAGES
from server.pages.wording import UUID
from tests.server.web.plant_in_use import EVERYWHERE, ROLES, SITES, House, login_of

PUBLIC = {
    "GET /health",
    "GET /sw.js",
    "GET /manifest.webmanifest",
    "GET /assets/shared.json",
    "GET /assets/{path:path}",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
    "GET /lang/{lang:str}",
    "POST /language",
    "GET /offline",
    "GET /trust",
    "GET /trust/traveler-ca.crt",
    "GET /trust/code.svg",
    "GET /revoked",
    "GET /switch",
    "GET /01/{gtin:str}/10/{lot:str}",  # leads to /scan, which asks for a sign-in
    "GET /schema",
    "GET /schema/model.json",
    "GET /schema/openapi.json",
    "GET /schema/{path:str}",
}
TO_DEVICES = {"device": "dev-1", "entries": [], "ticket": "{}", "sig": ""}
TO_DEVICES |= {"key": "x", "password": "x", "endpoint": "x", "p256dh": "x", "auth": "x"}
BY_DEVICE = {
    "POST /sync/push",
    "POST /sync/switch",
    "HEAD /blobs/{sha256:str}",
    "PATCH /blobs/{sha256:str}",
}
# What each role may see of a site, by the type of document (docs/protocol.md, scopes).
FLOOR = {"item", "procedure", "lot", "label", "printer", "job", "order", "requisition", "approval"}
SEEN: dict[str, set[str]] = {
    **dict.fromkeys(("operator", "inspector", "storekeeper", "planner"), FLOOR),
    "technician": FLOOR | {"visit"},
    **dict.fromkeys(("supervisor", "quality_manager", "admin"), FLOOR | {"visit", "case"}),
}
WITHOUT_SITE = {"site", "person", "signer"}  # people, their keys and sites are everybody's
FILLED = {
    "path:path": "app.css",
    "lang:str": "en",
    "kind:str": "note.added",
    "sha256:str": "a" * 64,
}


def routes(house: House) -> Iterator[tuple[str, str]]:
    """Every method and path of the application."""
    for route in house.client.app.routes:
        assert isinstance(route, HTTPRoute), f"{route.path} is walked by nobody"
        for method in sorted(set(route.methods) - {"OPTIONS"}):
            yield method, route.path


def filled(path: str) -> str:
    return re.sub(r"\{([^}]+)\}", lambda hole: FILLED.get(hole[1], "SZ:x"), path)


def test_without_a_sign_in_every_route_refuses_but_for_the_public_ones(shared_house: House):
    before = shared_house.documents()
    walked = set()
    for method, path in routes(shared_house):
        walked.add(name := f"{method} {path}")
        more: dict[str, Any] = {"json": TO_DEVICES} if "sync" in path else {}
        if name == "GET /labels.pdf":
            more = {"params": {"lot": "SZ:x"}}
        if method == "PATCH":
            more = {"headers": {"Upload-Offset": "0", "Upload-Length": "1"}, "content": b"x"}
        answer = shared_house.nobody().ask(method, filled(path), **more)
        if name in PUBLIC:
            assert answer.status_code < 500, name
        elif answer.status_code in (301, 302, 303):
            assert answer.headers["location"].startswith("/sign-in?next="), name
        else:
            assert answer.status_code == 401, name
    assert walked >= PUBLIC | BY_DEVICE, "a public route that is not there"
    assert shared_house.documents() == before


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "%00", "' or 1=1 --", "a" * 5000])
def test_a_cookie_that_nobody_was_given_signs_nobody_in(shared_house: House, cookie: str):
    browser = shared_house.nobody()
    browser.cookies["traveler"] = cookie
    assert browser.get("/lots").headers["location"].startswith("/sign-in")


def keys_by_type(house: House) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key in sorted(house.documents()):
        found.setdefault(key.partition("/")[0], []).append(key)
    return found


def one_at(keys: list[str], site: str) -> str | None:
    return next((key for key in keys if f"/{site}:" in key), None)


def path_of(key: str) -> str:
    kind, _, rest = key.partition("/")
    return f"/{kind}s/{rest}"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_own_sites_documents_and_no_other_sites(shared_house: House, role: str):
    browser = shared_house.browser(login_of(role, "SZ"))
    everybody = shared_house.browser(EVERYWHERE)
    by_type = keys_by_type(shared_house)
    shown = {page["doc"].partition("/")[0] for page in PAGES if page.get("doc")}
    checked = 0
    for kind, site in ((kind, site) for kind in sorted(shown) for site in SITES):
        key = one_at(by_type.get(kind, []), site)
        if key is None:
            continue
        checked += 1
        assert everybody.get(path_of(key)).status_code == 200, key
        due = 200 if site == "SZ" and kind in SEEN[role] else 404
        answer = browser.get(path_of(key))
        assert answer.status_code == due, f"{role} at {key}"
        if due == 404:
            code = key.rpartition(":")[2]
            other = re.sub(r"\w", "0", code) if UUID.fullmatch(code) else "never-there"
            absent = browser.get(path_of(f"{kind}/{site}:{other}"))
            told = answer.text.replace(key.partition("/")[2], f"{site}:{other}")
            told = told.replace(code, other).replace(f"…{code[-6:]}", f"…{other[-6:]}")
            assert told == absent.text, "whether a foreign document exists can be told"
    assert checked >= 12


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_every_page_that_lists_and_sees_nothing_of_another_site(
    shared_house: House, role: str
):
    browser = shared_house.browser(login_of(role, "HD"))
    for page in PAGES:
        if "{id}" in page["path"]:
            continue
        answer = browser.get(page["path"])
        allowed = not page.get("roles") or role in page["roles"]
        assert answer.status_code == (200 if allowed else 403), page["name"]
        linked = re.findall(r'href="(/[a-z]+s/[A-Za-z]+:[^"]+)"', answer.text)
        for link in linked:
            kind, _, rest = link[1:].partition("s/")
            assert rest.startswith(("HD:", "org:")), f"{role} sees {link} on {page['path']}"
            assert kind in SEEN[role] | WITHOUT_SITE, f"{role} sees {link} on {page['path']}"
    feed = browser.get("/lots")
    assert "/lots/HD:" in feed.text


@pytest.mark.parametrize("role", ROLES)
def test_a_pull_brings_each_role_its_scopes_and_no_more(shared_house: House, role: str):
    answer = shared_house.device(login_of(role, "HD")).pull()
    assert answer.status_code == 200
    changes = answer.json()["changes"]
    for change in changes:
        kind, site = change["type"], change["key"].partition("/")[2].partition(":")[0]
        assert kind in WITHOUT_SITE or site == "HD", change["key"]
        assert kind in SEEN[role] | WITHOUT_SITE, f"{role} is sent {change['key']}"
    assert {change["type"] for change in changes} >= {"person", "item", "lot"}


def test_every_type_of_document_is_walked():
    assert set(DOCUMENTS) == FLOOR | WITHOUT_SITE | {"visit", "case"}


def on_of(kind: str, site: str, by: str = "") -> str:
    """Something that an entry of this kind might be about; the gate looks at the site only."""
    return f"lot/{site}:M-1001:walk-{kind}-{by}"


@pytest.mark.parametrize("role", ROLES)
def test_every_kind_is_refused_for_each_wrong_role_and_site_when_pushed(
    shared_house: House, role: str
):
    house = shared_house
    device = house.device(login_of(role, "SZ"))
    before = house.documents(but=("case",))
    walked = [(kind, site) for kind in sorted(KINDS) for site in SITES]
    entries = [device.entry(kind, on_of(kind, site, role), {}) for kind, site in walked]
    verdicts = device.verdicts(*entries)
    assert len(verdicts) == len(walked)
    for (kind, site), verdict in zip(walked, verdicts, strict=True):
        if site == "SZ" and role in KINDS[kind].roles:
            assert verdict["code"] not in ("no_right", "foreign_site"), (kind, verdict)
            continue
        assert verdict["code"] == "no_right", (kind, site, verdict)
        assert verdict["status"] == ("rejected" if KINDS[kind].request else "parked")
        assert bool(verdict["case"]) == (verdict["status"] == "parked"), "nobody would see it"
    assert house.documents(but=("case",)) == before


@pytest.mark.parametrize("role", ROLES)
def test_every_kind_is_refused_for_each_wrong_role_and_site_by_form(shared_house: House, role: str):
    browser = shared_house.browser(login_of(role, "SZ"))
    browser.cookies["traveler_lang"] = "en"
    before = shared_house.documents(), shared_house.entries()
    for kind in sorted(KINDS):
        for site in SITES:
            answer = browser.do(kind, on=on_of(kind, site), then_error="/offline")
            assert answer.status_code == 422, (kind, site)
            refused = "You may not do this at" in answer.text
            may = site == "SZ" and role in KINDS[kind].roles
            assert refused != may, (kind, site)
    assert (shared_house.documents(), shared_house.entries()) == before


@pytest.mark.parametrize("site", ["XX", "org", "sz"])
def test_a_site_that_is_not_there_or_not_ones_own_is_refused(house: House, site: str):
    device = house.device(login_of("operator", "SZ"))
    verdict = device.verdicts(device.note(on=f"lot/{site}:x"))[0]
    assert verdict["status"] == "parked" or verdict["code"] == "unknown_document"
    answer = device.browser.do("note.added", on=f"lot/{site}:x", body_text="x", then_error="/")
    assert answer.status_code == 422


def test_an_entry_in_somebody_elses_name_is_parked_and_changes_nothing(house: House):
    device = house.device(login_of("operator", "SZ"))
    other = house.device(login_of("supervisor", "SZ"))
    lot = "lot/SZ:M-1001:L2611-02"
    before = house.documents(but=("case",))
    forged = [
        device.entry("lot.scrapped", lot, {"reason": "x"}, actor=login_of("supervisor", "SZ")),
        device.entry("lot.scrapped", lot, {"reason": "x"}, actor="system", session="system"),
        device.entry("lot.scrapped", lot, {"reason": "x"}, actor=login_of("supervisor", "SZ"),
                     session=other.enrolled["session"]),
        device.entry("note.added", lot, {"text": "x"}, session="f" * 32),
    ]  # fmt: skip
    verdicts = device.verdicts(*forged)
    assert [v["status"] for v in verdicts] == ["parked"] * 4
    assert {v["code"] for v in verdicts} == {"session_foreign"}
    assert all(v["case"] for v in verdicts)
    assert house.documents(but=("case",)) == before


def test_a_foreign_device_cannot_push_pull_or_use_anothers_token(house: House):
    mine, other = house.device("wang.fang"), house.device("liu.yang")
    entry = mine.note()
    name = other.enrolled["device"]
    assert mine.push(entry, device=name).json()["code"] == "device_foreign"
    assert mine.pull(device=name).json()["code"] == "device_foreign"
    for token in ("", "x", other.enrolled["token"][:-1]):
        mine.enrolled["token"] = token
        for answer in (mine.push(entry), mine.pull()):
            assert (answer.status_code, answer.json()["code"]) == (401, "device_unknown")
    assert house.nobody().post("/sync/enrol", json={}).json()["code"] == "sign_in_needed"


def test_a_pull_needs_the_persons_own_sign_in_beside_the_device(house: House):
    device = house.device("wang.fang")
    device.browser.post("/sign-out")
    assert device.pull().json()["code"] == "sign_in_needed"
    assert device.push(device.note()).json()["verdicts"][0]["status"] == "applied"
