"""Settings: what can be set from outside, by environment variable or command option."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from sync.problem import Problem

HERE = Path(__file__).resolve().parent
VARIABLES = {
    "data": "TRAVELER_DATA",
    "database": "TRAVELER_DATABASE",
    "public_url": "TRAVELER_PUBLIC_URL",
    "time_zone": "TRAVELER_TIME_ZONE",
    "session_days": "TRAVELER_SESSION_DAYS",
    "offline_hours": "TRAVELER_OFFLINE_HOURS",
    "lock_minutes": "TRAVELER_LOCK_MINUTES",
    "late_hours": "TRAVELER_LATE_HOURS",
    "push_hosts": "TRAVELER_PUSH_HOSTS",
    "push_contact": "TRAVELER_PUSH_CONTACT",
    "tls_certificate": "TRAVELER_TLS_CERTIFICATE",
    "tls_key": "TRAVELER_TLS_KEY",
    "tls_names": "TRAVELER_TLS_NAMES",
    "printers": "TRAVELER_PRINTERS",
    "print_late_minutes": "TRAVELER_PRINT_LATE_MINUTES",
    "print_give_up_minutes": "TRAVELER_PRINT_GIVE_UP_MINUTES",
}
NUMBER_MAX = 100_000  # hours of eleven years: what is longer is a slip
# The push services of Chrome and Android, Firefox, Safari, Edge.
PUSH_HOSTS = "fcm.googleapis.com,push.services.mozilla.com,push.apple.com,notify.windows.com"


@dataclass(frozen=True)
class Settings:
    """`data` holds the database and the blobs unless `database` names another one.

    `offline_hours`: how long after the server last saw a person their PIN opens a tablet without a
    network. `lock_minutes`: an untouched tablet asks for the PIN again; 0: never.
    `public_url` is the address that people and labels use; https there makes cookies Secure.
    What waited on a device for more than `late_hours` is told to the person and to a supervisor.
    Notices go to `push_hosts` only; `push_contact` (mailto: or https:) is who they can turn to.
    `tls_certificate` and `tls_key` are files of a certificate that the plant has; `tls_names` are
    further names and addresses, separated by commas, for one of our own making.
    `printers` is a file that names the label printers: empty for none, None where this process has
    no say in it and leaves them as they are. A print that comes later than
    `print_late_minutes` asks first; one that no printer took within `print_give_up_minutes` failed.
    """

    data: Path = Path("data")
    database: str = ""
    public_url: str = "http://127.0.0.1:8000"
    time_zone: str = "Asia/Shanghai"
    session_days: int = 14
    offline_hours: int = 24
    lock_minutes: int = 10
    late_hours: int = 24
    push_hosts: str = PUSH_HOSTS
    push_contact: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    tls_names: str = ""
    printers: str | None = None
    print_late_minutes: int = 30
    print_give_up_minutes: int = 30

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database or f"sqlite:///{quote(str(self.data.resolve() / 'traveler.sqlite3'))}"

    @property
    def policy(self) -> dict[str, int]:
        """What a device is told of its PINs."""
        return {"offline_hours": self.offline_hours, "lock_minutes": self.lock_minutes}

    @property
    def secure(self) -> bool:
        """Whether people reach the server over TLS."""
        return self.public_url.startswith("https://")

    @property
    def dist(self) -> Path:
        """The built device app: in the wheel beside this file, in a checkout under pwa/."""
        packaged = HERE / "dist"
        return packaged if packaged.is_dir() else HERE.parent / "pwa" / "dist"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from TRAVELER_* variables; what is not there keeps its default.

    Problem: setting_wrong, for what should be a number and is none.
    """
    usual = Settings()

    def given(field: str) -> str:
        return environment.get(VARIABLES[field], str(getattr(usual, field)))

    def number(field: str, least: int = 0) -> int:
        told = given(field)
        try:
            found = int(told)
        except ValueError:
            found = -1
        if not least <= found <= NUMBER_MAX:
            raise _unsound(field, told, f"from_{least}")
        return found

    return Settings(
        data=Path(given("data")),
        database=given("database"),
        public_url=given("public_url").rstrip("/"),
        time_zone=given("time_zone"),
        session_days=number("session_days", least=1),
        offline_hours=number("offline_hours"),
        lock_minutes=number("lock_minutes"),
        late_hours=number("late_hours"),
        push_hosts=given("push_hosts"),
        push_contact=given("push_contact"),
        tls_certificate=given("tls_certificate"),
        tls_key=given("tls_key"),
        tls_names=given("tls_names"),
        printers=environment.get(VARIABLES["printers"]),
        print_late_minutes=number("print_late_minutes"),
        print_give_up_minutes=number("print_give_up_minutes"),
    )


def must_be_sound(settings: Settings) -> None:
    """Found at the start, not by whoever opens the first page. Problem: setting_wrong."""
    try:
        ZoneInfo(settings.time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise _unsound("time_zone", settings.time_zone, "time_zone") from error
    if not _is_address(settings.public_url):
        raise _unsound("public_url", settings.public_url, "address")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _unsound(field: str, told: str, why: str) -> Problem:
    return Problem("setting_wrong", {"name": VARIABLES[field], "told": told, "why": why})
