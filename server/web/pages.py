"""Routes of pages and forms: every page of the table, and what people do on them."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from server.accounts.sessions import Session
from server.domain.model import KINDS
from server.domain.rights import may
from server.pages.answer import match
from server.pages.form import SIGNED_WITH, File, Filled, filled
from server.pages.lookup import page_of
from server.pages.table import PAGES
from server.pages.wording import encoded
from server.plant import Plant
from server.web.context import page_response
from server.web.guard import Asking, plant_of, session_of, signed_in
from server.web.incoming import Fields, fields_of, texts
from server.web.reader import ScopedReader
from server.web.signed_form import signed_if_due
from server.web.threaded import threaded
from sync.blobs import PIECE_MAX_BYTES
from sync.compose import Deed
from sync.document import site_of
from sync.problem import Problem

PATHS = [page["path"].replace("{id}", "{id:str}") for page in PAGES if page["name"] != "scan"]
FORM_MAX_BYTES = 12 * 1024 * 1024
ECHO_MAX_CHARS = 20_000
CODE_SHOWN_CHARS = 200
log = structlog.get_logger()


def _page(path: str) -> HTTPRouteHandler:
    """The route of one page; a handler each, as Litestar wraps one with several paths twice."""

    @get(path, include_in_schema=False)
    @threaded
    def show(request: Asking) -> Response[str]:
        asked = match(_raw_path(request), dict(request.query_params), _url(request))
        if asked is None:
            raise Problem("not_found", {})
        return page_response(request, asked)

    return show


@get("/scan", include_in_schema=False)
@threaded
def scan(request: Asking) -> Response[Any]:
    """The scan page; with a code that stands for one document, that document's page."""
    session = session_of(request)
    code = request.query_params.get("code", "").strip()
    form: dict[str, Any] | None = None
    if session is not None and code:
        try:
            with plant_of(request).store.read() as connection:
                to = page_of(code, ScopedReader(connection, session), session.me())
            return Redirect(to)
        except Problem as problem:
            form = _told(problem, {"code": code[:CODE_SHOWN_CHARS]})
    asked = match("/scan", dict(request.query_params), _url(request))
    if asked is None:
        raise Problem("not_found", {})
    return page_response(request, asked, session=session, form=form)


@get("/01/{gtin:str}/10/{lot:str}", include_in_schema=False)
@threaded
def digital_link(request: Asking) -> Response[Any]:
    """A GS1 Digital Link scanned with the phone's own camera."""
    query = urlencode({"code": str(request.url)})
    return Redirect(f"/scan?{query}")


@post(
    "/do/{kind:str}",
    status_code=303,
    request_max_body_size=FORM_MAX_BYTES,
    include_in_schema=False,
)
async def do(request: Asking, kind: FromPath[str]) -> Response[Any]:
    """Take a form as an entry of this web session; go on, or show the form with what is wrong."""
    return await sync_to_thread(_done, request, kind, await fields_of(request))


def _done(request: Asking, kind: str, fields: Fields) -> Response[Any]:
    session = signed_in(request)
    plant = plant_of(request)
    try:
        with plant.store.read() as connection:
            form = filled(fields, ScopedReader(connection, session))
        verdict = _record(request, session, kind, form)
    except Problem as problem:
        return _refused(request, session, problem, texts(fields))
    log.info("recorded", entries=[verdict["id"]], kind=kind, status=verdict["status"])
    goal = urlsplit(form.then.replace("{id}", encoded(form.on.partition("/")[2])))
    query = urlencode([*parse_qsl(goal.query), ("done", verdict["id"])])
    return Redirect(goal._replace(query=query).geturl(), status_code=303)


def _record(request: Asking, session: Session, kind: str, form: Filled) -> dict[str, Any]:
    plant, known = plant_of(request), KINDS.get(kind)
    if known is None:
        raise Problem("unknown_kind", {"kind": kind, "v": 1})
    said = plant.said_before(form.entry, session.device_of_web) if form.entry else None
    if said is not None:
        return said
    site = site_of(form.on)
    if not may(session.person, site, known.roles):
        raise Problem("no_right", {"kind": kind, "site": site})
    blobs = [_keep(plant, file) for file in form.files]
    deed = Deed(
        v=known.v,
        kind=kind,
        on=form.on,
        body=form.body,
        actor=session.person.login,
        session=session.id,
        at=plant.local_now(),
        base=form.base,
        blobs=blobs,
    )
    device = session.device_of_web
    deed = signed_if_due(request, plant, session, known, deed, form.secret)
    foreseen = plant.foresee(deed, device)
    if foreseen.status in ("rejected", "parked"):
        raise Problem(foreseen.code or "unforeseen", foreseen.params, field=foreseen.where)
    return plant.record(deed, device, entry_id=form.entry)


def _keep(plant: Plant, file: File) -> dict[str, Any]:
    length = len(file.data)
    there = plant.blobs.progress(file.sha256)
    offset = there.offset if there else 0
    while offset < length:
        piece = file.data[offset : offset + PIECE_MAX_BYTES]
        done = plant.blobs.add(file.sha256, piece, offset=offset, length=length, now=plant.now())
        offset = done.offset
    return {"sha256": file.sha256, "size": length, "type": file.type, "name": file.name[:200]}


def _refused(
    request: Asking, session: Session, problem: Problem, values: dict[str, str]
) -> Response[Any]:
    """The page the form was on, with the reason and all that was filled in."""
    came_from: str = values.get("then_error") or request.headers.get("referer") or "/"
    parts = urlsplit(came_from)
    asked = match(parts.path or "/", dict(parse_qsl(parts.query)), parts.path)
    if asked is None:
        raise problem
    kept = {name: value[:ECHO_MAX_CHARS] for name, value in values.items() if name != SIGNED_WITH}
    try:
        form = _told(problem, kept)
        return page_response(request, asked, session=session, form=form, status=422)
    except Problem:  # that page is not there (any more): the reason stands alone
        raise problem from None


def _told(problem: Problem, values: dict[str, str]) -> dict[str, Any]:
    told = {"code": problem.code, "params": problem.params, "field": problem.field}
    return {"problems": [told], "values": values}


def _raw_path(request: Asking) -> str:
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.decode("ascii", "replace").partition("?")[0]


def _url(request: Asking) -> str:
    return _raw_path(request) + (f"?{request.url.query}" if request.url.query else "")


ROUTES = [*map(_page, PATHS), scan, digital_link, do]
