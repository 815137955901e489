"""Crates: a noun that only the simulated plant has, for what its real nouns don't do by themselves.

A crate moves between two scopes, one of its kinds has two versions, one is unknown to the older
server, and one has a bug that the newer server mends.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from server.domain.model import MODEL
from server.domain.resumption import RESUMED, kind_over
from server.domain.rights import EVERYBODY
from server.domain.values import Value
from sync.document import Document
from sync.entry import Entry
from sync.reconcile import Draft, Kind, Model, Outcome

Hall = Literal["floor", "field"]


class Crate(Document):
    """Lies in one hall, and only that one's devices see it; every entry leaves a mark."""

    type = "crate"
    area = "floor"
    index = ("hall",)

    hall: Hall = "floor"
    marks: list[str] = []

    def scopes(self) -> frozenset[str]:
        return frozenset({f"{self.site}.{self.hall}"})


class Opened(Value):
    hall: Hall = "floor"


class MarkedFirst(Value):
    word: str


class Marked(Value):
    """Version 2: the word has a colour; before that all were black."""

    text: str
    colour: str


class Nothing(Value):
    pass


def opened(entry: Entry, body: Opened, draft: Draft, now: datetime) -> Outcome:
    draft.add(Crate(key=entry.on, hall=body.hall))
    return Outcome()


def moved(entry: Entry, body: Opened, draft: Draft, now: datetime) -> Outcome:
    crate = draft.edit(entry.on, Crate)
    crate.hall = body.hall
    return Outcome()


def marked_first(entry: Entry, body: MarkedFirst, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Crate).marks.append(f"{entry.id} {body.word}")
    return Outcome()


def marked(entry: Entry, body: Marked, draft: Draft, now: datetime) -> Outcome:
    colour = "" if body.colour == "black" else f" {body.colour}"
    draft.edit(entry.on, Crate).marks.append(f"{entry.id} {body.text}{colour}")
    return Outcome()


def weighed(entry: Entry, body: Nothing, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Crate).marks.append(f"{entry.id} weighed")
    return Outcome()


def dropped_first(entry: Entry, body: Nothing, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Crate).marks.append(f"{entry.id} broken")
    raise RuntimeError("a bug in a handler")


def dropped(entry: Entry, body: Nothing, draft: Draft, now: datetime) -> Outcome:
    draft.edit(entry.on, Crate).marks.append(f"{entry.id} dropped")
    return Outcome()


def coloured(body: dict[str, object]) -> dict[str, object]:
    """From version 1 of crate.marked."""
    return {"text": body["word"], "colour": "black"}


BOTH = (
    Kind("crate.opened", Opened, opened, EVERYBODY, request=True),
    Kind("crate.moved", Opened, moved, EVERYBODY),
)
FIRST = (
    *BOTH,
    Kind("crate.marked", MarkedFirst, marked_first, EVERYBODY),
    Kind("crate.dropped", Nothing, dropped_first, EVERYBODY),
)
SECOND = (
    *BOTH,
    Kind("crate.marked", Marked, marked, EVERYBODY, v=2, upcasts={1: coloured}),
    Kind("crate.dropped", Nothing, dropped, EVERYBODY),
    Kind("crate.weighed", Nothing, weighed, EVERYBODY),
)


# What each version of a kind says; nothing of the engine is asked for it.
BODIES: dict[tuple[str, int], type[Value]] = {
    ("crate.marked", 1): MarkedFirst,
    ("crate.marked", 2): Marked,
    ("crate.weighed", 1): Nothing,
}


def model_of(kinds: tuple[Kind, ...]) -> Model:
    """The plant's own model, and crates by these kinds."""
    all_kinds = {**MODEL.kinds, **{kind.name: kind for kind in kinds}}
    all_kinds[RESUMED] = kind_over(all_kinds)
    return replace(MODEL, documents={**MODEL.documents, "crate": Crate}, kinds=all_kinds)


OLDER, NEWER = model_of(FIRST), model_of(SECOND)
