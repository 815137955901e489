"""Routes of labels: the picture of one lot's label, and files of many.

What stands on one is `server.pages.label_fields`'; the device answers the pictures by itself.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, get_args

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from labels.code import PRINT
from labels.content import Label
from labels.error import LabelError
from labels.printing import pdf, png, svg
from server.domain.label import LABELS_MAX, Layout
from server.domain.label_print import SERIAL
from server.printing.drawn import lot_label, print_labels, problem_of
from server.web.guard import Asking, plant_of, signed_in
from server.web.reader import ScopedReader
from server.web.threaded import threaded
from sync.problem import Problem

DPI = 300
PNG, SVG, PDF = "image/png", "image/svg+xml", "application/pdf"
Text = Annotated[str, QueryParameter()]


@get("/lots/{lot_id:str}/label.png", include_in_schema=False)
@threaded
def image(
    request: Asking, lot_id: FromPath[str], layout: Text = "lot", p: Text = "", serial: Text = ""
) -> Response[Any]:
    """One lot's label at 300 dpi. Problems: those of `_labels` and `_printed`."""
    draw = _picture(request, lot_id, layout, number=p, serial=serial)
    return _printed(lambda: png(draw(), dpi=DPI), PNG, lot_id)


@get("/lots/{lot_id:str}/label.svg", include_in_schema=False)
@threaded
def drawing(
    request: Asking, lot_id: FromPath[str], layout: Text = "lot", p: Text = "", serial: Text = ""
) -> Response[Any]:
    """The same as SVG in its true size. Problems: those of `_labels` and `_printed`."""
    draw = _picture(request, lot_id, layout, number=p, serial=serial)
    return _printed(lambda: svg(draw()).encode(), SVG, lot_id)


@get("/labels.pdf", include_in_schema=False)
@threaded
def sheet(
    request: Asking,
    lots: Annotated[list[str] | None, QueryParameter(name="lot")] = None,
    entry: Text = "",
    layout: Text = "lot",
    page: Text = "A4",
    start: Annotated[int, QueryParameter()] = 0,
) -> Response[Any]:
    """The labels of a print, or of these lots, one a page (`page=label`) or on sheets from the
    place `start` on. Problems: those of `_labels` and `_printed`, request_too_large.
    """
    if entry:
        draw = _of_entry(request, entry)
    else:
        if not lots:
            raise Problem("bad_request", {})
        if len(lots) > LABELS_MAX:
            raise Problem("request_too_large", {})
        drawn = [_picture(request, lot_id, layout) for lot_id in lots]
        draw = lambda: [one() for one in drawn]  # noqa: E731
    return _printed(lambda: pdf(draw(), page=page, start=start), PDF, "labels")


def _picture(
    request: Asking, lot_id: str, layout: str, *, number: str = "", serial: str = ""
) -> Callable[[], Label]:
    """One label, to be drawn. Problems: sign_in_needed, unknown_document, not_found."""
    session, plant = signed_in(request), plant_of(request)
    if layout not in get_args(Layout) or not re.fullmatch(SERIAL, serial):
        raise Problem("not_found", {})
    with plant.store.read() as connection:
        lot = _lot(ScopedReader(connection, session), f"lot/{lot_id}")
    number = number if PRINT.match(number) else ""
    base_url = plant.settings.public_url
    return lambda: lot_label(layout, lot, base_url=base_url, number=number, serial=serial)


def _of_entry(request: Asking, entry: str) -> Callable[[], list[Label]]:
    """All labels of a print, lot by lot. Problems: sign_in_needed, unknown_document."""
    session, plant = signed_in(request), plant_of(request)
    with plant.store.read() as connection:
        reader = ScopedReader(connection, session)
        found = [
            (one, _lot(reader, labels["about"]))
            for labels in reader.find([f"label.entries={entry}"])
            for one in labels["prints"]
            if one["entry"] == entry
        ]
    if not found:
        raise Problem("unknown_document", {"key": entry})
    base_url = plant.settings.public_url
    return lambda: [
        label for one, lot in found for label in print_labels(one, lot, base_url=base_url)
    ]


def _lot(reader: ScopedReader, key: str) -> dict[str, Any]:
    lot = reader.get(key)
    if lot is None:
        raise Problem("unknown_document", {"key": key})
    return lot


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


ROUTES = [image, drawing, sheet]
