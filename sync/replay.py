"""Replay: the journal once more through the same handlers, which must come to the same."""

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import RowMapping

from sync.document import Document
from sync.reconcile import Blocked, Candidate, Model, Reconciler, Result

REPLAY_ROWS = 200
Told = tuple[RowMapping, Candidate]


def replay(
    told: Iterable[Told], model: Model, documents: dict[str, Document]
) -> Iterator[tuple[RowMapping, Result]]:
    """What becomes of each row of the journal, in order; `documents` grows on the way."""
    rows = iter(told)
    blocked: Blocked = {}
    while some := list(islice(rows, REPLAY_ROWS)):
        reconciler = Reconciler(
            model, lambda keys: {key: documents[key] for key in keys if key in documents}
        )
        results = reconciler.run([candidate for _, candidate in some], blocked)
        for (row, _), result in zip(some, results, strict=True):
            documents.update(result.after)
            yield row, result
