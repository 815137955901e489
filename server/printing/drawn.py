"""Drawn: the labels of things, ready for a painter of `labels`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labels.content import Label, label
from labels.error import LabelError
from labels.layout_file import layout
from server.pages.label_fields import label_fields, numbered
from sync.problem import Problem

Doc = Mapping[str, Any]
_PROBLEMS = {
    "glyph_missing": "label_glyph_missing",
    "text_too_long": "label_text_too_long",
    "code_too_wide": "label_code_too_wide",
}


@dataclass(frozen=True)
class Subject:
    """What labels are of: its key, the site that prints it, its document if there is one."""

    thing: str
    site: str
    doc: Doc | None
    base_url: str


@dataclass(frozen=True)
class Told:
    """What one label says beside that: facts, its own number, the serial of a unit."""

    facts: Doc = field(default_factory=dict)
    number: str = ""
    serial: str = ""


def thing_label(name: str, of: Subject, told: Told) -> Label:
    """The label of a thing. Raises LabelError where it cannot be printed."""
    made = layout(name)
    fields = label_fields(
        of.thing, of.doc, facts=told.facts, site=of.site, number=told.number, serial=told.serial
    )
    given = {field: text for field, text in fields.items() if field in made.fields}
    return label(made, given, base_url=of.base_url)


def print_labels(one: Doc, of: Subject) -> list[Label]:
    """The labels of a print, but for those that are void by now. Raises LabelError."""
    facts = one.get("facts") or {}
    return [
        thing_label(one["layout"], of, Told(facts, each["number"], each["serial"]))
        for each in numbered(one)
        if not each["void"]
    ]


def problem_of(error: LabelError) -> Problem:
    """What is wrong with a label: label_glyph_missing, label_text_too_long, label_code_too_wide,
    label_failed."""
    code = _PROBLEMS.get(error.code, "label_failed")
    return Problem(code, {"about": error.about, "why": error.code, "field": error.heading})
