"""The demo plant as these tests use it: built once, copied for each, with people of every role.

`Browser` is one person's browser, `Device` an enrolled one that makes entries as a device does.
"""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, get_args

from argon2 import PasswordHasher
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import func, select

from server.accounts.tables import AccountRow
from server.app import create_app
from server.demo.people import PASSWORDS
from server.domain.person import SYSTEM, Role
from server.domain.rights import SETUP_SESSION
from server.plant import Plant, opened
from server.schema import brought_up
from server.settings import Settings
from server.setup import build_demo, perform
from sync.compose import Chain, Deed
from sync.statements import upsert
from sync.store import Store, table_of
from sync.tables import DocumentRow, JournalRow, MetaRow
from tests.postgres import database, pour

PASSWORD = "a password of the tests"
ROLES = get_args(Role)
SITES = ("SZ", "HD")
EVERYWHERE = "all.roles"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def login_of(role: str, site: str) -> str:
    """Somebody who holds this role, at this site alone."""
    return f"{role}.{site.lower()}"


def people() -> dict[str, dict[str, list[str]]]:
    """The tests' own people beside the demo's: roles by site, by login."""
    alone = {login_of(role, site): {site: [role]} for role in ROLES for site in SITES}
    return alone | {EVERYWHERE: {"org": ["admin"]} | {site: list(ROLES) for site in SITES}}


@cache
def template() -> Path:
    """A folder with the demo plant and the tests' people; made once per process."""
    folder = Path(tempfile.mkdtemp(prefix="traveler-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    plant = opened(Settings(data=folder))
    build_demo(plant, plant.now().date())
    perform(
        plant, [(_joining(plant, login, roles), plant.now()) for login, roles in people().items()]
    )
    quick = QUICK.hash(PASSWORD)
    with plant.store.write() as connection:
        logins = [*people(), *PASSWORDS]
        upsert(connection, AccountRow, [{"login": one, "password_hash": quick} for one in logins])
    plant.close()
    return folder


def _joining(plant: Plant, login: str, roles: dict[str, list[str]]) -> Deed:
    body: dict[str, Any] = {"name": f"测试 {login}", "roles": roles}
    return Deed(
        "person.added", f"person/org:{login}", body, SYSTEM, SETUP_SESSION, plant.local_now()
    )


def fill(url: str) -> None:
    """The same plant in another database."""
    store = Store(url)
    brought_up(store)
    with store.write() as connection:
        connection.execute(table_of(MetaRow).delete())
    store.close()
    pour(f"sqlite:///{template() / 'traveler.sqlite3'}", url)


@contextmanager
def copied(
    folder: Path, *, public_url: str = "http://testserver.local", dialect: str = "sqlite"
) -> Iterator[Plant]:
    """A plant of one's own, its blobs in this folder, and on SQLite its database too."""
    data = folder / "data"
    shutil.copytree(template(), data)
    with database(fill) if dialect == "postgresql" else nullcontext("") as url:
        plant = opened(Settings(data=data, database=url, public_url=public_url))
        try:
            yield plant
        finally:
            plant.close()


@dataclass
class Browser:
    """One browser at the application, with its own cookies; follows no redirect by itself."""

    client: TestClient[Any]
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, **more: Any) -> Response:
        self.client.cookies.clear()
        headers = {"accept-language": "en", **more.pop("headers", {})}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={one}" for name, one in self.cookies.items())
        answer = self.client.request(method, path, headers=headers, follow_redirects=False, **more)
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        return answer

    def get(self, path: str, **more: Any) -> Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> Response:
        return self.ask("POST", path, **more)

    def sign_in(self, login: str, password: str = PASSWORD) -> "Browser":
        answer = self.post("/sign-in", data={"login": login, "password": password})
        assert answer.status_code == 303, answer.text
        return self

    def do(self, kind: str, **fields: Any) -> Response:
        """Post a form; `body_x` stands for `body.x`."""
        data = {name.replace("body_", "body.", 1): value for name, value in fields.items()}
        return self.post(f"/do/{kind}", data=data)


@dataclass
class House:
    """The application over a plant, and whoever comes to it."""

    plant: Plant
    client: TestClient[Any]

    def nobody(self) -> Browser:
        return Browser(self.client)

    def browser(self, login: str) -> Browser:
        return Browser(self.client).sign_in(login)

    def device(self, login: str) -> "Device":
        return Device(self.browser(login))

    def documents(self, *, but: tuple[str, ...] = ()) -> dict[str, int]:
        """The version of every document, but for those of some types."""
        table = table_of(DocumentRow)
        with self.plant.store.read() as connection:
            rows = connection.execute(select(table.c.key, table.c.version, table.c.type))
            return {row.key: row.version for row in rows if row.type not in but}

    def body_of(self, key: str) -> dict[str, Any]:
        table = table_of(DocumentRow)
        with self.plant.store.read() as connection:
            text = connection.scalar(select(table.c.body).where(table.c.key == key))
        found: dict[str, Any] = json.loads(text or b"")
        return found

    def entries(self) -> int:
        with self.plant.store.read() as connection:
            count = select(func.count()).select_from(table_of(JournalRow))
            return int(connection.scalar(count) or 0)


@contextmanager
def house_over(plant: Plant) -> Iterator[House]:
    with TestClient(create_app(plant), raise_server_exceptions=False) as client:
        yield House(plant, client)


@dataclass
class Device:
    """An enrolled device under somebody's sign-in."""

    browser: Browser
    enrolled: dict[str, Any] = field(init=False)
    chain: Chain = field(init=False)

    def __post_init__(self) -> None:
        answer = self.browser.post("/sync/enrol", json={"name": "tablet"})
        assert answer.status_code == 200, answer.text
        self.enrolled = answer.json()
        self.chain = Chain(self.enrolled["device"], 0, "0" * 64)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.enrolled['token']}"}

    def entry(self, kind: str, on: str, body: dict[str, Any], **more: Any) -> bytes:
        """The next entry of this device, as its exact bytes."""
        told = {"actor": self.enrolled["me"]["login"], "session": self.enrolled["session"], **more}
        at = "2026-11-22T09:41:07.120+08:00"
        return self.chain.add(Deed(kind, on, body, at=at, **told))[1]

    def note(self, text: str = "seen", on: str = "lot/SZ:M-1001:L2611-02") -> bytes:
        return self.entry("note.added", on, {"text": text})

    def push(self, *entries: bytes, **more: Any) -> Response:
        wrapped = [{"entry": one.decode(), "sig": None} for one in entries]
        return self.push_raw({"device": self.enrolled["device"], "entries": wrapped} | more)

    def push_raw(self, body: Any) -> Response:
        return self.browser.post("/sync/push", json=body, headers=self.headers)

    def verdicts(self, *entries: bytes) -> list[dict[str, Any]]:
        answer = self.push(*entries)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["verdicts"]
        return found

    def pull(self, **more: Any) -> Response:
        body = {"device": self.enrolled["device"], "cursors": {}, **more}
        return self.browser.post("/sync/pull", json=body, headers=self.headers)
