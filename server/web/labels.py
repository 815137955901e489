"""Routes of labels: the picture of one label of a thing, and files of many.

What stands on one is `server.pages.label_fields`'; the device answers the pictures by itself.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from labels.code import PRINT
from labels.content import Label
from labels.draw import drawings
from labels.error import LabelError
from labels.printing import pdf, png, svg
from server.domain.label import LABELS_MAX
from server.domain.label_print import SERIAL
from server.domain.label_thing import FACT_CHARS_MAX, RULES, thing_of
from server.pages.label_thing import labelled
from server.printing.drawn import Subject, Told, print_labels, problem_of, thing_label
from server.web.guard import Asking, plant_of, signed_in
from server.web.reader import ScopedReader
from server.web.threaded import threaded
from sync.document import site_of
from sync.problem import Problem

DPI = 300
PNG, SVG, PDF = "image/png", "image/svg+xml", "application/pdf"
FOLDERS = ("labels", "lots")  # a lot's labels have its own id
Text = Annotated[str, QueryParameter()]
Whole = Annotated[int, QueryParameter(ge=0, le=99)]
Paint = Callable[[Label, int], bytes]


def _pictures(folder: str, suffix: str, media_type: str, paint: Paint) -> HTTPRouteHandler:
    """The route of one format; `side` counts the pages of a card."""

    @get(f"/{folder}/{{name:str}}/label.{suffix}", include_in_schema=False)
    @threaded
    def picture(
        request: Asking, name: FromPath[str], layout: Text = "", p: Text = "", serial: Text = "",
        facts: Text = "", side: Whole = 0,
    ) -> Response[Any]:  # fmt: skip
        """One label. Problems: those of `_picture` and `_printed`."""
        told = Told(_facts(layout, facts), p if PRINT.match(p) else "", serial)
        draw = _picture(request, name, layout, told)
        return _printed(lambda: paint(_side(draw(), side), side), media_type, name)

    return picture


def _side(label: Label, side: int) -> Label:
    """The label, if it has that many sides. Problem: not_found."""
    if side and side >= len(drawings(label, dpi=DPI)):
        raise Problem("not_found", {})
    return label


@get("/labels.pdf", include_in_schema=False)
@threaded
def sheet(
    request: Asking,
    lots: Annotated[list[str] | None, QueryParameter(name="lot")] = None,
    entry: Text = "",
    layout: Text = "",
    page: Text = "A4",
    start: Annotated[int, QueryParameter()] = 0,
) -> Response[Any]:
    """The labels of a print, or of these lots, one a page (`page=label`) or on sheets from the
    place `start` on. Problems: those of `_picture`, `_of_entry` and `_printed`,
    request_too_large.
    """
    if entry:
        draw = _of_entry(request, entry)
    else:
        if not lots:
            raise Problem("bad_request", {})
        if len(lots) > LABELS_MAX:
            raise Problem("request_too_large", {})
        drawn = [_picture(request, lot_id, layout, Told()) for lot_id in lots]
        draw = lambda: [one() for one in drawn]  # noqa: E731
    return _printed(lambda: pdf(draw(), page=page, start=start), PDF, "labels")


def _picture(request: Asking, name: str, layout: str, told: Told) -> Callable[[], Label]:
    """One label, to be drawn. Problems: sign_in_needed, unknown_document, not_found."""
    session, plant = signed_in(request), plant_of(request)
    kind = thing_of(f"label/{name}").partition("/")[0]
    layout = layout or next(one for one, rule in RULES.items() if rule.of == kind)
    if layout not in RULES or RULES[layout].of != kind or not re.fullmatch(SERIAL, told.serial):
        raise Problem("not_found", {})
    with plant.store.read() as connection:
        reader = ScopedReader(connection, session)
        thing, labels = labelled(name, reader.get), reader.get(f"label/{name}")
    of = Subject(thing["key"], site_of(f"label/{name}"), thing["doc"], plant.settings.public_url)
    code = told.number.partition("-")[0]
    prints = labels["prints"] if labels and code else []
    facts = next((one.get("facts") or {} for one in prints if one["code"] == code), told.facts)
    return partial(thing_label, layout, of, Told(facts, told.number, told.serial))


def _facts(layout: str, text: str) -> dict[str, str]:
    """What somebody is about to write on a label, as its form shows it; nothing else."""
    try:
        given = json.loads(text) if text else {}
    except ValueError:
        return {}
    known = RULES[layout].facts if layout in RULES and isinstance(given, dict) else {}
    told = {name: given.get(name) for name in known}
    return {name: one[:FACT_CHARS_MAX] for name, one in told.items() if isinstance(one, str)}


def _of_entry(request: Asking, entry: str) -> Callable[[], list[Label]]:
    """All labels of a print, thing by thing. Problems: sign_in_needed, unknown_document."""
    session, plant = signed_in(request), plant_of(request)
    base_url = plant.settings.public_url
    with plant.store.read() as connection:
        reader = ScopedReader(connection, session)
        found = [
            (one, Subject(thing["key"], site_of(labels["key"]), thing["doc"], base_url))
            for labels in reader.find([f"label.entries={entry}"])
            for thing in [labelled(labels["key"].partition("/")[2], reader.get)]
            for one in labels["prints"]
            if one["entry"] == entry
        ]
    if not found:
        raise Problem("unknown_document", {"key": entry})
    return lambda: [label for one, of in found for label in print_labels(one, of)]


def _printed(draw: Callable[[], bytes], media_type: str, name: str) -> Response[Any]:
    """What `draw` makes, as a file. Problems: label_glyph_missing, label_text_too_long,
    label_code_too_wide, label_failed."""
    try:
        content = draw()
    except LabelError as error:
        raise problem_of(error) from error
    suffix = media_type.rpartition("/")[2].partition("+")[0]
    file_name = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)
    headers = {
        "content-disposition": f'inline; filename="{file_name}.{suffix}"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


PICTURES = [
    _pictures(folder, suffix, media_type, paint)
    for folder in FOLDERS
    for suffix, media_type, paint in (
        ("png", PNG, lambda label, side: png(label, dpi=DPI, side=side)),
        ("svg", SVG, lambda label, side: svg(label, side=side).encode()),
    )
]
ROUTES = [*PICTURES, sheet]
