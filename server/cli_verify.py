"""Commands that prove a plant: `traveler verify`, `traveler anchor`, `traveler anchor key`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from server.cli_group import Commands, Group
from server.cli_plant import must_be_there
from server.schema import must_be_current
from server.settings import Settings
from server.verify import verify_plant
from sync import anchor
from sync.anchor import AnchorError, Given, anchor_of
from sync.anchor_key import AnchorKey
from sync.fault import Report
from sync.store import Store
from sync.writer import utc_now

CLEARED = "\r\x1b[K"


class VerifyCommands(Group):
    """Adds the commands to a parser; `settings_of` reads the options that all commands share."""

    def add_to(self, commands: Commands) -> None:
        """Put `verify` and `anchor` among the commands."""
        text = "check the journal and what follows from it"
        check = self._command(commands, "verify", self._verify, text)
        how = check.add_mutually_exclusive_group()
        how.add_argument("--quiet", action="store_true", help="print faults only")
        how.add_argument("--json", action="store_true", help="print one JSON object")
        check.add_argument(
            "--anchor", action="append", type=Path, default=[], help="compare with it; repeatable"
        )
        check.add_argument("--anchor-key", help="the public key that must have signed the anchors")
        text = "write the ends of all chains into a signed file, to be kept elsewhere"
        make = self._command(commands, "anchor", self._anchor, text)
        make.add_argument("--out", type=Path, help="the file to write, new")
        make.add_argument("--key", type=Path, help="PEM file of the private key that signs")
        verbs = make.add_subparsers(metavar="key")
        text = "make a key that signs anchors; prints the public key"
        key = verbs.add_parser("key", help=text, description=text)
        key.set_defaults(run=self._key)
        key.add_argument("--out", type=Path, required=True, help="the file to write, new")

    def _verify(self, arguments: argparse.Namespace) -> int:
        given = [anchor.read(path, arguments.anchor_key) for path in arguments.anchor]
        report = self._checked(arguments, given)
        if arguments.json:
            print(json.dumps(_as_json(report, given), ensure_ascii=False, indent=1))
        else:
            _print(report, quiet=arguments.quiet)
        return 0 if report.whole else 1

    def _checked(self, arguments: argparse.Namespace, given: list[Given]) -> Report:
        """Not opened as a plant: this only reads."""
        settings = self._settings_of(arguments)
        store = _store(settings)
        is_watched = sys.stderr.isatty() and not arguments.quiet
        progress = _told if is_watched else None
        folder = settings.data / "blobs"
        is_here = folder.is_dir() or not settings.database
        try:
            must_be_current(store)
            blobs = folder if is_here else None
            report = verify_plant(store, blobs, anchors=given, progress=progress)
            if not is_here:
                report.note("blobs_unseen", str(folder), "is not here; no photo was looked at")
            return report
        finally:
            store.close()
            if is_watched:
                print(CLEARED, end="", file=sys.stderr, flush=True)

    def _anchor(self, arguments: argparse.Namespace) -> int:
        if arguments.out is None or arguments.key is None:
            raise AnchorError("anchor needs --out and --key; traveler anchor key makes one")
        key = AnchorKey.read(arguments.key)
        store = _store(self._settings_of(arguments))
        try:
            must_be_current(store)
            with store.read() as connection:
                made = anchor_of(connection, utc_now())
        finally:
            store.close()
        anchor.write(made, key, arguments.out)
        sites = ", ".join(f"{site} {end.n}" for site, end in sorted(made.sites.items()))
        print(f"{arguments.out}: {made.entries} entries ({sites}), signed by {key.public}")
        return 0

    def _key(self, arguments: argparse.Namespace) -> int:
        print(AnchorKey.made(arguments.out).public)
        return 0


def _store(settings: Settings) -> Store:
    """The database that is there; none is made. Problems: no_plant_in, no_plant."""
    must_be_there(settings)
    return Store(settings.database_url)


def _told(stage: str, done: int, total: int) -> None:
    share = f" of {total} ({done * 100 // total} %)" if total else ""
    print(f"{CLEARED}{done}{share} {stage}", end="", file=sys.stderr, flush=True)


def _print(report: Report, *, quiet: bool) -> None:
    for fault in report.faults:
        print(f"{fault.what}: {fault.text} ({fault.code})")
    left = report.fault_count - len(report.faults)
    if left:
        print(f"and {left} more of the same kinds")
    if quiet:
        return
    for note in report.notes:
        print(f"note: {note.what}: {note.text} ({note.code})")
    if report.counts["blobs on their way"]:
        print(f"note: {report.counts['blobs on their way']} photos are on their way")
    print(summary(report))


def summary(report: Report) -> str:
    """The one line that says it all."""
    state = "whole" if report.whole else f"{report.fault_count} faults"
    return f"{report.entries} entries, {report.documents} documents: {state}"


def _as_json(report: Report, given: list[Given]) -> dict[str, Any]:
    return {
        "whole": report.whole,
        "entries": report.entries,
        "documents": report.documents,
        "counts": dict(sorted(report.counts.items())),
        "faults_found": dict(sorted(report.found.items())),
        "faults": [fault._asdict() for fault in report.faults],
        "notes": [note._asdict() for note in report.notes],
        "anchors": [
            {
                "file": one.name,
                "key": one.key,
                "made_at": one.anchor.made_at if one.anchor else None,
                "entries": one.anchor.entries if one.anchor else None,
                "holds": one.holds,
            }
            for one in given
        ],
        "durations_s": report.durations_s,
    }
