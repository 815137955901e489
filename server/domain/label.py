"""Labels: what was printed of a thing, label by label, and which must not be used any more.

One document for each thing that has labels (`label_thing`): `label/SITE:ITEM:LOT` beside a lot,
`label/SITE:~equipment:E-0107` and the like for all others. It begins with the first print. What
makes a print is in `label_print`, what became of it in `label_queue`, what ends a label in
`label_void`. What stands on one is `server.pages.label_fields`'s to say.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from server.domain.label_thing import Layout
from server.domain.lot import LotStatus
from server.domain.values import Fixed, Json, Line, Name, Text, Value, is_none
from sync.document import Document, utc_text
from sync.entry import Entry
from sync.reconcile import Draft

PRINTS_MAX = 40  # of a thing; of older ones only their number is kept
LABELS_MAX = 200  # of one print
WHOLE = re.compile("[0-9]{1,6}")
CODE_CHARS = 8
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: nothing that is misread
HERE = ""  # as a printer: the print dialog of the device at hand

# here: given to the device's own print dialog, which tells nobody what came of it.
# waiting, sent, failed, perhaps (broke off under way), late (came too late to print unasked).
State = Literal["here", "waiting", "sent", "failed", "perhaps", "late", "cancelled"]
UNFINISHED = ("waiting", "failed", "perhaps", "late")
NOT_THERE = ("failed", "cancelled")  # nothing of it came out


def _whole(value: object) -> int:
    """A number as a form or JSON says it; the device reads the same ones."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
        return int(value)
    raise ValueError("a whole number is needed")


Whole = Annotated[int, BeforeValidator(_whole)]


class Void(Fixed):
    """Labels of a print that are not to be used any more, by number from 1; empty for all.

    `by_print` is the code of the print that took their place, if one did.
    """

    entry: str
    labels: list[int]
    reason: Text
    by_print: str
    by_name: str
    at: str


class Why(Fixed):
    """What a printer had to say: the code of a Problem and its parameters."""

    code: str
    params: dict[str, Json]


class Print(Value):
    """One print: what stands on its labels, where it went, and what became of it.

    Labels are numbered from 1, the copies of a serial one after the other. `asked_at` (UTC) is when
    it was asked for, or asked for again, `round` how often it was asked for again. `status` is the
    lot's, `facts` are what its person wrote.
    """

    entry: str
    code: str
    layout: Layout
    status: LotStatus | None
    copies: int
    serials: list[str]
    count: int
    printer: str
    printer_name: Name | None
    page: str
    start: int
    by: str
    by_name: str
    device: str
    at: str
    at_version: int
    asked_at: str
    round: int
    reason: Text
    reason_missing: bool
    state: State
    why: Why | None
    voids: list[Void]
    facts: dict[Line, Line] | None = Field(default=None, exclude_if=is_none)

    def says_as(self, other: "Print") -> bool:
        """Whether the same stands on both, as far as it can differ from print to print."""
        return (self.status, self.facts) == (other.status, other.facts)

    def is_void(self, number: int) -> bool:
        """Whether this one of its labels is not to be used any more."""
        return any(not void.labels or number in void.labels for void in self.voids)

    @property
    def is_unfinished(self) -> bool:
        """Whether it still has to come out, or somebody has to say what becomes of it."""
        return self.state in UNFINISHED and all(void.labels for void in self.voids)

    def standing(self, serials: list[str]) -> list[int]:
        """Numbers of its labels with one of these serials (none: all without) that are good."""
        if self.state in NOT_THERE:
            return []
        return [n for n in range(1, self.count + 1) if self._is_of(n, serials)
                and not self.is_void(n)]  # fmt: skip

    def _is_of(self, number: int, serials: list[str]) -> bool:
        if not self.serials or not serials:
            return self.serials == serials
        return self.serials[(number - 1) // self.copies] in serials


class Thing(Fixed):
    """What a label is of, as its labels' document names it; `status` is a lot's."""

    key: str
    labels: str
    label: Line
    item_code: str
    item_name: Name
    received_on: str | None = None
    status: LotStatus | None = None


class Label(Document):
    """What the page of a thing's labels shows; `left` counts prints that the list has lost.

    `item_code` and `item_name` are the lot's or the job's item's; of other things what the latest
    label says: model and name of a product, a machine's name, the words of a zone.
    """

    type = "label"
    area = "floor"
    index = ("site", "entries", "queues", "receipt", "unfinished", "thing", "register")

    about: str
    about_label: Line
    item_code: str
    item_name: Name
    received_on: str | None
    prints: list[Print]
    left: int

    @property
    def entries(self) -> list[str]:
        """The entries that printed, by which a batch over several lots is found."""
        return [one.entry for one in self.prints]

    @property
    def queues(self) -> list[str]:
        """The printers that have something to do for it."""
        return [one.printer for one in self.prints if one.state == "waiting"]

    @property
    def unfinished(self) -> bool | None:
        """Whether somebody should look at one of its prints: waiting, or come to no good end."""
        return any(one.is_unfinished for one in self.prints) or None

    @property
    def receipt(self) -> str | None:
        """The site and the day that the lot came in, as the lot says it."""
        return f"{self.site}:{self.received_on}" if self.received_on else None

    @property
    def thing(self) -> str | None:
        """What it is of; a lot's labels are found by their key."""
        return None if self.about.startswith("lot/") else self.about

    @property
    def register(self) -> str | None:
        """The type of thing, by which all machines, locations and so on are listed."""
        return self.thing and self.thing.partition("/")[0]

    def find(self, code: str) -> Print | None:
        """The print of this code."""
        return next((one for one in self.prints if one.code == code), None)


def print_code(entry_id: str) -> str:
    """Eight characters for a print, of the last 40 bits of its entry: random, and short enough
    for a code. It only has to be unique among the prints of one lot."""
    bits = int(entry_id.replace("-", "")[-10:], 16)
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(5 * CODE_CHARS - 5, -1, -5))


def labels_of(draft: Draft, thing: Thing) -> Label:
    """The thing's labels, to be changed; they begin where there are none."""
    key = thing.labels
    if draft.get(key, Label) is None:
        draft.add(
            Label(
                key=key,
                about=thing.key,
                about_label=thing.label,
                item_code=thing.item_code,
                item_name=thing.item_name,
                received_on=thing.received_on,
                prints=[],
                left=0,
            )
        )
    labels = draft.edit(key, Label)
    if labels.thing:
        labels.about_label, labels.item_code = thing.label, thing.item_code
        labels.item_name = thing.item_name
    return labels


def unseen(entry: Entry, prints: list[Print], base: int | None) -> Iterator[Print]:
    """Those that whoever saw version `base` of the labels could not know of."""
    for one in prints:
        if one.at_version > (base or 0) and one.device != entry.device:
            yield one


def asked_at(entry: Entry) -> str:
    """By the server's clock, as far as the device knew it."""
    at = datetime.fromisoformat(entry.at).astimezone(UTC)
    return utc_text(at + timedelta(milliseconds=entry.skew_ms))


def told(one: Print, **more: Any) -> dict[str, Any]:
    """A print as sentences about it are filled in."""
    return {"print": one.code, "name": one.by_name, "at": one.at, **more}
