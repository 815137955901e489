"""Notes: anybody may add a line to the timeline of what they can see."""

from datetime import datetime

from pydantic import Field

from server.domain.person import name_of
from server.domain.rights import EVERYBODY
from server.domain.values import Happening, Text, Value, happening, remember
from sync.document import Document
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome


class NoteAdded(Value):
    """Body of note.added."""

    text: Text = Field(min_length=1)


def added(entry: Entry, body: NoteAdded, draft: Draft, now: datetime) -> Outcome:
    """The note stands in the timeline for good. Problem: no_timeline."""
    document = draft.edit(entry.on, Document)
    timeline: list[Happening] | None = getattr(document, "timeline", None)
    if timeline is None:
        raise Problem("no_timeline", {"key": entry.on})
    remember(timeline, happening(entry, name_of(entry.actor, draft), {"text": body.text}))
    return Outcome()


KINDS = [Kind("note.added", NoteAdded, added, EVERYBODY)]
