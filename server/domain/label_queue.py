"""Labels on their way to a printer: what the server says became of a print, what people ask for.

The printer's side is `server.printing`'s; here is only what is told of it. Why it is so:
docs/adr/0024-the-print-queue.md.
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from server.domain.label import HERE, Label, Print, Whole, Why, asked_at, told
from server.domain.label_thing import ANY_PRINTER, must_print
from server.domain.values import Json, Line, Value
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

AGAIN = ("failed", "perhaps", "late")
STOPPABLE = ("waiting", "failed", "late")


class Reported(Value):
    """Body of label.reported, by the server: what became of a print that went to a printer."""

    print: Line
    round: Whole = Field(ge=0)
    state: Literal["waiting", "sent", "failed", "perhaps", "late"]
    why: Line | None = None
    params: dict[Line, Json] = {}


class Requeued(Value):
    """Body of label.requeued: print it after all, or once more."""

    print: Line


class Cancelled(Value):
    """Body of label.cancelled: nobody needs it any more."""

    print: Line


def reported(entry: Entry, body: Reported, draft: Draft, now: datetime) -> Outcome:
    """The printer's side of it; of a round that is over nothing is heard any more."""
    one = find(draft, entry.on, body.print)
    if one.round != body.round or (one.state == "cancelled" and body.state != "sent"):
        return Outcome("merged")
    one.state = body.state
    one.why = Why(code=body.why, params=body.params) if body.why else None
    return Outcome()


def requeued(entry: Entry, body: Requeued, draft: Draft, now: datetime) -> Outcome:
    """It goes to its printer (again). Problems: label_unknown, label_not_to_repeat, no_right."""
    one = find(draft, entry.on, body.print)
    must_print(entry, draft, one.layout, never=frozenset())
    if one.state not in AGAIN or one.printer == HERE:
        raise Problem("label_not_to_repeat", told(one, state=one.state))
    one.state, one.why = "waiting", None
    one.round += 1
    one.asked_at = asked_at(entry)
    return Outcome()


def cancelled(entry: Entry, body: Cancelled, draft: Draft, now: datetime) -> Outcome:
    """It is not to be printed any more. Problems: label_unknown, label_not_to_stop, no_right."""
    one = find(draft, entry.on, body.print)
    must_print(entry, draft, one.layout, never=frozenset())
    if one.state not in STOPPABLE:
        raise Problem("label_not_to_stop", told(one, state=one.state))
    one.state, one.why = "cancelled", None
    return Outcome()


def find(draft: Draft, key: str, code: str) -> Print:
    """A print of these labels, to be changed. Problems: unknown_document, label_unknown."""
    one = draft.edit(key, Label).find(code)
    if one is None:
        raise Problem("label_unknown", {"print": code})
    return one


KINDS = [
    Kind("label.reported", Reported, reported, frozenset()),
    Kind("label.requeued", Requeued, requeued, ANY_PRINTER, request=True),
    Kind("label.cancelled", Cancelled, cancelled, ANY_PRINTER, request=True),
]
