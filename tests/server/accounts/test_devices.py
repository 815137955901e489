"""Devices: who is let in under which name, what a key changes, and what revoking one does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from server.accounts import devices
from server.accounts.sessions import Session
from server.plant import Plant
from sync.problem import Problem
from sync.signature import SigningKey
from sync.store import table_of
from sync.tables import DeviceRow
from tests.server.accounts.test_proof import forget, signed_in
from tests.server.web.plant_in_use import copied

KEY = SigningKey.from_number(7).public
OTHER = SigningKey.from_number(8).public


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with copied(tmp_path) as plant:
        yield plant


def enrol(plant: Plant, session: Session, **asked: Any) -> devices.Enrolled:
    with plant.store.write() as connection:
        return devices.enrol(connection, session, devices.Asked(**asked), now=plant.now())


def row_of(plant: Plant, device: str) -> dict[str, Any]:
    table = table_of(DeviceRow)
    with plant.store.read() as connection:
        found = connection.execute(select(table).where(table.c.id == device)).mappings().one()
        return dict(found)


def test_a_device_keeps_the_key_that_it_enrolled_with(plant: Plant):
    session = signed_in(plant)
    first = enrol(plant, session, key=KEY, name="tablet")
    row = row_of(plant, first.device)
    assert (row["public_key"], row["signs_from"]) == (KEY, 1)
    again = enrol(plant, session, device=first.device, token=first.token, key=KEY)
    assert (again.device, again.token) == (first.device, first.token)


@pytest.mark.parametrize("key", [OTHER, None], ids=["another", "none"])
def test_a_token_with_another_key_or_none_is_another_device(plant: Plant, key: str | None):
    session = signed_in(plant)
    first = enrol(plant, session, key=KEY)
    thief = enrol(plant, session, device=first.device, token=first.token, key=key)
    assert thief.device != first.device
    assert thief.token != first.token
    assert row_of(plant, first.device)["public_key"] == KEY


def test_a_device_from_before_keys_gets_one_and_signs_from_then_on(plant: Plant):
    session = signed_in(plant)
    first = enrol(plant, session)
    again = enrol(plant, session, device=first.device, token=first.token, key=KEY)
    assert again.device == first.device
    assert row_of(plant, first.device)["signs_from"] == 1


def test_a_forgotten_device_comes_back_with_its_key(plant: Plant):
    session = signed_in(plant)
    first = enrol(plant, session, key=KEY)
    forget(plant, session, first.device)
    session = signed_in(plant)
    again = enrol(plant, session, device=first.device, token=first.token, key=KEY)
    assert (again.device, row_of(plant, again.device)["public_key"]) == (first.device, KEY)


def test_only_a_device_that_there_is_can_be_revoked(plant: Plant):
    with plant.store.write() as connection, pytest.raises(Problem) as caught:
        devices.revoke(connection, "dev-nobody", plant.now())
    assert caught.value.code == "device_unknown"
