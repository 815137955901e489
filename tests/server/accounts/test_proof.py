"""What proves an entry: a sign-in that is its actor's, on the device that sent it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from server.accounts import devices, sessions
from server.accounts.passwords import PASSWORD_MAX_CHARS, hash_of, is_right, set_password
from server.accounts.sessions import SERVER_DEVICE, Session, me_of, standings
from server.accounts.tables import SessionRow
from server.domain.model import DOCUMENTS
from server.domain.person import SYSTEM, Person
from server.domain.rights import SETUP_SESSION
from server.plant import Plant
from sync.entry import FIRST_PREV, Entry
from sync.problem import Problem
from sync.store import table_of
from sync.tables import DeviceRow, MetaRow
from tests.server.web.plant_in_use import PASSWORD, copied

LOGIN = "wang.fang"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with copied(tmp_path) as plant:
        yield plant


def signed_in(plant: Plant, login: str = LOGIN) -> Session:
    now = plant.now()
    token = sessions.sign_in(
        plant.store, DOCUMENTS, login=login, password=PASSWORD, browser="b" * 24, now=now, days=1
    )
    with plant.store.read() as connection:
        session = sessions.of_token(connection, DOCUMENTS, token, plant.now())
    assert session is not None
    return session


def enrolled(plant: Plant, session: Session, token: str = "", device: str = "") -> devices.Enrolled:
    asked = devices.Asked(device=device, name="tablet", token=token)
    with plant.store.write() as connection:
        return devices.enrol(connection, session, asked, now=plant.now())


def forget(plant: Plant, session: Session, device: str) -> None:
    """As a restored server that was backed up before the person signed in on this device."""
    with plant.store.write() as connection:
        for table, key in ((SessionRow, session.id), (DeviceRow, device)):
            rows = table_of(table)
            connection.execute(delete(rows).where(rows.c.id == key))


def entry(session: str, actor: str, device: str) -> Entry:
    return Entry(
        id="00000000-0000-7000-8000-000000000001",
        device=device,
        seq=1,
        prev=FIRST_PREV,
        kind="note.added",
        actor=actor,
        session=session,
        on="lot/SZ:x",
        at="2026-11-22T09:00:00+08:00",
    )


def is_proved(plant: Plant, one: Entry) -> bool:
    with plant.store.read() as connection:
        return not standings(connection, [one])


def test_a_session_proves_its_own_person_on_its_own_device(plant: Plant):
    session = signed_in(plant)
    device = enrolled(plant, session).device
    assert is_proved(plant, entry(session.id, LOGIN, device))
    assert is_proved(plant, entry(session.id, LOGIN, f"web-{session.id}"))
    assert not is_proved(plant, entry(session.id, "zhao.lei", device))
    assert not is_proved(plant, entry(session.id, LOGIN, "dev-of-another"))
    assert not is_proved(plant, entry("no-such-session", LOGIN, device))


def test_what_was_recorded_stays_proved_after_the_session_ended(plant: Plant):
    session = signed_in(plant)
    device = enrolled(plant, session).device
    with plant.store.write() as connection:
        sessions.end(connection, session.id, plant.now())
    assert is_proved(plant, entry(session.id, LOGIN, device))


def test_a_sign_in_that_the_server_has_forgotten_is_still_proved_and_no_other(plant: Plant):
    session = signed_in(plant)
    kept = enrolled(plant, session)
    assert is_proved(plant, entry(kept.session, LOGIN, kept.device))
    forget(plant, session, kept.device)
    assert is_proved(plant, entry(kept.session, LOGIN, kept.device))
    assert len(kept.session) <= 64
    assert not is_proved(plant, entry(session.id, LOGIN, kept.device))
    assert not is_proved(plant, entry(f"{session.id}.", LOGIN, kept.device))
    assert not is_proved(plant, entry(kept.session, "zhao.lei", kept.device))
    assert not is_proved(plant, entry(kept.session, SYSTEM, kept.device))
    assert not is_proved(plant, entry(kept.session, LOGIN, "dev-of-another"))
    assert not is_proved(plant, entry(f"{kept.session[:-1]}é", LOGIN, kept.device))


def test_a_sign_in_is_proved_by_the_database_that_gave_it_alone(plant: Plant):
    session = signed_in(plant)
    kept = enrolled(plant, session)
    forget(plant, session, kept.device)
    meta = table_of(MetaRow)
    with plant.store.write() as connection:
        connection.execute(update(meta).where(meta.c.name == "secret").values(value="another"))
    assert not is_proved(plant, entry(kept.session, LOGIN, kept.device))


def test_a_device_that_the_server_has_forgotten_comes_back_under_its_id(plant: Plant):
    session = signed_in(plant)
    first = enrolled(plant, session)
    forget(plant, session, first.device)
    again = enrolled(plant, signed_in(plant), first.token, first.device)
    assert (again.device, again.token) == (first.device, first.token)


def test_nobody_takes_a_forgotten_devices_id_without_its_token(plant: Plant):
    session = signed_in(plant)
    first = enrolled(plant, session)
    forget(plant, session, first.device)
    for token in ("", "made up", first.token[:-1]):
        other = enrolled(plant, signed_in(plant), token, first.device)
        assert other.device != first.device
        assert other.token != token
    assert enrolled(plant, signed_in(plant), first.token).device != first.device


def test_nobody_but_the_server_speaks_for_the_system(plant: Plant):
    session = signed_in(plant)
    device = enrolled(plant, session).device
    assert is_proved(plant, entry(SETUP_SESSION, SYSTEM, SERVER_DEVICE))
    assert not is_proved(plant, entry(SETUP_SESSION, SYSTEM, device))
    assert not is_proved(plant, entry(session.id, SYSTEM, device))


def test_a_device_keeps_its_identity_by_its_token_and_the_database_knows_only_a_hash(plant: Plant):
    first = enrolled(plant, signed_in(plant))
    again = enrolled(plant, signed_in(plant, "liu.yang"), token=first.token)
    assert (again.device, again.token) == (first.device, first.token)
    assert enrolled(plant, signed_in(plant), token="made up").device != first.device
    for one in plant.settings.data.glob("traveler.sqlite3*"):
        assert first.token.encode() not in one.read_bytes()


@pytest.mark.parametrize("password", ["", "short", "x" * (PASSWORD_MAX_CHARS + 1)])
def test_a_password_has_a_length(plant: Plant, password: str):
    with pytest.raises(Problem, match="password_length"), plant.store.write() as connection:
        set_password(connection, LOGIN, password)


@pytest.mark.parametrize("stored", [None, "", "not a hash", "$argon2id$v=19$broken"])
def test_a_hash_that_is_none_opens_nothing(stored: str | None):
    assert not is_right(stored, PASSWORD)


def test_a_new_password_replaces_the_old_one(plant: Plant):
    with plant.store.write() as connection:
        set_password(connection, LOGIN, "another password")
    with plant.store.read() as connection:
        stored = hash_of(connection, LOGIN)
    assert is_right(stored, "another password")
    assert not is_right(stored, PASSWORD)
    assert not is_right(stored, "another password" + "x" * PASSWORD_MAX_CHARS)


def test_a_person_is_told_by_seats_and_roles_in_order():
    roles = {"SZ": ["operator", "planner"], "org": ["admin"], "HD": ["planner"]}
    person = Person.model_validate(
        {"key": "person/org:x", "login": "x", "name": "某", "roles": roles}
    )
    me = me_of(person)
    assert me["sites"] == ["HD", "SZ"]
    assert me["seats"] == ["HD:planner", "SZ:operator", "SZ:planner", "org:admin"]
    assert me["roles"] == ["admin", "operator", "planner"]
