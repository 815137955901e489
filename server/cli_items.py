"""Commands about items: `traveler item import | list`."""

import argparse
import sys
from pathlib import Path

from server import item_table
from server.cli_group import Commands, Group
from server.cli_plant import plant_there
from server.cli_sites import must_be_site
from server.cli_words import padded, told
from server.domain.item import Item, ItemAdded
from server.domain.model import DOCUMENTS
from server.domain.values import canonical
from server.item_table import Row
from server.plant import Plant
from server.setup import perform_all_now
from sync import documents
from sync.problem import Problem

SHOWN_MAX = 20
COLUMNS = ", ".join(item_table.COLUMNS)
IMPORT = f"""add the items of a table, all of them or none. Columns: {COLUMNS}; needed are code,
unit and a name. CSV in UTF-8 or GB18030"""


class ItemCommands(Group):
    """Adds the commands to a parser; `settings_of` reads the options that all commands share."""

    def add_to(self, commands: Commands) -> None:
        """Put `item` among the commands."""
        item = commands.add_parser("item", help="import or list products and materials")
        verbs = item.add_subparsers(required=True, metavar="VERB")
        adding = self._command(verbs, "import", self._import, IMPORT)
        adding.add_argument("table", type=Path, metavar="FILE.csv")
        listing = self._command(verbs, "list", self._list, "list the items of a site")
        for command in (adding, listing):
            command.add_argument("--site", required=True, help="code of the site, e.g. SZ")

    def _import(self, arguments: argparse.Namespace) -> int:
        """Items that are there stay as they are: nothing changes an item once it is added."""
        table = item_table.read(arguments.table.read_bytes())
        with plant_there(self._settings_of(arguments)) as plant:
            must_be_site(plant, arguments.site)
            if table.problems:
                _tell([told(problem) for problem in table.problems])
                print(told(Problem("table_refused")), file=sys.stderr)
                return 1
            there = _items(plant, arguments.site)
            new = [row for row in table.rows if row.code not in there]
            _add(plant, arguments.site, new)
        same = [row for row in table.rows if row.code in there and not _differs(row, there)]
        others = [row for row in table.rows if row.code in there and _differs(row, there)]
        _tell([told(_difference(row, there)) for row in others])
        left = f", {len(others)} left as they were" if others else ""
        print(f"{len(new)} added, {len(same)} there already{left}")
        return 1 if others else 0

    def _list(self, arguments: argparse.Namespace) -> int:
        with plant_there(self._settings_of(arguments)) as plant:
            must_be_site(plant, arguments.site)
            items = _items(plant, arguments.site)
        for code, item in items.items():
            on_hand = f"{canonical(item.on_hand)} {item.unit}"
            print(f"{code:<12} {padded(item.name.zh, 28)} {padded(on_hand, 12)} {item.name.en}")
        return 0


def _items(plant: Plant, site: str) -> dict[str, Item]:
    with plant.store.read() as connection:
        keys = documents.find(connection, [f"item.site={site}"])
        found = documents.load(connection, DOCUMENTS, set(keys))
    items = {item.code: item for item in found.values() if isinstance(item, Item)}
    return dict(sorted(items.items()))


def _add(plant: Plant, site: str, rows: list[Row]) -> None:
    bodies = {f"item/{site}:{row.code}": row.body.model_dump(mode="json") for row in rows}
    perform_all_now(plant, "item.added", bodies)


def _differs(row: Row, there: dict[str, Item]) -> bool:
    item = there[row.code]
    return any(getattr(row.body, name) != getattr(item, name) for name in ItemAdded.model_fields)


def _difference(row: Row, there: dict[str, Item]) -> Problem:
    kept, given = (
        one.model_dump(mode="json", include=set(ItemAdded.model_fields))
        for one in (there[row.code], row.body)
    )
    changes = [
        f"{name} {_shown(kept[name])} ≠ {_shown(given[name])}"
        for name in ItemAdded.model_fields
        if kept[name] != given[name]
    ]
    return Problem("item_left", {"line": row.line, "code": row.code, "changes": changes})


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " / ".join(map(str, value.values()))
    return "–" if value is None else str(value)


def _tell(lines: list[str]) -> None:
    for line in lines[:SHOWN_MAX]:
        print(line, file=sys.stderr)
    if len(lines) > SHOWN_MAX:
        print(f"and {len(lines) - SHOWN_MAX} more", file=sys.stderr)
