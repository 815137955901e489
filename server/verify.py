"""Verify a plant: all that the engine can check, and all that only this server knows."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from server.accounts.sessions import standings
from server.accounts.tables import AccountRow, SessionRow
from server.domain.model import MODEL
from server.domain.person import person_key
from server.domain.sums import Audit, broken
from server.records.rebuilt import ReportTables
from sync.anchor import Given
from sync.fault import Progress, Report
from sync.store import Store, table_of
from sync.tables import DeviceRow, DocumentRow
from sync.verify import Beside, verify


def verify_plant(
    store: Store,
    blobs: Path | None,
    *,
    anchors: Sequence[Given] = (),
    progress: Progress | None = None,
) -> Report:
    """Check a plant's database, and the folder of its blobs where it is given."""
    beside = Beside(
        blobs=blobs,
        audit=Audit(),
        reports=ReportTables(),
        standings=standings,
        rest=_check_accounts,
        anchors=anchors,
        progress=progress,
    )
    return verify(store, MODEL, broken, beside)


def _check_accounts(connection: Connection, report: Report) -> None:
    """Sign-ins and passwords are of people who exist, sign-ins of devices that exist."""
    sessions, accounts = table_of(SessionRow), table_of(AccountRow)
    devices, documents = table_of(DeviceRow), table_of(DocumentRow)
    person = person_key("") + sessions.c.login
    homeless = select(sessions.c.id).where(
        ~select(devices.c.id).where(devices.c.id == sessions.c.device).exists()
    )
    for session in connection.scalars(homeless):
        text = "is on a device that does not exist"
        report.fault("session_without_device", f"sign-in {session}", text)
    strange = select(sessions.c.id, sessions.c.login).where(
        ~select(documents.c.key).where(documents.c.key == person).exists()
    )
    for row in connection.execute(strange):
        text = f"is of {row.login}, who is nobody"
        report.fault("session_without_person", f"sign-in {row.id}", text)
    left = select(accounts.c.login).where(
        ~select(documents.c.key)
        .where(documents.c.key == person_key("") + accounts.c.login)
        .exists()
    )
    for login in connection.scalars(left):
        report.fault("account_without_person", f"account {login}", "has a password and is nobody")
