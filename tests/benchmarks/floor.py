"""A plant for the benchmarks: people, items and the shipped procedures, at as many sites as asked.

Everything is set up by entries. Who works here, and at what, is in `work`.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.accounts.proof import proof_of
from server.accounts.sessions import device_row
from server.accounts.tables import SessionRow
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.plant import Plant, opened
from server.procedures import shipped
from server.settings import Settings
from server.setup import perform
from sync.compose import Deed
from sync.store import meta_of, table_of
from sync.tables import DeviceRow

# What is recorded is new: of what comes late a supervisor is told, which is work of its own.
AT = datetime.now(UTC).isoformat(timespec="milliseconds")
BEGAN = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
MATERIALS = [f"M-{number:02d}" for number in range(40)]
PRODUCT = "P-1"
ROLES = {
    "keeper": "storekeeper",
    "worker": "operator",
    "mate": "operator",
    "inspector": "inspector",
    "technician": "technician",
    "supervisor": "supervisor",
    "quality": "quality_manager",
    "planner": "planner",
}
PROCEDURES = {procedure.code: procedure for procedure in shipped()}


def bench_plant(settings: Settings, *sites: str) -> Plant:
    """A new plant with these sites, each with people, items and procedures of its own."""
    plant = opened(settings)
    perform(plant, ((deed, BEGAN) for site in sites for deed in _set_up(site)))
    return plant


def plant_in(folder: Path, *sites: str) -> Plant:
    """The same on SQLite in this folder."""
    return bench_plant(Settings(data=folder), *sites)


def login_of(post: str, site: str) -> str:
    """Who holds this post at the site."""
    return f"{post}.{site.lower()}"


def enrol(plant: Plant, device: str, site: str, *, public_key: str | None = None) -> dict[str, str]:
    """A device of the site on which everybody there has signed in: the proof of each post."""
    now = plant.now()
    row = device_row(device, device, site, token=device, now=now)
    if public_key:
        row |= {"public_key": public_key, "signs_from": 1}
    with plant.store.write() as connection:
        connection.execute(table_of(DeviceRow).insert().values(**row))
        secret = meta_of(connection, "secret")
        proofs = {}
        for post in ROLES:
            login, session = login_of(post, site), f"{device}-{post}"
            connection.execute(
                table_of(SessionRow)
                .insert()
                .values(
                    id=session,
                    login=login,
                    token_sha256=session,
                    device=device,
                    started_at="2026-11-22T00:00:00.000Z",
                    expires_at="2099-01-01T00:00:00.000Z",
                    ended_at=None,
                )
            )
            proofs[post] = proof_of(secret, session, login=login, device=device)
    return proofs


def _set_up(site: str) -> list[Deed]:
    told: list[tuple[str, str, dict[str, Any]]] = [
        ("site.opened", f"site/org:{site}", {"name_zh": site, "name_en": site}),
    ]
    for post, role in ROLES.items():
        body = {"name": post, "roles": {site: [role]}}
        told.append(("person.added", f"person/org:{login_of(post, site)}", body))
    for code in (*MATERIALS, PRODUCT):
        item: dict[str, Any] = {
            "name": {"zh": f"料 {code}", "en": f"Item {code}"},
            "unit": "pcs",
            "made_here": code == PRODUCT,
        }
        told.append(("item.added", f"item/{site}:{code}", item))
    for procedure in PROCEDURES.values():
        key = f"procedure/{site}:{procedure.code}.v{procedure.revision}"
        told.append(("procedure.published", key, procedure.model_dump(mode="json")))
    return [Deed(kind, on, body, SYSTEM, SETUP_SESSION, AT) for kind, on, body in told]
