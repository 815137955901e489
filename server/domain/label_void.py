"""Labels voided: what must not be used any more, although it may still stick somewhere."""

from datetime import datetime

from pydantic import Field

from server.domain.label import LABELS_MAX, Void, Whole
from server.domain.label_queue import find
from server.domain.label_thing import ANY_PRINTER, must_print
from server.domain.person import name_of
from server.domain.values import Line, Text, Value
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

NO_VOIDERS = frozenset({"operator"})


class Voided(Value):
    """Body of label.voided, on the labels of a thing: all of a print, or the one of this number."""

    print: Line
    number: Whole | None = Field(default=None, ge=1, le=LABELS_MAX)
    reason: Text = Field(min_length=1)


class Explained(Value):
    """Body of label.explained: why there is a second one, where nobody knew of the first."""

    print: Line
    reason: Text = Field(min_length=1)


def voided(entry: Entry, body: Voided, draft: Draft, now: datetime) -> Outcome:
    """A scan of it says so from now on, and still leads to what it is of.

    Problems: unknown_document, label_unknown, label_number_wrong, no_right.
    """
    one = find(draft, entry.on, body.print)
    must_print(entry, draft, one.layout, never=NO_VOIDERS)
    if body.number is not None and body.number > one.count:
        raise Problem("label_number_wrong", {"count": one.count}, field="number")
    numbers = [body.number] if body.number else range(1, one.count + 1)
    if all(one.is_void(number) for number in numbers):
        return Outcome("merged", "label_void_already", {"print": one.code})
    one.voids.append(
        Void(
            entry=entry.id,
            labels=[body.number] if body.number else [],
            reason=body.reason,
            by_print="",
            by_name=name_of(entry.actor, draft),
            at=entry.at,
        )
    )
    return Outcome()


def explained(entry: Entry, body: Explained, draft: Draft, now: datetime) -> Outcome:
    """The reason that was missing. Problems: unknown_document, label_unknown, no_right."""
    one = find(draft, entry.on, body.print)
    must_print(entry, draft, one.layout, never=frozenset())
    if not one.reason_missing:
        return Outcome("merged", "label_explained_already", {"print": one.code})
    one.reason, one.reason_missing = body.reason, False
    return Outcome()


KINDS = [
    Kind("label.voided", Voided, voided, ANY_PRINTER - NO_VOIDERS),
    Kind("label.explained", Explained, explained, ANY_PRINTER),
]
