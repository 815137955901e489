"""Commands: `traveler serve | demo | verify | backup | …`. Parse, one call, print."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from labels.error import LabelError
from server import cli_labels
from server.cli_backup import BackupCommands
from server.cli_devices import DeviceCommands
from server.cli_group import Commands
from server.cli_items import ItemCommands
from server.cli_people import PeopleCommands
from server.cli_procedures import ProcedureCommands
from server.cli_serve import ServeCommands
from server.cli_sites import SiteCommands
from server.cli_verify import VerifyCommands
from server.cli_words import cannot
from server.settings import Settings, from_environment, must_be_sound
from sync.anchor import AnchorError
from sync.anchor_key import AnchorKeyError
from sync.archive import ArchiveError
from sync.problem import Problem

CANNOT_BE_DONE = (
    AnchorError,
    AnchorKeyError,
    ArchiveError,
    DBAPIError,
    LabelError,
    OSError,
    Problem,
)
SOME = (
    SiteCommands,
    PeopleCommands,
    ItemCommands,
    ProcedureCommands,
    DeviceCommands,
    VerifyCommands,
    BackupCommands,
)


def main() -> None:
    """The command line. Exit code 0 for done, 1 for found wrong, 2 for can't."""
    arguments = _parser().parse_args()
    try:
        sys.exit(arguments.run(arguments))
    except CANNOT_BE_DONE as error:
        sys.exit(cannot(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="traveler", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    ServeCommands(_command, _settings).add_to(commands)
    cli_labels.add_to(commands)
    for some in SOME:
        some(_command, _settings).add_to(commands)
    return parser


def _command(commands: Commands, name: str, run: object, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    command.add_argument("--data", type=Path, help="folder of database and blobs (./data)")
    command.add_argument("--database", help="SQLAlchemy URL instead of SQLite in the folder")
    return command


def _settings(arguments: argparse.Namespace) -> Settings:
    settings = from_environment()
    given = {
        "data": arguments.data,
        "database": arguments.database,
        "public_url": getattr(arguments, "public_url", None),
    }
    settings = replace(settings, **{name: value for name, value in given.items() if value})
    must_be_sound(settings)
    return settings


if __name__ == "__main__":
    main()
