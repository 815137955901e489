"""Routes of labels: the image of one lot's label, a sheet of many."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from labels.content import Label, label
from labels.error import LabelError
from labels.layout_file import layout
from labels.printing import pdf, png
from server.web.guard import Asking, plant_of, signed_in
from server.web.reader import ScopedReader
from server.web.threaded import threaded
from sync.problem import Problem

LOTS_MAX = 200
DPI = 300
_PROBLEMS = {
    "glyph_missing": "label_glyph_missing",
    "text_too_long": "label_text_too_long",
    "code_too_wide": "label_code_too_wide",
}


def label_of(lot: dict[str, Any], base_url: str) -> Label:
    """The label of a lot document. Raises LabelError where it cannot be printed."""
    same = ("gtin", "item_code", "quantity", "unit", "status", "received_on", "produced_on",
            "expires_on", "supplier")  # fmt: skip
    given = {
        "lot_id": lot["key"].partition("/")[2],
        "lot_code": lot["code"],
        "item_name_zh": lot["item_name"]["zh"],
        "item_name_en": lot["item_name"]["en"],
        **{name: lot[name] for name in same},
    }
    return label(layout("lot"), given, base_url=base_url)


def _lots(request: Asking, ids: list[str]) -> list[dict[str, Any]]:
    """The lots of these ids in the person's scopes.

    Problems: sign_in_needed, request_too_large, unknown_document.
    """
    plant = plant_of(request)
    session = signed_in(request)
    if len(ids) > LOTS_MAX:
        raise Problem("request_too_large", {})
    found = []
    with plant.store.read() as connection:
        reader = ScopedReader(connection, session)
        for lot_id in ids:
            lot = reader.get(f"lot/{lot_id}")
            if lot is None:
                raise Problem("unknown_document", {"key": f"lot/{lot_id}"})
            found.append(lot)
    return found


@get("/lots/{lot_id:str}/label.png", include_in_schema=False)
@threaded
def image(request: Asking, lot_id: FromPath[str]) -> Response[bytes]:
    """One lot's label at 300 dpi. Problems: those of `_lots` and `_printed`."""
    (lot,) = _lots(request, [lot_id])
    base_url = plant_of(request).settings.public_url
    return _printed(lambda: png(label_of(lot, base_url), dpi=DPI), "image/png", lot_id)


@get("/labels.pdf", include_in_schema=False)
@threaded
def sheet(
    request: Asking, lots: Annotated[list[str], QueryParameter(name="lot")]
) -> Response[bytes]:
    """A4 sheet of the labels of these lots. Problems: those of `_lots` and `_printed`."""
    found = _lots(request, lots)
    base_url = plant_of(request).settings.public_url
    return _printed(
        lambda: pdf([label_of(lot, base_url) for lot in found]), "application/pdf", "labels"
    )


def _printed(draw: Callable[[], bytes], media_type: str, name: str) -> Response[bytes]:
    """What `draw` makes, as a file. Problems: label_glyph_missing, label_text_too_long,
    label_code_too_wide, label_failed."""
    try:
        content = draw()
    except LabelError as error:
        params = {"about": error.about, "why": error.code, "field": error.heading}
        raise Problem(_PROBLEMS.get(error.code, "label_failed"), params) from error
    suffix = media_type.rpartition("/")[2]
    file_name = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)
    headers = {
        "content-disposition": f'inline; filename="{file_name}.{suffix}"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


ROUTES = [image, sheet]
