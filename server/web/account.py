"""Routes of signing in and out."""

from typing import Annotated, Any

from litestar import Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from server.accounts import sessions
from server.domain.model import DOCUMENTS
from server.pages.answer import match
from server.web.context import page_response
from server.web.guard import (
    BROWSER_COOKIE,
    YEAR_S,
    Asking,
    browser_of,
    cookie,
    plant_of,
    session_cookie,
    session_of,
)
from server.web.threaded import threaded
from sync.problem import Problem

DAY_S = 24 * 3600
Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/sign-in", status_code=303, include_in_schema=False)
@threaded
def sign_in(request: Asking, data: Fields) -> Response[Any]:
    """Check the password; the page again with the reason, or on to where the person wanted."""
    plant = plant_of(request)
    browser = browser_of(request)
    with plant.store.write() as connection:
        result = sessions.sign_in(
            connection,
            DOCUMENTS,
            login=data.get("login", "").strip().lower(),
            password=data.get("password", ""),
            browser=browser,
            now=plant.now(),
            days=plant.settings.session_days,
        )
    if isinstance(result, Problem):
        return _again(request, result, data)
    wanted = data.get("next", "/")
    there = wanted if wanted.startswith("/") and not wanted.startswith("//") else "/"
    answer = Redirect(there, status_code=303)
    days_s = plant.settings.session_days * DAY_S
    answer.set_cookie(cookie(plant, session_cookie(plant), result, max_age_s=days_s))
    answer.set_cookie(cookie(plant, BROWSER_COOKIE, browser, max_age_s=YEAR_S))
    return answer


@post("/sign-out", status_code=303, include_in_schema=False)
@threaded
def sign_out(request: Asking) -> Response[Any]:
    """End the session; what waits on the device stays the person's and goes up later."""
    plant = plant_of(request)
    session = session_of(request)
    if session is not None:
        with plant.store.write() as connection:
            sessions.end(connection, session.id, plant.now())
    answer = Redirect("/sign-in", status_code=303)
    answer.set_cookie(cookie(plant, session_cookie(plant), "", max_age_s=0))
    return answer


def _again(request: Asking, problem: Problem, data: dict[str, str]) -> Response[Any]:
    asked = match("/sign-in", {"next": data.get("next", "")}, "/sign-in")
    if asked is None:
        raise problem
    told = {"code": problem.code, "params": problem.params, "field": problem.field}
    form = {"problems": [told], "values": {"login": data.get("login", "")[:64]}}
    answer = page_response(request, asked, form=form, status=422)
    plant = plant_of(request)
    answer.set_cookie(cookie(plant, BROWSER_COOKIE, browser_of(request), max_age_s=YEAR_S))
    return answer


ROUTES = [sign_in, sign_out]
