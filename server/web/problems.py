"""Problems as answers: JSON for devices, a page in the person's language for people."""

import errno
import secrets
import traceback
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from server.pages.answer import Asked
from server.plant import LANGUAGES
from server.web.context import base_context, html
from server.web.guard import Asking, plant_of, session_of
from server.web.logs import places
from sync.problem import Problem

DEVICE_PATHS = ("/sync/", "/blobs/", "/assets/", "/health")
HTTP_CODES = {404: "not_found", 405: "not_found", 413: "request_too_large"}
BODY_DECODER = "litestar/serialization/msgspec_hooks.py"
HUNG_UP = "client disconnected prematurely"
BUSY = 503
RETRY_AFTER_S = 5
# The database is locked, full, gone, or has more to do than it can.
UNAVAILABLE = (OperationalError, InterfaceError, NoConnectionFree)
# The disk is full, or not (or no longer) ours to write.
NOT_WRITABLE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM}
    | {errno.EMFILE, errno.ENFILE}
)
log = structlog.get_logger()


def on_problem(request: Asking, problem: Problem) -> Response[Any]:
    """The Problem with its status, for whoever asked."""
    known = plant_of(request).problems.get(problem.code) or {"status": 500}
    if problem.code == "sign_in_needed" and _wants_page(request) and request.method == "GET":
        return Redirect(f"/sign-in?next={quote(_address(request), safe='')}")
    if not _wants_page(request):
        return _json(request, problem, known["status"])
    return _page(request, problem, known["status"])


def on_http_exception(request: Asking, error: HTTPException) -> Response[Any]:
    """What the framework refused, as the Problem that it is."""
    if error.status_code >= 500 and error.detail != HUNG_UP:
        return on_unforeseen(request, error)
    return on_problem(request, Problem(HTTP_CODES.get(error.status_code, "bad_request"), {}))


def on_database(request: Asking, error: Exception) -> Response[Any]:
    """The database is locked, full or gone: nothing was taken, try again later."""
    name = type(getattr(error, "orig", error)).__name__
    log.warning("database_unavailable", path=request.scope["path"], error=name)
    return on_problem(request, Problem("busy", {}))


def on_storage(request: Asking, error: OSError) -> Response[Any]:
    """The disk is full or can't be written: nothing was taken, try again later."""
    if error.errno not in NOT_WRITABLE:
        return on_unforeseen(request, error)
    name = errno.errorcode[error.errno]
    log.warning("storage_unavailable", path=request.scope["path"], error=name)
    return on_problem(request, Problem("busy", {}))


def on_undecodable(request: Asking, error: Exception) -> Response[Any]:
    """Bytes that are no text, or nested too deep: bad_request, where the framework read them."""
    frames = traceback.extract_tb(error.__traceback__)
    if any(frame.filename.endswith(BODY_DECODER) for frame in frames):
        return on_problem(request, Problem("bad_request", {}))
    return on_unforeseen(request, error)


def on_unforeseen(request: Asking, error: Exception) -> Response[Any]:
    """A defect of ours: logged under a number that the person can tell us.

    The log gets the places in the code, not the message: it may quote what somebody sent.
    """
    number = secrets.token_hex(4)
    log.error("unforeseen", number=number, path=request.scope["path"], **places(error))
    return on_problem(request, Problem("unforeseen", {"number": number}))


def _wants_page(request: Asking) -> bool:
    return not request.scope["path"].startswith(DEVICE_PATHS)


def _address(request: Asking) -> str:
    """Not from `request.url`: that can't be made where the Host header is broken."""
    query = request.scope["query_string"].decode("latin-1")
    return request.scope["path"] + (f"?{query}" if query else "")


def _retry_after(status: int) -> dict[str, str]:
    return {"retry-after": str(RETRY_AFTER_S)} if status == BUSY else {}


def _json(request: Asking, problem: Problem, status: int) -> Response[Any]:
    told = {"code": problem.code, "params": problem.params}
    renderer = plant_of(request).renderer
    text = {lang: renderer.problem(told, lang) for lang in LANGUAGES}
    content = {"code": problem.code, "params": problem.params, "text": text}
    return Response(content, status_code=status, headers=_retry_after(status))


def _page(request: Asking, problem: Problem, status: int) -> Response[Any]:
    shown = {"name": "error", "path": "", "title": "title.error", "nav": "", "query": []}
    try:
        session = session_of(request)
    except UNAVAILABLE:  # the page says so, to whomever
        session = None
    asked = Asked(shown, "", {}, _address(request))
    context = base_context(request, session.me() if session else None, asked)
    told = {"code": problem.code, "params": problem.params, "field": problem.field}
    context["form"] = {"problems": [told], "values": {}}
    context["problem"] = told
    page = html(request, "error/problem", context, status)
    page.headers.update(_retry_after(status))
    return page
