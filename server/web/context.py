"""Context: everything a template is given when the server answers, and the rendered page."""

from typing import Any

from litestar import Response
from litestar.enums import MediaType
from sqlalchemy import Connection

from server.accounts.sessions import Session
from server.pages.answer import Asked, fetched
from server.web.guard import Asking, lang_of, plant_of, session_of
from server.web.reader import ScopedReader
from sync import journal
from sync.problem import Problem

NO_PINS = {"people": [], "mine": "", "current": "", "code": "", "others": 0}
NOTHING_WAITS = {"waiting": 0, "photos": 0, "refused": 0, "rejected": 0, "oldest": ""}
SERVER_NET = {"worker": False, "online": True, **NOTHING_WAITS}


def page_response(
    request: Asking,
    asked: Asked,
    *,
    session: Session | None = None,
    form: dict[str, Any] | None = None,
    status: int = 200,
) -> Response[str]:
    """The page that was asked for, whole or (for htmx) its main part.

    Problems: sign_in_needed, not_allowed, unknown_document.
    """
    plant = plant_of(request)
    session = session or session_of(request)
    _may_open(asked, session)
    me = session.me() if session else None
    with plant.store.read() as connection:
        context = base_context(request, me, asked)
        context |= fetched(asked, me, ScopedReader(connection, session))
        if session is not None:
            context["done"] = _done(connection, session, request.query_params.get("done", ""))
    context["form"] = form
    return html(request, asked.page["template"], context, status)


def html(request: Asking, template: str, context: dict[str, Any], status: int) -> Response[str]:
    """A rendered template as an answer that no cache keeps; a refusal keeps the form's address."""
    content = plant_of(request).renderer.render(template, context, lang_of(request))
    headers = {"cache-control": "no-store", "vary": "HX-Request, Cookie, Accept-Language"}
    if status >= 400:
        headers["hx-push-url"] = "false"
    return Response(content, status_code=status, media_type=MediaType.HTML, headers=headers)


def base_context(request: Asking, me: dict[str, Any] | None, asked: Asked) -> dict[str, Any]:
    """What every template is given, documents aside."""
    plant = plant_of(request)
    page = {name: asked.page[name] for name in ("name", "path", "title", "nav")}
    return {
        "page": {**page, "id": asked.id, "code": asked.code, "url": asked.url},
        "me": me,
        "lang": lang_of(request),
        "today": plant.today(),
        "query": dict(asked.query),
        "doc": None,
        "net": SERVER_NET,
        "pending": [],
        "touched": [],
        "form": None,
        "done": None,
        "outbox": [],
        "device": None,
        "diverged": [],
        "pins": NO_PINS,
        "build": plant.build,
        "partial": request.headers.get("hx-request") == "true"
        and request.headers.get("hx-history-restore-request") != "true",
    }


def _may_open(asked: Asked, session: Session | None) -> None:
    if asked.page.get("public"):
        return
    if session is None:
        raise Problem("sign_in_needed", {})
    roles = asked.page.get("roles")
    if roles and not set(roles) & set(session.me()["roles"]):
        raise Problem("not_allowed", {})


def _done(connection: Connection, session: Session, entry_id: str) -> dict[str, Any] | None:
    """What became of an entry of this person's, told after its form was sent."""
    row = journal.find(connection, entry_id) if entry_id else None
    if row is None or row["actor"] != session.person.login:
        return None
    return {**journal.verdict_of(row), "kind": row["kind"]}
