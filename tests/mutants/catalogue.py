"""The catalogue of known bugs: what each is in one sentence, where it goes, who must find it.

They are written in the TOML files beside this module, each as a text of the real code that stands
there once and the text that takes its place.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOMS = ("sync", "server", "device")


@dataclass(frozen=True)
class Edit:
    """One text of one file, and what is put in its place."""

    file: str
    find: str
    put: str


@dataclass(frozen=True)
class Ground:
    """Who looks for it: `simulation`, `harness`, `steps` or `processes`, on which database."""

    harness: str
    database: str

    def __str__(self) -> str:
        return f"{self.harness} on {self.database}"


@dataclass(frozen=True)
class Mutant:
    """One known bug."""

    name: str
    bug: str
    ground: Ground
    edits: tuple[Edit, ...]


@cache
def mutants() -> tuple[Mutant, ...]:
    """All of them, in the order of the files."""
    told = [
        one
        for room in ROOMS
        for one in tomllib.loads((HERE / f"{room}.toml").read_text("utf-8"))["mutant"]
    ]
    return tuple(_read(one) for one in told)


def _read(told: dict[str, Any]) -> Mutant:
    return Mutant(
        told["name"],
        told["bug"],
        Ground(told["harness"], told["database"]),
        tuple(Edit(**edit) for edit in told["edit"]),
    )
