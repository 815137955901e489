"""What a tablet finds over plain http before it trusts the server, and nothing more than that."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from litestar import Litestar
from litestar.testing import TestClient

from server.app import create_setup_app
from server.plant import Plant
from server.tls.proof import own_proof
from tests.server.web.plant_in_use import Browser, House

ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel Tablet) AppleWebKit/537.36 Chrome/140.0"
IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Edg/140.0"

OPENED = re.compile(r'<details class="deed" open>\s*<summary>(.*?)</summary>')


@pytest.fixture
def setup_page(plant: Plant, tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    proof = own_proof(tmp_path / "tls", lambda: ["10.1.2.3"], plant.now())
    proof.setup_url, proof.app_url = "http://10.1.2.3:8080/trust", "https://10.1.2.3:8000"
    with TestClient(create_setup_app(plant, proof), base_url="http://10.1.2.3:8080") as client:
        client.proof = proof  # type: ignore[attr-defined]
        yield client


def test_the_certificate_comes_in_the_form_and_type_that_devices_offer_to_install(
    setup_page: TestClient[Litestar],
):
    answer = setup_page.get("/trust/traveler-ca.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert answer.headers["content-disposition"] == 'attachment; filename="traveler-ca.crt"'
    sent = x509.load_der_x509_certificate(answer.content)
    assert sent == setup_page.proof.authority.certificate  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("user_agent", "unfolded"),
    [(ANDROID, ["安卓 Android"]), (IPAD, ["iPad 和 iPhone"]), (WINDOWS, ["Windows"]), ("curl", [])],
)
def test_the_steps_of_the_asking_device_are_unfolded(
    setup_page: TestClient[Litestar], user_agent: str, unfolded: list[str]
):
    page = setup_page.get("/trust", headers={"user-agent": user_agent}).text
    assert OPENED.findall(page) == unfolded
    fingerprint = setup_page.proof.authority.fingerprint  # type: ignore[attr-defined]
    assert fingerprint in page
    assert 'href="https://10.1.2.3:8000"' in page


def test_the_language_can_be_chosen_there(setup_page: TestClient[Litestar]):
    assert 'lang="zh-CN"' in setup_page.get("/trust").text
    assert "Set up this device" in setup_page.get("/lang/en?next=/trust").text


def test_over_plain_http_there_is_the_way_in_and_nothing_of_the_plant(
    setup_page: TestClient[Litestar],
):
    assert setup_page.get("/").url.path == "/trust"
    assert setup_page.get("/assets/app.css").status_code == 200
    assert setup_page.get("/trust/code.svg").headers["content-type"] == "image/svg+xml"
    for path in ("/sign-in", "/lots", "/sync/pull", "/schema", "/blobs/x"):
        assert setup_page.get(path).status_code == 404
    assert "strict-transport-security" not in setup_page.get("/trust").headers


def test_a_server_without_an_authority_of_its_own_has_no_such_page(house: House, nobody: Browser):
    for path in ("/trust", "/trust/traveler-ca.crt", "/trust/code.svg"):
        assert nobody.ask("GET", path).status_code == 404
