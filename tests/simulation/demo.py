"""The demo plant in a folder of its own: built once per test process, copied for who changes it."""

import atexit
import secrets
import shutil
import tempfile
import uuid
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from server.accounts.proof import proof_of
from server.accounts.sessions import device_row
from server.accounts.tables import SessionRow
from server.plant import Plant, opened
from server.settings import Settings
from server.setup import build_demo
from sync.document import utc_text
from sync.store import meta_of, table_of
from sync.tables import DeviceRow
from tests.simulation.sender import Sender

TODAY = date(2026, 11, 22)


@cache
def built() -> Path:
    """The folder of the demo plant as it was built; for reading and copying only."""
    folder = Path(tempfile.mkdtemp(prefix="traveler-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    plant = opened(Settings(data=folder))
    assert build_demo(plant, TODAY)
    plant.close()
    return folder


def demo_in(folder: Path) -> Plant:
    """A demo plant of one's own."""
    shutil.copytree(built(), folder, dirs_exist_ok=True)
    return opened(Settings(data=folder))


def enrolled(plant: Plant, device: str, login: str, home: str = "SZ") -> Sender:
    """A device in the hands of somebody who signed in on it."""
    with plant.store.write() as connection:
        row = device_row(device, device, home, token=secrets.token_hex(), now=plant.now())
        connection.execute(table_of(DeviceRow).insert().values(**row))
    return in_hands_of(plant, Sender(device), login)


def in_hands_of(plant: Plant, sender: Sender, login: str) -> Sender:
    """The same device and chain after somebody else signed in on it."""
    session = uuid.uuid4().hex
    with plant.store.write() as connection:
        row = {
            "id": session,
            "login": login,
            "token_sha256": session,
            "device": sender.device,
            "started_at": utc_text(plant.now()),
            "expires_at": "2099-01-01T00:00:00.000Z",
            "ended_at": None,
        }
        connection.execute(table_of(SessionRow).insert().values(**row))
        secret = meta_of(connection, "secret")
    proof = proof_of(secret, session, login=login, device=sender.device)
    return replace(sender, actor=login, session=proof)
