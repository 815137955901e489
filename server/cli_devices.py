"""Commands about devices: `traveler device list | revoke | restore`."""

import argparse

from sqlalchemy import RowMapping

from server.accounts import devices
from server.cli_group import Commands, Group
from server.cli_plant import plant_there
from sync.problem import Problem

LIST = "the devices of people, those heard last first"
REVOKE = "take a device out of use: what it sends is put aside, it gets nothing more"
RESTORE = "take a revoked device back into use"


class DeviceCommands(Group):
    """Adds the commands to a parser; `settings_of` reads the options that all commands share."""

    def add_to(self, commands: Commands) -> None:
        """Put `device` among the commands."""
        device = commands.add_parser("device", help="list, revoke or restore devices")
        verbs = device.add_subparsers(required=True, metavar="VERB")
        listing = self._command(verbs, "list", self._list, LIST)
        listing.add_argument("--all", action="store_true", help="also those out of use")
        for verb, run, text in (
            ("revoke", self._revoke, REVOKE),
            ("restore", self._restore, RESTORE),
        ):
            self._command(verbs, verb, run, text).add_argument("device", metavar="ID")

    def _list(self, arguments: argparse.Namespace) -> int:
        settings = self._settings_of(arguments)
        with plant_there(settings) as plant, plant.store.read() as connection:
            rows = devices.listed(connection)
        for row in rows:
            if arguments.all or row["revoked_at"] is None:
                print(_line(row))
        return 0

    def _revoke(self, arguments: argparse.Namespace) -> int:
        self._set(arguments, is_revoked=True)
        print(f"{arguments.device} is revoked; what it still has is kept aside when it comes")
        return 0

    def _restore(self, arguments: argparse.Namespace) -> int:
        self._set(arguments, is_revoked=False)
        print(f"{arguments.device} is in use again; people sign in on it anew")
        return 0

    def _set(self, arguments: argparse.Namespace, *, is_revoked: bool) -> None:
        """Only devices of people: what the server keeps itself can't be taken away from it."""
        settings = self._settings_of(arguments)
        with plant_there(settings) as plant, plant.store.write() as connection:
            if arguments.device not in {row["id"] for row in devices.listed(connection)}:
                raise Problem("device_unknown", {"device": arguments.device})
            now = plant.now() if is_revoked else None
            devices.revoke(connection, arguments.device, now)


def _line(row: RowMapping) -> str:
    seen = (row["seen_at"] or "never")[:16].replace("T", " ")
    signs = "signs" if row["public_key"] else "no key"
    revoked = f"  (revoked {row['revoked_at'][:10]})" if row["revoked_at"] else ""
    sent = f"{row['last_seq']} entries"
    told = f"{row['id']:<29} {row['home']:<6} {seen:<17} {signs:<7} {sent:<14}"
    return f"{told} {row['name']}{revoked}"
