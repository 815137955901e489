"""People and their roles at each site. Passwords are not here: they are `server.accounts`'."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from server.domain.values import Line, Value, is_none
from sync.document import Document
from sync.entry import Entry
from sync.reconcile import Draft, Kind, Outcome

Role = Literal[
    "operator",
    "inspector",
    "storekeeper",
    "technician",
    "supervisor",
    "quality_manager",
    "planner",
    "admin",
]
SYSTEM = "system"


class Site(Document):
    """A plant or a service region, the unit of partition."""

    type = "site"
    area = "people"

    code: str
    name_zh: Line
    name_en: Line


class Person(Document):
    """Somebody who signs in; `roles` by site code."""

    type = "person"
    area = "people"

    login: str
    name: Line
    roles: dict[str, list[Role]]
    active: bool = True
    # When they could sign first; from then on nothing that needs a signature goes without.
    signs_since: str | None = Field(default=None, exclude_if=is_none)

    def has(self, site: str, roles: Iterable[str]) -> bool:
        """Whether this person holds one of the roles at the site."""
        return self.active and not frozenset(roles).isdisjoint(self.roles.get(site, ()))


class SiteOpened(Value):
    """Body of site.opened, on `site/org:CODE`."""

    name_zh: Line
    name_en: Line


class PersonAdded(Value):
    """Body of person.added, on `person/org:login`."""

    name: Line
    roles: dict[str, list[Role]]


class PersonChanged(Value):
    """Body of person.changed: what is given replaces what was."""

    name: Line | None = None
    roles: dict[str, list[Role]] | None = None
    active: bool | None = None


def person_key(login: str) -> str:
    """The key of a person's document; people belong to the organisation, not to one site."""
    return f"person/org:{login}"


def name_of(login: str, draft: Draft) -> str:
    """The person's name for timelines; the login where there is no such person."""
    person = draft.get(person_key(login), Person)
    return person.name if person else login


def opened(entry: Entry, body: SiteOpened, draft: Draft, now: datetime) -> Outcome:
    """A site begins."""
    code = entry.on.rpartition(":")[2]
    draft.add(Site(key=entry.on, code=code, name_zh=body.name_zh, name_en=body.name_en))
    return Outcome()


def added(entry: Entry, body: PersonAdded, draft: Draft, now: datetime) -> Outcome:
    """A person joins."""
    login = entry.on.rpartition(":")[2]
    draft.add(Person(key=entry.on, login=login, name=body.name, roles=body.roles))
    return Outcome()


def changed(entry: Entry, body: PersonChanged, draft: Draft, now: datetime) -> Outcome:
    """A person's name, roles or standing change."""
    person = draft.edit(entry.on, Person)
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(person, name, value)
    return Outcome()


ADMIN = frozenset({"admin"})
KINDS = [
    Kind("site.opened", SiteOpened, opened, ADMIN, request=True),
    Kind("person.added", PersonAdded, added, ADMIN, request=True),
    Kind("person.changed", PersonChanged, changed, ADMIN, request=True),
]
