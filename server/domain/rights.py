"""Rights: may this person do this kind of thing at this site. The table is in the kinds themselves.

A refusal of a request is final; a fact by somebody without the right is kept, parked as a case.
"""

from collections.abc import Iterable

from server.domain.person import SYSTEM, Person, Site, person_key
from sync.document import site_of
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome, Status

FLOOR_ROLES = frozenset({"operator", "inspector", "storekeeper", "planner"})
AREAS_BY_ROLE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(FLOOR_ROLES, ("base", "floor")),
    "technician": ("base", "floor", "field"),
    "supervisor": ("base", "floor", "field", "cases"),
    "quality_manager": ("base", "floor", "field", "cases"),
    "admin": ("base", "floor", "field", "cases"),
}
EVERYBODY = frozenset(AREAS_BY_ROLE)
SETUP_SESSION = "system"
ONE_SITE_FROM = 2  # the version of a kind from which on its documents are of one site


def gate_needs(entry: Entry) -> Iterable[str]:
    """The documents the gate reads: the person, and the site the entry is about."""
    yield person_key(entry.actor)
    yield f"site/org:{site_of(entry.on)}"


def gate(entry: Entry, kind: Kind, draft: Draft) -> Outcome | None:
    """None if the actor may, else the refusal (foreign_site, no_right)."""
    if entry.actor == SYSTEM and entry.session == SETUP_SESSION:
        return None
    site = site_of(entry.on)
    refused: Status = "rejected" if kind.request else "parked"
    if site != "org" and draft.get(f"site/org:{site}", Site) is None:
        return Outcome(refused, "foreign_site", {"site": site})
    person = draft.get(person_key(entry.actor), Person)
    if person is None or not may(person, site, kind.roles):
        return Outcome(refused, "no_right", {"kind": entry.kind, "site": site})
    return None


def may(person: Person, site: str, roles: Iterable[str]) -> bool:
    """Whether the person holds one of the roles at the site.

    People and sites belong to the organisation, where nobody has a seat: there a role anywhere
    counts.
    """
    if site != "org":
        return person.has(site, roles)
    return any(person.has(one, roles) for one in person.roles)


def must_be_here(entry: Entry, key: str | None, *, field: str) -> None:
    """An entry changes nothing at another site than its own. Problem: foreign_site."""
    if key and site_of(key) != site_of(entry.on):
        raise Problem("foreign_site", {"site": site_of(key)}, field=field)


def must_be_of_site(entry: Entry, key: str | None, *, field: str) -> None:
    """A new document is made of what is at its site: nobody else could work on it there.

    Asked since version 2 of the kinds that ask it; what was taken before stands. Problem:
    other_site.
    """
    if key and entry.v >= ONE_SITE_FROM and site_of(key) != site_of(entry.on):
        raise Problem("other_site", {"key": key, "site": site_of(key)}, field=field)


def must_have_seat(entry: Entry, person: Person, roles: Iterable[str], *, field: str) -> None:
    """Who is sent somewhere can work there. Since version 2. Problem: no_seat."""
    site = site_of(entry.on)
    if entry.v >= ONE_SITE_FROM and not person.has(site, roles):
        raise Problem("no_seat", {"name": person.name, "site": site}, field=field)


def scopes_of(person: Person) -> frozenset[str]:
    """The feed scopes that a person's device may hold."""
    found = {"org.people"} if person.active else set()
    for site, roles in person.roles.items() if person.active else ():
        found |= {f"{site}.{area}" for role in roles for area in AREAS_BY_ROLE[role]}
        if "admin" in roles:
            found.add("org.cases")  # parked entries of people and sites unknown
    return frozenset(found)
