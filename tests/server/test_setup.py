"""Setting up: deeds of the system itself, all or none, and settings from outside."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.accounts.sessions import SERVER_DEVICE
from server.accounts.tables import AccountRow
from server.demo.people import PASSWORDS, PEOPLE
from server.domain.model import MODEL
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.domain.sums import broken
from server.plant import Plant, chain_of, opened
from server.settings import Settings, from_environment, must_be_sound
from server.setup import build_demo, perform, perform_now
from sync import documents
from sync.compose import Deed
from sync.problem import Problem
from sync.store import table_of
from sync.tables import JournalRow
from sync.verify import verify
from tests.simulation.demo import TODAY, demo_in

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """An empty plant."""
    made = opened(Settings(data=tmp_path))
    yield made
    made.close()


def entries(plant: Plant) -> int:
    with plant.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(table_of(JournalRow))) or 0


def deed(kind: str, on: str, body: dict[str, object]) -> tuple[Deed, datetime]:
    return Deed(kind, on, body, SYSTEM, SETUP_SESSION, "2026-11-22T10:00:00+08:00"), NOW


SITE = deed("site.opened", "site/org:SZ", {"name_zh": "苏州工厂", "name_en": "Suzhou plant"})
PERSON = deed(
    "person.added", "person/org:wang.fang", {"name": "王芳", "roles": {"SZ": ["operator"]}}
)


def test_deeds_of_the_system_go_through_the_journal_like_all_others(plant):
    perform(plant, [SITE, PERSON])
    with plant.store.read() as connection:
        assert documents.find(connection, ["person"]) == ["person/org:wang.fang"]
        assert chain_of(connection, SERVER_DEVICE).last_seq == 2
    assert verify(plant.store, MODEL, broken).faults == []


def test_one_deed_that_is_refused_leaves_none(plant):
    with pytest.raises(Problem) as raised:
        perform(plant, [SITE, PERSON, PERSON])
    assert raised.value.code == "already_exists"
    assert entries(plant) == 0


def test_a_deed_that_makes_no_sense_is_refused_and_not_left_parked(plant):
    bodies: dict[str, dict[str, object]] = {
        "person.invented": {},
        "person.added": {"name": "王芳"},
    }
    for kind, body in bodies.items():
        with pytest.raises(Problem):
            perform_now(plant, kind, "person/org:wang.fang", body)
    assert entries(plant) == 0


def test_the_server_goes_on_with_its_own_chain_after_a_restart(plant, tmp_path):
    perform(plant, [SITE])
    plant.close()
    again = opened(Settings(data=tmp_path))
    perform(again, [PERSON])
    assert verify(again.store, MODEL, broken).faults == []
    assert entries(again) == 2
    again.close()


def test_the_demo_is_built_once(tmp_path):
    plant = demo_in(tmp_path)
    before = entries(plant)
    assert build_demo(plant, TODAY) is False
    assert entries(plant) == before
    plant.close()


def test_everybody_of_the_demo_has_a_password_and_none_is_kept_readable(tmp_path):
    plant = demo_in(tmp_path)
    with plant.store.read() as connection:
        rows = connection.execute(select(table_of(AccountRow))).all()
    plant.close()
    assert {row.login for row in rows} == set(PASSWORDS) == {person.login for person in PEOPLE}
    assert all(row.password_hash.startswith("$argon2id$") for row in rows)
    assert not any(PASSWORDS[row.login] in row.password_hash for row in rows)


def test_the_signatures_of_the_demo_are_there(tmp_path):
    plant = demo_in(tmp_path)
    with plant.store.read() as connection:
        visits = documents.load(
            connection, MODEL.documents, set(documents.find(connection, ["visit"]))
        )
        named = {
            evidence.sha256
            for visit in visits.values()
            for step in visit.steps  # type: ignore[attr-defined]
            for record in step.records
            for evidence in record.evidence
        }
        assert named
        assert all(plant.blobs.type_of(connection, one) == "image/png" for one in named)
    plant.close()


def test_settings_have_defaults_and_follow_the_environment():
    assert from_environment({}) == Settings()
    told = from_environment(
        {
            "TRAVELER_DATA": "/srv/traveler",
            "TRAVELER_PUBLIC_URL": "https://traveler.example/",
            "TRAVELER_TIME_ZONE": "Europe/Berlin",
            "TRAVELER_SESSION_DAYS": "3",
            "HOME": "/root",
        }
    )
    assert told == Settings(
        data=Path("/srv/traveler"),
        public_url="https://traveler.example",
        time_zone="Europe/Berlin",
        session_days=3,
    )
    assert told.secure
    assert not Settings().secure


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("TRAVELER_SESSION_DAYS", "two"),
        ("TRAVELER_SESSION_DAYS", "0"),
        ("TRAVELER_LOCK_MINUTES", "-1"),
        ("TRAVELER_LATE_HOURS", ""),
        ("TRAVELER_OFFLINE_HOURS", "1.5"),
        ("TRAVELER_PRINT_LATE_MINUTES", "99999999999"),
        ("TRAVELER_TIME_ZONE", "Asia/Suzhou"),
        ("TRAVELER_TIME_ZONE", "Asia"),
        ("TRAVELER_TIME_ZONE", ""),
        ("TRAVELER_PUBLIC_URL", "traveler.plant.example"),
        ("TRAVELER_PUBLIC_URL", "traveler.plant.example:8000"),
        ("TRAVELER_PUBLIC_URL", "ftp://traveler.plant.example"),
        ("TRAVELER_PUBLIC_URL", "https://:8000"),
        ("TRAVELER_PUBLIC_URL", "https://traveler.plant.example:99999"),
    ],
)
def test_a_setting_that_can_not_be_meant_is_refused_by_its_name(name: str, told: str):
    with pytest.raises(Problem) as raised:
        must_be_sound(from_environment({name: told}))
    assert raised.value.code == "setting_wrong"
    assert (raised.value.params["name"], raised.value.params["told"]) == (name, told)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "https://traveler.plant.example", "http://[fe80::1]:8000"]
)
def test_settings_that_a_plant_may_have_are_taken(url: str):
    told = {"TRAVELER_PUBLIC_URL": url, "TRAVELER_TIME_ZONE": "Europe/Berlin"}
    must_be_sound(from_environment(told | {"TRAVELER_LOCK_MINUTES": "0"}))


def test_the_database_is_in_the_data_folder_unless_another_is_named(tmp_path):
    assert Settings(data=tmp_path).database_url == f"sqlite:///{tmp_path}/traveler.sqlite3"
    named = "postgresql+psycopg://db/traveler"
    assert Settings(data=tmp_path, database=named).database_url == named


@pytest.mark.parametrize("name", ["with space", "数据", "a%20b", "a+b", "a@b:c", "a?b#c"])
def test_a_data_folder_may_have_any_name(tmp_path, name):
    folder = tmp_path / name
    plant = opened(Settings(data=folder))
    perform(plant, [SITE])
    plant.close()
    assert (folder / "traveler.sqlite3").exists()
