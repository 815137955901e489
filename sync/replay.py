"""Replay: the journal once more through the same handlers, which must come to the same."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol

from sqlalchemy import RowMapping

from sync.document import Document
from sync.reconcile import Blocked, Candidate, Model, Reconciler, Result

REPLAY_ROWS = 200
Told = tuple[RowMapping, Candidate]


class Kept(Protocol):
    """Where a replay keeps its documents; `sync.scratch` has one that is not in memory."""

    def load(self, keys: set[str]) -> Mapping[str, Document]:
        """Those of these keys that there are."""

    def keep(self, changed: Mapping[str, Document]) -> None:
        """Take these as they are now."""


class Replay:
    """Runs the journal's entries in order, some at a time."""

    def __init__(self, model: Model, documents: Kept) -> None:
        self._model = model
        self._documents = documents
        self._blocked: Blocked = {}

    def run(self, candidates: list[Candidate]) -> list[Result]:
        """One result for each; the documents are kept as they are after the last."""
        results = Reconciler(self._model, self._documents.load).run(candidates, self._blocked)
        latest = {key: document for one in results for key, document in one.after.items()}
        self._documents.keep(latest)
        return results


def replay(
    told: Iterable[Told], model: Model, documents: Kept
) -> Iterator[tuple[RowMapping, Result]]:
    """What becomes of each row of the journal, in order; `documents` grows on the way."""
    rows, running = iter(told), Replay(model, documents)
    while some := list(islice(rows, REPLAY_ROWS)):
        results = running.run([candidate for _, candidate in some])
        yield from zip((row for row, _ in some), results, strict=True)
