"""Commands about sites: `traveler site add | list`."""

import argparse
import re

from server.cli_group import Commands, Group
from server.cli_plant import plant_begun, plant_there
from server.cli_words import padded
from server.domain.model import DOCUMENTS
from server.domain.person import Site
from server.plant import Plant
from server.setup import perform_now
from sync import documents
from sync.problem import Problem

CODE = re.compile(r"[A-Za-z0-9]{1,20}")
ORGANISATION = "org"


class SiteCommands(Group):
    """Adds the commands to a parser; `settings_of` reads the options that all commands share."""

    def add_to(self, commands: Commands) -> None:
        """Put `site` among the commands."""
        site = commands.add_parser("site", help="open or list plants and service regions")
        verbs = site.add_subparsers(required=True, metavar="VERB")
        text = "open a site; the first one begins a plant in the data folder"
        opening = self._command(verbs, "add", self._add, text)
        opening.add_argument("code", help="letters and digits, e.g. SZ")
        opening.add_argument("name_zh", metavar="NAME_ZH")
        opening.add_argument("name_en", metavar="NAME_EN")
        self._command(verbs, "list", self._list, "list the sites")

    def _add(self, arguments: argparse.Namespace) -> int:
        names = {"name_zh": arguments.name_zh, "name_en": arguments.name_en}
        _must_be_code(arguments.code)
        with plant_begun(self._settings_of(arguments)) as plant:
            _must_be_new(arguments.code, list(sites_of(plant)))
            perform_now(plant, "site.opened", f"site/org:{arguments.code}", names)
        print(f"{arguments.code} opened")
        return 0

    def _list(self, arguments: argparse.Namespace) -> int:
        with plant_there(self._settings_of(arguments)) as plant:
            for site in sites_of(plant).values():
                print(f"{site.code:<8} {padded(site.name_zh, 20)} {site.name_en}")
        return 0


def sites_of(plant: Plant) -> dict[str, Site]:
    """The sites by their codes."""
    with plant.store.read() as connection:
        keys = set(documents.find(connection, ["site"]))
        found = documents.load(connection, DOCUMENTS, keys).values()
    sites = {site.code: site for site in found if isinstance(site, Site)}
    return dict(sorted(sites.items()))


def must_be_site(plant: Plant, code: str) -> None:
    """Problem: site_unknown, with those that there are."""
    sites = list(sites_of(plant))
    if code not in sites:
        raise Problem("site_unknown", {"site": code, "sites": sites})


def _must_be_code(code: str) -> None:
    if not CODE.fullmatch(code) or code.lower() == ORGANISATION:
        raise Problem("site_code_wrong", {"code": code})


def _must_be_new(code: str, sites: list[str]) -> None:
    """Codes that differ only in case would be one name to people, and one file to some systems."""
    for site in sites:
        if site.lower() == code.lower():
            raise Problem("site_exists", {"code": code, "site": site})
