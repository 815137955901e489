"""Commands about people: `traveler person add | list | password | role | rename | …`."""

import argparse
import getpass
import re
import sys
from collections.abc import Iterable
from typing import get_args

from server.accounts.passwords import must_be_long_enough, set_password
from server.cli_group import Commands, Group
from server.cli_plant import plant_there
from server.cli_sites import ORGANISATION, sites_of
from server.cli_words import padded
from server.domain.model import DOCUMENTS
from server.domain.person import Person, Role, person_key
from server.plant import Plant
from server.setup import perform_now
from sync import documents
from sync.problem import Problem

ROLES = get_args(Role)
LOGIN = re.compile(r"[^\s/:\x00-\x1f]{1,64}")
SEAT = "a role at a site, e.g. SZ:operator, or org:admin; may be given several times"
VERBS = {
    "list": "list the people and their roles",
    "add": "add a person; asks for the password",
    "password": "set a new password",
    "role": "give a person these roles in place of those held so far",
    "rename": "change how a person is called; the user name stays",
    "deactivate": "end a person's access",
    "activate": "give a person who was deactivated access again",
}


class PeopleCommands(Group):
    """Adds the commands to a parser; `settings_of` reads the options that all commands share."""

    def add_to(self, commands: Commands) -> None:
        """Put `person` among the commands."""
        person = commands.add_parser("person", help="add, list, change or deactivate people")
        verbs = person.add_subparsers(required=True, metavar="VERB")
        runs = {
            "list": self._list,
            "add": self._add,
            "password": self._password,
            "role": self._role,
            "rename": self._rename,
            "deactivate": self._deactivate,
            "activate": self._activate,
        }
        made = {name: self._command(verbs, name, run, VERBS[name]) for name, run in runs.items()}
        for name, command in made.items():
            if name != "list":
                command.add_argument("login", type=str.lower, help="user name")
            if name in ("add", "rename"):
                command.add_argument("name")
            if name in ("add", "role"):
                command.add_argument(
                    "--role", action="append", required=True, metavar="SITE:ROLE", help=SEAT
                )
            if name in ("add", "password"):
                how = "read it from standard input"
                command.add_argument("--password-stdin", action="store_true", help=how)

    def _list(self, arguments: argparse.Namespace) -> int:
        with plant_there(self._settings_of(arguments)) as plant:
            people = _people(plant)
        for person in people:
            seats = [f"{site}:{role}" for site, held in person.roles.items() for role in held]
            left = "" if person.active else "  (off)"
            print(f"{padded(person.login, 16)} {padded(person.name, 16)} {', '.join(seats)}{left}")
        return 0

    def _add(self, arguments: argparse.Namespace) -> int:
        """All is checked before the password is asked for, and that before anything is kept."""
        login = arguments.login
        if not LOGIN.fullmatch(login):
            raise Problem("login_malformed", {"login": login})
        with plant_there(self._settings_of(arguments)) as plant:
            roles = _roles(arguments.role, list(sites_of(plant)))
            if any(person.login == login for person in _people(plant)):
                raise Problem("person_exists", {"login": login})
            password = _typed(arguments)
            body = {"name": arguments.name, "roles": roles}
            perform_now(plant, "person.added", person_key(login), body)
            with plant.store.write() as connection:
                set_password(connection, login, password)
        print(f"{login} added")
        return 0

    def _password(self, arguments: argparse.Namespace) -> int:
        with plant_there(self._settings_of(arguments)) as plant:
            _must_be_known(plant, arguments.login)
            password = _typed(arguments)
            with plant.store.write() as connection:
                set_password(connection, arguments.login, password)
        print(f"{arguments.login} has a new password")
        return 0

    def _role(self, arguments: argparse.Namespace) -> int:
        with plant_there(self._settings_of(arguments)) as plant:
            roles = _roles(arguments.role, list(sites_of(plant)))
            _change(plant, arguments.login, {"roles": roles})
        seats = ", ".join(f"{site}:{role}" for site, held in roles.items() for role in held)
        print(f"{arguments.login} is now {seats}")
        return 0

    def _rename(self, arguments: argparse.Namespace) -> int:
        with plant_there(self._settings_of(arguments)) as plant:
            _change(plant, arguments.login, {"name": arguments.name})
        print(f"{arguments.login} is now called {arguments.name}")
        return 0

    def _deactivate(self, arguments: argparse.Namespace) -> int:
        with plant_there(self._settings_of(arguments)) as plant:
            _change(plant, arguments.login, {"active": False})
        print(f"{arguments.login} deactivated")
        return 0

    def _activate(self, arguments: argparse.Namespace) -> int:
        with plant_there(self._settings_of(arguments)) as plant:
            _change(plant, arguments.login, {"active": True})
        print(f"{arguments.login} activated")
        return 0


def _people(plant: Plant) -> list[Person]:
    with plant.store.read() as connection:
        keys = set(documents.find(connection, ["person"]))
        found = documents.load(connection, DOCUMENTS, keys)
    return [person for _, person in sorted(found.items()) if isinstance(person, Person)]


def _must_be_known(plant: Plant, login: str) -> None:
    if all(person.login != login for person in _people(plant)):
        raise Problem("person_unknown", {"login": login})


def _change(plant: Plant, login: str, body: dict[str, object]) -> None:
    _must_be_known(plant, login)
    perform_now(plant, "person.changed", person_key(login), body)


def _roles(seats: Iterable[str], sites: list[str]) -> dict[str, list[str]]:
    """Roles by site from SITE:ROLE.

    Problems: role_malformed, role_site_unknown, role_unknown, role_not_of_org.
    """
    roles: dict[str, list[str]] = {}
    for seat in seats:
        site, colon, role = seat.partition(":")
        known = {"told": seat, "site": site, "role": role, "sites": sites, "roles": list(ROLES)}
        if not (colon and site and role):
            raise Problem("role_malformed", known)
        if site not in (*sites, ORGANISATION):
            raise Problem("role_site_unknown", known)
        if role not in ROLES or (site == ORGANISATION and role != "admin"):
            raise Problem("role_unknown" if role not in ROLES else "role_not_of_org", known)
        held = roles.setdefault(site, [])
        if role not in held:
            held.append(role)
    return roles


def _typed(arguments: argparse.Namespace) -> str:
    """Asked for twice, for nobody sees what was typed; or a line of standard input.

    Problems: password_length, passwords_differ.
    """
    if arguments.password_stdin:
        typed = sys.stdin.readline().rstrip("\n")
        must_be_long_enough(typed)
        return typed
    typed = getpass.getpass(f"Password of {arguments.login}: ")
    must_be_long_enough(typed)
    if getpass.getpass("Once more: ") != typed:
        raise Problem("passwords_differ", {})
    return typed
