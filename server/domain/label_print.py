"""Labels printed: a fact. Who knew that there is one already says why there is another.

What becomes of one that goes to a printer in the network is in `label_queue`. Why it is so:
docs/adr/0023-labels-have-a-number-of-their-own.md.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from server.domain.job import Job
from server.domain.label import (
    HERE,
    LABELS_MAX,
    PRINTS_MAX,
    Label,
    Print,
    Thing,
    Void,
    Whole,
    Why,
    asked_at,
    labels_of,
    print_code,
    told,
    unseen,
)
from server.domain.label_thing import (
    ANY_PRINTER,
    CODE,
    CODE_CHARS_MAX,
    FACT_CHARS_MAX,
    RULES,
    Layout,
    facts_of,
    label_key,
    must_print,
)
from server.domain.lot import Lot
from server.domain.person import Person, name_of
from server.domain.printer import Printer
from server.domain.rights import must_be_here
from server.domain.values import Line, Name, Text, Value
from server.domain.verdict import gravest
from sync.document import Document, site_of
from sync.entry import Entry
from sync.problem import Problem
from sync.reconcile import Draft, Kind, Outcome

THINGS_MAX = 60
BATCH_MAX = 500  # labels of all things together
COPIES_MAX = 50
START_MAX = 100
D = TypeVar("D", bound=Document)
SERIAL = r"^[0-9]{0,12}$"


class PrintedThing(Value):
    """One thing of a print by its key, and the version of its labels that the person saw."""

    thing: str
    base: Whole | None = None


class Printed(Value):
    """Body of label.printed, on the labels of the first thing.

    `facts` are what the person wrote on it, by the layout's fields; `first` and `last` number the
    units where the layout shows a serial; `printer` is the key of one or empty for the device's own
    print dialog, for which `page` and `start` say how labels lie on paper. `replaces`: earlier
    labels of the same are gone or must go.
    """

    things: list[PrintedThing] = Field(min_length=1, max_length=THINGS_MAX)
    layout: Layout = "lot"
    facts: dict[Line, Annotated[str, Field(max_length=FACT_CHARS_MAX)]] = {}
    copies: Whole = Field(default=1, ge=1, le=COPIES_MAX)
    first: str = Field(default="", pattern=SERIAL)
    last: str = Field(default="", pattern=SERIAL)
    printer: Line = HERE
    page: Literal["label", "A4", "A5", "Letter"] = "label"
    start: Whole = Field(default=0, ge=0, le=START_MAX)
    reason: Text = ""
    replaces: bool = False


def printed(entry: Entry, body: Printed, draft: Draft, now: datetime) -> Outcome:
    """Labels of one thing, or of all lots of a delivery (ISO 9001 §8.5.2, identification).

    Problems: no_right, serials_wrong, serials_not_here, too_many_labels, printer_lacks_layout,
    reprint_needs_reason, unknown_document, foreign_site, label_not_of_this, those of facts_of.
    """
    must_print(entry, draft, body.layout, never=frozenset())
    serials = _serials(body)
    facts = facts_of(body.layout, body.facts)
    must_be_here(entry, body.printer or None, field="printer")
    printer = draft.get(body.printer or None, Printer)
    if printer and not printer.takes(body.layout):
        raise Problem("printer_lacks_layout", {"printer": printer.name.model_dump()})
    bases = {one.thing: one.base for one in body.things}
    outcomes = []
    for key, base in bases.items():
        thing = _thing(entry, body.layout, draft, key=key, facts=facts)
        one = _print(entry, body, draft, thing=thing, serials=serials, printer=printer)
        one.facts = facts or None
        outcomes.append(_added(entry, body, labels_of(draft, thing), one, base=base))
    return gravest(outcomes)


def _thing(entry: Entry, layout: str, draft: Draft, *, key: str, facts: Mapping[str, str]) -> Thing:
    """What this key names. Problems: label_not_of_this, foreign_site, unknown_document,
    label_code_wrong."""
    kind = key.partition("/")[0]
    if site_of(entry.on) == "org":  # which has no floor, so nobody would see it
        raise Problem("foreign_site", {"site": "org"}, field="things")
    if RULES[layout].of != kind:
        raise Problem("label_not_of_this", {}, field="layout")
    if kind == "person":
        return _person(entry, draft, key)
    must_be_here(entry, key, field="things")
    if kind == "lot":
        lot = _there(draft, key, Lot)
        return Thing(
            key=key, labels=label_key(key), label=lot.code, item_code=lot.item_code,
            item_name=lot.item_name, received_on=lot.received_on, status=lot.status,
        )  # fmt: skip
    if kind == "job":
        job = _there(draft, key, Job)
        return Thing(
            key=key, labels=label_key(key), label=job.number, item_code=job.item_code,
            item_name=job.item_name,
        )  # fmt: skip
    code = key.partition(":")[2]
    if not CODE.fullmatch(code):
        raise Problem("label_code_wrong", {"text": code[:CODE_CHARS_MAX]}, field="things")
    return Thing(
        key=key,
        labels=label_key(key),
        label=code,
        item_code=facts.get("item_code", ""),
        item_name=Name(zh=_named(facts, "zh"), en=_named(facts, "en")),
    )


def _person(entry: Entry, draft: Draft, key: str) -> Thing:
    """A badge is of a place of work. Problem: foreign_site, where they have none there."""
    person, site = _there(draft, key, Person), site_of(entry.on)
    if not person.roles.get(site):
        raise Problem("foreign_site", {"site": site}, field="things")
    name = Name(zh=person.name, en=person.name)
    labels = label_key(key, site)
    return Thing(key=key, labels=labels, label=person.name, item_code=person.login, item_name=name)


def _there(draft: Draft, key: str, kind: type[D]) -> D:
    found = draft.get(key, kind)
    if found is None:
        raise Problem("unknown_document", {"key": key})
    return found


def _named(facts: Mapping[str, str], lang: str) -> str:
    told = (facts.get(f"{name}_{lang}") for name in ("name", "item_name", "zone"))
    return next(filter(None, told), "")


def _serials(body: Printed) -> list[str]:
    """The texts of the serials, as wide as the first was written; none without a range."""
    if not body.first and not body.last:
        return _few([], body.copies, len(body.things))
    if not RULES[body.layout].serials:
        raise Problem("serials_not_here", {}, field="first")
    first, last = body.first or body.last, body.last or body.first
    count = int(last) - int(first) + 1
    if count < 1:
        raise Problem("serials_wrong", {"first": first, "last": last}, field="last")
    if count > LABELS_MAX:
        raise Problem("too_many_labels", {"max": LABELS_MAX}, field="last")
    texts = [str(int(first) + n).zfill(len(first)) for n in range(count)]
    return _few(texts, body.copies, len(body.things))


def _few(serials: list[str], copies: int, things: int) -> list[str]:
    count = max(len(serials), 1) * copies
    limit = LABELS_MAX if count > LABELS_MAX else BATCH_MAX
    if count > LABELS_MAX or count * things > BATCH_MAX:
        raise Problem("too_many_labels", {"max": limit}, field="copies")
    return serials


def _print(
    entry: Entry,
    body: Printed,
    draft: Draft,
    *,
    thing: Thing,
    serials: list[str],
    printer: Printer | None,
) -> Print:
    gone = body.printer != HERE and not (printer and printer.installed)
    return Print(
        entry=entry.id,
        code=print_code(entry.id),
        layout=body.layout,
        status=thing.status,
        copies=body.copies,
        serials=serials,
        count=max(len(serials), 1) * body.copies,
        printer=body.printer,
        printer_name=printer.name if printer else None,
        page=body.page,
        start=body.start,
        by=entry.actor,
        by_name=name_of(entry.actor, draft),
        device=entry.device,
        at=entry.at,
        at_version=0,
        asked_at=asked_at(entry),
        round=0,
        reason=body.reason,
        reason_missing=False,
        state="failed" if gone else "waiting" if body.printer else "here",
        why=Why(code="printer_gone", params={}) if gone else None,
        voids=[],
    )


def _added(entry: Entry, body: Printed, labels: Label, one: Print, *, base: int | None) -> Outcome:
    """Put the print on top. Problem: reprint_needs_reason, where its person knew of another."""
    one.at_version = labels.version
    alike = [p for p in labels.prints if p.layout == one.layout and p.standing(one.serials)]
    hidden = list(unseen(entry, alike, base))
    known = [p for p in alike if p not in hidden]
    same = [p for p in known if p.says_as(one)]
    if same and not body.reason:
        params = told(same[0], lot=labels.about_label)
        raise Problem("reprint_needs_reason", params, field="reason")
    if body.replaces:
        for earlier in known:
            _supersede(entry, earlier, one)
    one.reason_missing = bool(hidden) and not body.reason
    labels.prints.insert(0, one)
    labels.left += len(labels.prints[PRINTS_MAX:])
    del labels.prints[PRINTS_MAX:]
    if one.reason_missing:
        return Outcome("merged", "label_printed_twice", told(hidden[0], lot=labels.about_label))
    return Outcome()


def _supersede(entry: Entry, earlier: Print, by: Print) -> None:
    labels = earlier.standing(by.serials)
    earlier.voids.append(
        Void(
            entry=entry.id,
            labels=[] if len(labels) == earlier.count else labels,
            reason=by.reason,
            by_print=by.code,
            by_name=by.by_name,
            at=entry.at,
        )
    )


def _needs(entry: Entry, body: Printed, loaded: Mapping[str, Document]) -> Iterable[str | None]:
    yield body.printer or None
    for one in body.things:
        yield one.thing
        yield label_key(one.thing, site_of(entry.on) if one.thing.startswith("person/") else "")


def _of_lots(body: dict[str, Any]) -> dict[str, Any]:
    """Version 1 printed lots only: `lots`, each with `lot` and `base`."""
    lots = body.get("lots")
    if not isinstance(lots, list):
        return body
    things = [
        {("thing" if name == "lot" else name): value for name, value in one.items()}
        if isinstance(one, dict)
        else one
        for one in lots
    ]
    return {name: value for name, value in body.items() if name != "lots"} | {"things": things}


KINDS = [
    Kind(
        "label.printed",
        Printed,
        printed,
        ANY_PRINTER,
        needs=_needs,
        v=2,
        upcasts={1: _of_lots},
    )
]
