"""What every answer carries, which files are served, and that other sites make us do nothing."""

import re

import pytest

from server.web.guard import POLICY
from tests.server.web.plant_in_use import Browser, House

STRICT = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
EVERYWHERE = [
    ("GET", "/"),
    ("GET", "/sign-in"),
    ("GET", "/nothing"),
    ("GET", "/health"),
    ("GET", "/sw.js"),
    ("GET", "/assets/app.css"),
    ("GET", "/assets/nothing.js"),
    ("GET", "/assets/shared.json"),
    ("GET", "/manifest.webmanifest"),
    ("GET", "/schema"),
    ("GET", "/schema/openapi.json"),
    ("GET", "/schema/nothing"),
    ("GET", "/sync/events"),
    ("GET", "/blobs/x"),
    ("POST", "/sync/push"),
    ("POST", "/do/nothing"),
    ("PUT", "/lots"),
    ("DELETE", "/sync/push"),
    ("OPTIONS", "/lots"),
]


@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
def test_every_answer_keeps_browsers_strict_errors_and_files_too(
    shared_house: House, method: str, path: str
):
    answer = shared_house.nobody().ask(method, path)
    assert {name: answer.headers.get(name) for name in STRICT} == STRICT
    assert answer.headers["cache-control"]
    assert answer.status_code < 500


def test_the_policy_allows_no_inline_no_eval_no_nonce_and_no_other_host():
    for word in ("unsafe-inline", "'unsafe-eval'", "nonce-", "http:", "https:", "*"):
        assert word not in POLICY
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["form-action"] == "'self'"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.local:81"},
        {"origin": "http://testserver.local.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver.local"},
    ],
    ids=str,
)
def test_what_another_site_posts_is_refused_on_every_route(house: House, headers: dict[str, str]):
    device = house.device("wang.fang")
    browser = device.browser
    before = house.documents(), house.entries()
    note = {"on": "lot/SZ:M-1001:L2611-02", "body.text": "x"}
    for answer in (
        browser.post("/do/note.added", data=note, headers=headers),
        browser.post("/sign-in", data={"login": "a"}, headers=headers),
        browser.post("/sign-out", headers=headers),
        browser.post("/language", data={"lang": "en"}, headers=headers),
        browser.post("/sync/enrol", json={}, headers=headers),
        browser.post("/sync/push", json={}, headers=headers | device.headers),
        browser.ask("PATCH", "/blobs/x", headers=headers),
    ):
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    assert (house.documents(), house.entries()) == before
    assert browser.get("/lots").status_code == 200, "the session was ended from elsewhere"


def test_our_own_pages_post(house: House):
    browser = house.browser("wang.fang")
    own = {"origin": "http://testserver.local", "sec-fetch-site": "same-origin"}
    host = str(browser.client.base_url.host)
    own["origin"] = f"http://{host}"
    note = {"on": "lot/SZ:M-1001:L2611-02", "body.text": "x", "then": "/"}
    assert browser.post("/do/note.added", data=note, headers=own).status_code == 303


TRAVERSALS = [
    "/assets/../../../etc/passwd",
    "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2f..%2fetc%2fpasswd",
    "/assets//etc/passwd",
    "/assets/%2fetc%2fpasswd",
    "/assets/..%5c..%5cpyproject.toml",
    "/assets/../package.json",
    "/assets/%2e%2e/package.json",
    "/assets/icons/../../build.mjs",
    "/assets/app.css%00.png",
    "/assets/",
    "/assets/icons",
    "/assets/" + "x" * 5000,
    "/blobs/..%2f..%2ftraveler.sqlite3",
    "/lots/..%2f..%2fx/label.png",
]


@pytest.mark.parametrize("path", TRAVERSALS, ids=lambda path: path[:50])
def test_no_path_leads_out_of_the_built_files(shared_house: House, path: str):
    answer = shared_house.browser("wang.fang").get(path)
    assert answer.status_code in (400, 404), answer.text[:200]
    assert "root:" not in answer.text
    assert "devDependencies" not in answer.text


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/sw.js", "text/javascript"),
        ("/assets/page.js", "text/javascript"),
        ("/assets/app.css", "text/css"),
        ("/assets/icons/icons.svg", "image/svg+xml"),
        ("/assets/icons/icon-192.png", "image/png"),
        ("/assets/zxing_reader.wasm", "application/wasm"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/assets/shared.json", "application/json"),
    ],
)
def test_built_files_come_as_what_they_are(nobody: Browser, path: str, media_type: str):
    answer = nobody.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_the_worker_carries_the_build_of_what_it_caches(shared_house: House):
    source = shared_house.nobody().get("/sw.js").text
    assert "__BUILD__" not in source
    assert shared_house.plant.build in source or not re.search("BUILD", source)
    assert shared_house.nobody().get("/health").json()["build"] == shared_house.plant.build


def test_the_shared_bundle_holds_pages_and_texts_and_nothing_of_anybody(shared_house: House):
    bundle = shared_house.nobody().get("/assets/shared.json").json()
    wanted = {"build", "pages", "locale", "problems", "index", "kinds", "areas"}
    wanted |= {"types", "late_hours", "public_url"}
    assert set(bundle) == wanted
    assert "王芳" not in shared_house.nobody().get("/assets/shared.json").text
