"""Drawn: the labels of lot documents, ready for a painter of `labels`."""

from collections.abc import Mapping
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


def lot_label(name: str, lot: Doc, *, base_url: str, number: str = "", serial: str = "") -> Label:
    """The label of a lot document. Raises LabelError where it cannot be printed."""
    made = layout(name)
    told = label_fields(lot, number=number, serial=serial)
    given = {field: text for field, text in told.items() if field in made.fields}
    return label(made, given, base_url=base_url)


def print_labels(one: Doc, lot: Doc, *, base_url: str) -> list[Label]:
    """The labels of a print, but for those that are void by now. Raises LabelError."""
    return [
        lot_label(
            one["layout"], lot, base_url=base_url, number=each["number"], serial=each["serial"]
        )
        for each in numbered(one)
        if not each["void"]
    ]


def problem_of(error: LabelError) -> Problem:
    """What is wrong with a label: label_glyph_missing, label_text_too_long, label_code_too_wide,
    label_failed."""
    code = _PROBLEMS.get(error.code, "label_failed")
    return Problem(code, {"about": error.about, "why": error.code, "field": error.heading})
