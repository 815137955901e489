"""Planting: a copy of the product with one known bug in it; the tree itself is never touched."""

import compileall
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.catalogue import Edit, Mutant

REPOSITORY = Path(__file__).parents[2]
COPIED = ("labels", "pwa", "server", "sync", "tests", "pyproject.toml")
# What was installed is too large to copy, and nobody plants anything there.
LINKED = ("pwa/node_modules", "pwa/dist", "tests/pwa/node_modules")


class CannotBePlanted(Exception):
    """The text that it replaces is gone, or there more than once: the catalogue is out of date."""


def faults_in(mutant: Mutant) -> list[str]:
    """Why it can't be planted as the code is now; empty if it can."""
    return [
        f"{mutant.name}: {edit.file} has the text {count} times: {edit.find.strip()[:80]}"
        for edit in mutant.edits
        if (count := _times(edit)) != 1
    ] + [f"{mutant.name}: changes nothing" for edit in mutant.edits if edit.find == edit.put]


def _times(edit: Edit) -> int:
    path = REPOSITORY / edit.file
    return path.read_text("utf-8").count(edit.find) if path.is_file() else 0


@contextmanager
def nursery() -> Iterator[Path]:
    """A copy of the working tree with nothing planted, compiled, for more copies of it."""
    with TemporaryDirectory(prefix="traveler-mutants-") as folder:
        clean = Path(folder) / "clean"
        for name in _files():
            (clean / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, clean / name)
        for name in LINKED:
            if (REPOSITORY / name).exists():
                (clean / name).symlink_to((REPOSITORY / name).resolve())
        compileall.compile_dir(clean, quiet=2)
        yield clean


def _files() -> list[str]:
    """All that is or would be committed."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *COPIED]
    told = subprocess.run(listed, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    return [name for name in told.stdout.split("\0") if name and (REPOSITORY / name).is_file()]


@contextmanager
def planted(mutant: Mutant, clean: Path) -> Iterator[Path]:
    """The product with this bug; it goes with the context. Raises CannotBePlanted."""
    if faults := faults_in(mutant):
        raise CannotBePlanted("\n".join(faults))
    with TemporaryDirectory(prefix=f"{mutant.name}-", dir=clean.parent) as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(clean, tree, symlinks=True)
        for edit in mutant.edits:
            path = tree / edit.file
            path.write_text(path.read_text("utf-8").replace(edit.find, edit.put), "utf-8")
        yield tree
