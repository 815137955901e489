"""Commands that keep a plant: `traveler backup`, `traveler restore`, `traveler renew`."""

import argparse
import sys
from pathlib import Path

from server import backup
from server.cli_group import Commands, Group
from server.cli_plant import must_be_there
from server.cli_verify import summary
from sync.archive import ArchiveError, Contents
from sync.fault import Report
from sync.writer import utc_now

RENEW = "after a database came back by other means than restore: tell the devices so"


class BackupCommands(Group):
    """Adds the commands to a parser; `settings_of` reads the options that all commands share."""

    def add_to(self, commands: Commands) -> None:
        """Put `backup`, `restore` and `renew` among the commands."""
        text = "copy database and blobs into one file, also while the plant is served"
        out = self._command(commands, "backup", self._backup, text)
        out.add_argument("--out", type=Path, required=True, help="the file to write, new")
        text = "bring a backup back into an empty data folder"
        back = self._command(commands, "restore", self._restore, text)
        back.add_argument("--from", dest="archive", type=Path, required=True, help="the file")
        for command in (out, back):
            command.add_argument("--no-verify", action="store_true", help="trust, don't replay")
        self._command(commands, "renew", self._renew, RENEW)

    def _backup(self, arguments: argparse.Namespace) -> int:
        settings = self._settings_of(arguments)
        if settings.database:
            raise ArchiveError("back PostgreSQL up with its own tools, and copy the folder blobs")
        verified = not arguments.no_verify
        contents, report = backup.back_up(settings, arguments.out, now=utc_now(), verified=verified)
        _print(arguments.out, contents, report)
        return 1 if contents.missing or (report and not report.whole) else 0

    def _restore(self, arguments: argparse.Namespace) -> int:
        settings = self._settings_of(arguments)
        if settings.database:
            raise ArchiveError("restore PostgreSQL with its own tools, then: traveler renew")
        verified = not arguments.no_verify
        contents, report = backup.restore(settings, arguments.archive, verified=verified)
        _print(arguments.archive, contents, report)
        if report and not report.whole:
            print("nothing was restored; --no-verify restores it as it is", file=sys.stderr)
            return 1
        print(f"restored into {settings.data}; devices will send what came after the backup")
        return 0

    def _renew(self, arguments: argparse.Namespace) -> int:
        settings = self._settings_of(arguments)
        must_be_there(settings)
        print(f"epoch {backup.renew(settings)}; devices will load afresh")
        return 0


def _print(archive: Path, contents: Contents, report: Report | None) -> None:
    for sha256 in contents.missing:
        print(f"blob {sha256}: its file is gone")
    for fault in report.faults if report else ():
        print(f"{fault.what}: {fault.text} ({fault.code})")
    state = summary(report) if report else "not verified"
    print(f"{archive} of {contents.made_at}, {contents.blobs} blobs, {state}")
