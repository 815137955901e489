"""The command that prints labels from a table: `traveler labels`."""

import argparse
import sys
from pathlib import Path

from labels import layout_file
from labels.batch import Batch, write
from labels.layout import Layout
from labels.sheet import LABEL, PAPERS_MM
from server.cli_group import Commands

BAR_CHARS = 30
CLEARED = "\r\x1b[K"


def add_to(commands: Commands) -> None:
    """Put `labels` among the commands."""
    text = "print labels from a table (CSV)"
    labels = commands.add_parser("labels", help=text, description=text)
    labels.set_defaults(run=_labels)
    known = ", ".join(layout_file.shipped())
    labels.add_argument("--layout", default="lot", help=f"{known}, or a YAML file of your own")
    labels.add_argument("--in", dest="table", type=Path, required=True, help="CSV file")
    labels.add_argument("--out", type=Path, required=True, help=".pdf, .zpl, .png or .svg")
    labels.add_argument("--base-url", default="http://127.0.0.1:8000", help="host of the links")
    pages = ", ".join(PAPERS_MM)
    labels.add_argument("--page", default="A4", help=f"PDF: {pages}, or {LABEL} for one per page")
    labels.add_argument(
        "--start", type=int, default=0, help="PDF: labels gone from the first sheet"
    )
    labels.add_argument("--margin", type=_pair, metavar="LEFT,TOP", help="PDF: mm, else centred")
    labels.add_argument("--gap", type=_pair, metavar="ACROSS,DOWN", help="PDF: mm between labels")
    labels.add_argument("--dpi", type=int, default=300, help="PNG, ZPL: dots per inch")
    labels.add_argument("--strict", action="store_true", help="print nothing if any row is bad")


def _pair(text: str) -> tuple[float, float]:
    first, _, second = text.partition(",")
    pair = (float(first), float(second or first))
    if not all(0 <= length <= 1000 for length in pair):
        raise ValueError(text)
    return pair


def _labels(arguments: argparse.Namespace) -> int:
    batch = Batch(
        layout=_layout(arguments.layout),
        base_url=arguments.base_url,
        page=arguments.page,
        start=arguments.start,
        margin_mm=arguments.margin,
        gap_mm=arguments.gap,
        dpi=arguments.dpi,
        strict=arguments.strict,
    )
    shown = _bar if sys.stderr.isatty() else _nothing
    written = write(arguments.table.read_bytes(), arguments.out, batch, shown)
    if sys.stderr.isatty():
        print(CLEARED, end="", file=sys.stderr)
    for line, problem in written.problems:
        print(f"line {line}: {problem}", file=sys.stderr)
    print(f"{written.labels} labels in {_named(written.files)}")
    return 1 if written.problems else 0


def _layout(name: str) -> Layout:
    return (
        layout_file.read(Path(name))
        if name.endswith((".yaml", ".yml"))
        else (layout_file.layout(name))
    )


def _named(files: list[Path]) -> str:
    """All of a few files, the first and last of many."""
    if not files:
        return "no file"
    names = [str(file) for file in files]
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} … {names[-1]}"


def _nothing(done: int, of: int) -> None:
    """Where nobody watches: a log, a pipe."""


def _bar(done: int, of: int) -> None:
    filled = BAR_CHARS * done // max(of, 1)
    if done in (1, of) or done % max(1, of // 200) == 0:
        bar = "█" * filled + "░" * (BAR_CHARS - filled)
        print(f"{CLEARED}{bar} {done}/{of}", end="", file=sys.stderr, flush=True)
