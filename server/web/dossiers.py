"""Routes of dossiers: a document with its signatures, to print and to keep."""

from collections.abc import Callable
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from server.dossier.gathered import Dossier, dossier_of
from server.dossier.paper import printed
from server.dossier.table import as_csv
from server.pages.wording import Wording
from server.plant import Plant
from server.web.guard import Asking, lang_of, plant_of, signed_in
from server.web.reader import ScopedReader
from server.web.threaded import threaded
from sync.problem import Problem

TYPES = ("approval", "case", "job", "lot", "order", "requisition", "visit")
Content = Callable[[Asking, Plant, Dossier], str | bytes]


def _words(request: Asking, plant: Plant) -> Wording:
    lang = lang_of(request)
    return Wording(lang, plant.locale[lang], plant.problems)


def _csv(request: Asking, plant: Plant, dossier: Dossier) -> str:
    return as_csv(dossier, _words(request, plant))


def _pdf(request: Asking, plant: Plant, dossier: Dossier) -> bytes:
    person = signed_in(request).person

    def picture(sha256: str) -> bytes | None:
        file = plant.blobs.path(sha256)
        return file.read_bytes() if file.is_file() else None

    words = _words(request, plant)
    return printed(dossier, words, picture, by=person.name, at=plant.local_now())


FORMS: dict[str, tuple[str, Content]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "json": ("application/json", lambda request, plant, dossier: dossier.as_json()),
    "pdf": ("application/pdf", _pdf),
}


def _route(kind: str, form: str) -> HTTPRouteHandler:
    media_type, content = FORMS[form]

    @get(f"/{kind}s/{{key_id:str}}/record.{form}", include_in_schema=False)
    @threaded
    def record(request: Asking, key_id: FromPath[str]) -> Response[Any]:
        plant, key = plant_of(request), f"{kind}/{key_id}"
        session = signed_in(request)
        with plant.store.read() as connection:
            reader = ScopedReader(connection, session)
            document = reader.get(key)
            if document is None:
                raise Problem("unknown_document", {"key": key})
            dossier = dossier_of(connection, reader, document)
        name = "".join(c if (c.isascii() and c.isalnum()) or c in "-_." else "_" for c in key_id)
        headers = {"content-disposition": f'inline; filename="{kind}-{name}.{form}"'}
        return Response(content(request, plant, dossier), media_type=media_type, headers=headers)

    return record


ROUTES = [_route(kind, form) for kind in TYPES for form in FORMS]
