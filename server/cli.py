"""Commands: `traveler serve | demo | verify | backup | …`. Parse, one call, print."""

import argparse
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

import qrcode
import uvicorn
from sqlalchemy.exc import DBAPIError

from labels.error import LabelError
from server import cli_labels
from server.app import create_app
from server.cli_backup import BackupCommands
from server.cli_devices import DeviceCommands
from server.cli_people import PeopleCommands
from server.cli_verify import VerifyCommands
from server.cli_words import cannot
from server.collector import relax
from server.demo.people import PASSWORDS, PEOPLE
from server.plant import Plant, opened
from server.resume import resume
from server.settings import Settings, from_environment
from server.setup import build_demo
from server.web.logs import configure_logs
from sync.anchor import AnchorError
from sync.anchor_key import AnchorKeyError
from sync.archive import ArchiveError
from sync.problem import Problem

GRACE_S = 5
CANNOT_BE_DONE = (
    AnchorError,
    AnchorKeyError,
    ArchiveError,
    DBAPIError,
    LabelError,
    OSError,
    Problem,
)
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


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
    serve = _command(commands, "serve", _serve, "serve the plant in a data folder")
    demo = _command(commands, "demo", _demo, "build the demo plant if there is none, then serve")
    for command in (serve, demo):
        command.add_argument("--host", default="127.0.0.1", help="address to listen on")
        command.add_argument("--port", type=int, default=8000)
        command.add_argument("--public-url", help="address that people and labels use")
    cli_labels.add_to(commands)
    for some in (VerifyCommands, BackupCommands, PeopleCommands, DeviceCommands):
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
    return replace(settings, **{name: value for name, value in given.items() if value})


def _serve(arguments: argparse.Namespace) -> int:
    plant = opened(_settings(arguments))
    _run(plant, arguments)
    return 0


def _run(plant: Plant, arguments: argparse.Namespace) -> None:
    configure_logs()
    resume(plant)
    app = create_app(plant)
    relax()
    try:
        uvicorn.run(
            app,
            host=arguments.host,
            port=arguments.port,
            log_config=None,
            proxy_headers=True,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
    finally:
        plant.close()


def _demo(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    if not arguments.public_url:
        settings = replace(settings, public_url=f"http://{arguments.host}:{arguments.port}")
    plant = opened(settings)
    built = build_demo(plant, date.fromisoformat(plant.today()))
    print("Demo plant built." if built else "Data found; served as it is.")
    _print_welcome(settings)
    _run(plant, arguments)
    return 0


def _print_welcome(settings: Settings) -> None:
    print(f"\n  Traveler 随行   {settings.public_url}\n")
    code = qrcode.QRCode(border=2)
    code.add_data(settings.public_url)
    code.print_ascii(invert=True)
    for person in PEOPLE:
        roles = ", ".join(f"{site} {'/'.join(held)}" for site, held in person.roles.items())
        print(f"  {person.login:<12} {PASSWORDS[person.login]:<16} {person.name}  {roles}")
    print(flush=True)


if __name__ == "__main__":
    main()
