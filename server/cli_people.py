"""Commands about sites and people: `traveler site add`, `traveler person add|list|password|…`."""

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import TypeAlias

from server.accounts.passwords import must_be_long_enough, set_password
from server.accounts.sessions import person_of
from server.domain.model import DOCUMENTS
from server.domain.person import Person
from server.plant import Plant, opened
from server.settings import Settings
from server.setup import perform_now
from sync import documents
from sync.problem import Problem

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Command = Callable[[Commands, str, object, str], argparse.ArgumentParser]
SettingsOf = Callable[[argparse.Namespace], Settings]


class PeopleCommands:
    """Adds the commands to a parser; `settings_of` reads the options that all commands share."""

    def __init__(self, command: Command, settings_of: SettingsOf) -> None:
        self._command = command
        self._settings_of = settings_of

    def add_to(self, commands: Commands) -> None:
        """Put `site` and `person` among the commands."""
        site = commands.add_parser("site", help="open a plant or a service region")
        verbs = site.add_subparsers(required=True, metavar="VERB")
        opening = self._command(verbs, "add", self._site_add, "open a site")
        opening.add_argument("code", help="letters and digits, e.g. SZ")
        opening.add_argument("name_zh", metavar="NAME_ZH")
        opening.add_argument("name_en", metavar="NAME_EN")
        person = commands.add_parser("person", help="add, list or deactivate people")
        verbs = person.add_subparsers(required=True, metavar="VERB")
        add = self._command(verbs, "add", self._person_add, "add a person; asks for the password")
        add.add_argument("login")
        add.add_argument("name")
        add.add_argument("--role", action="append", required=True, metavar="SITE:ROLE")
        change = self._command(verbs, "password", self._person_password, "set a new password")
        change.add_argument("login")
        for command in (add, change):
            command.add_argument("--password-stdin", action="store_true", help="read it from there")
        self._command(verbs, "list", self._person_list, "list the people and their roles")
        leave = self._command(verbs, "deactivate", self._person_leave, "end a person's access")
        leave.add_argument("login")

    def _site_add(self, arguments: argparse.Namespace) -> int:
        names = {"name_zh": arguments.name_zh, "name_en": arguments.name_en}
        with _Opened(self._settings_of(arguments)) as plant:
            perform_now(plant, "site.opened", f"site/org:{arguments.code}", names)
        print(f"{arguments.code} opened")
        return 0

    def _person_add(self, arguments: argparse.Namespace) -> int:
        roles: dict[str, list[str]] = {}
        for seat in arguments.role:
            site, _, role = seat.partition(":")
            roles.setdefault(site, []).append(role)
        password = _password(arguments)
        login = arguments.login.lower()
        with _Opened(self._settings_of(arguments)) as plant:
            body = {"name": arguments.name, "roles": roles}
            perform_now(plant, "person.added", f"person/org:{login}", body)
            with plant.store.write() as connection:
                set_password(connection, login, password)
        print(f"{login} added")
        return 0

    def _person_password(self, arguments: argparse.Namespace) -> int:
        password = _password(arguments)
        login = arguments.login.lower()
        with _Opened(self._settings_of(arguments)) as plant, plant.store.write() as connection:
            if person_of(connection, DOCUMENTS, login) is None:
                raise Problem("unknown_document", {"key": f"person/org:{login}"})
            set_password(connection, login, password)
        print(f"{login} has a new password")
        return 0

    def _person_list(self, arguments: argparse.Namespace) -> int:
        with _Opened(self._settings_of(arguments)) as plant, plant.store.read() as connection:
            keys = set(documents.find(connection, ["person"]))
            people = documents.load(connection, DOCUMENTS, keys)
        for _, person in sorted(people.items()):
            if isinstance(person, Person):
                seats = [f"{site}:{role}" for site, held in person.roles.items() for role in held]
                left = "" if person.active else "  (off)"
                print(f"{person.login:<16} {person.name:<12} {', '.join(seats)}{left}")
        return 0

    def _person_leave(self, arguments: argparse.Namespace) -> int:
        key = f"person/org:{arguments.login.lower()}"
        with _Opened(self._settings_of(arguments)) as plant:
            perform_now(plant, "person.changed", key, {"active": False})
        print(f"{arguments.login} deactivated")
        return 0


class _Opened:
    """A plant for as long as a command needs it."""

    def __init__(self, settings: Settings) -> None:
        self._plant = opened(settings)

    def __enter__(self) -> Plant:
        return self._plant

    def __exit__(self, *_: object) -> None:
        self._plant.close()


def _password(arguments: argparse.Namespace) -> str:
    """Asked for, or a line of standard input; checked before anything is in the journal for good.

    Problem: password_length.
    """
    typed = sys.stdin.readline().rstrip("\n") if arguments.password_stdin else getpass.getpass()
    must_be_long_enough(typed)
    return typed
