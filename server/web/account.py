"""Routes of signing in and out, and of the language in which this browser is answered."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from server.accounts import sessions
from server.domain.model import DOCUMENTS
from server.pages.answer import match
from server.pages.form import own_path
from server.plant import LANGUAGES
from server.web.context import page_response
from server.web.guard import (
    BROWSER_COOKIE,
    LANG_COOKIE,
    YEAR_S,
    Asking,
    browser_of,
    cookie,
    plant_of,
    session_cookie,
    session_of,
)
from server.web.incoming import fields_of, texts
from server.web.threaded import threaded
from sync.problem import Problem

DAY_S = 24 * 3600


@post("/sign-in", status_code=303, include_in_schema=False)
async def sign_in(request: Asking) -> Response[Any]:
    """Check the password; the page again with the reason, or on to where the person wanted."""
    return await sync_to_thread(_sign_in, request, texts(await fields_of(request)))


def _sign_in(request: Asking, data: dict[str, str]) -> Response[Any]:
    plant = plant_of(request)
    browser = browser_of(request)
    try:
        token = sessions.sign_in(
            plant.store,
            DOCUMENTS,
            login=data.get("login", "").strip().lower(),
            password=data.get("password", ""),
            browser=browser,
            now=plant.now(),
            days=plant.settings.session_days,
        )
    except Problem as problem:
        return _again(request, problem, data)
    answer = Redirect(own_path(data.get("next", "/")), status_code=303)
    days_s = plant.settings.session_days * DAY_S
    answer.set_cookie(cookie(plant, session_cookie(plant), token, max_age_s=days_s))
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


@get("/lang/{lang:str}", sync_to_thread=False, include_in_schema=False)
def link_to_language(
    request: Asking,
    lang: FromPath[str],
    back: Annotated[str, QueryParameter(name="next")] = "/",
) -> Response[Any]:
    """Remember the language of this browser and go back to where the person was."""
    return _in_language(request, lang, back)


@post("/language", status_code=303, include_in_schema=False)
async def choose_language(request: Asking) -> Response[Any]:
    """The same by a form: `lang`, and in `then` where to go."""
    data = texts(await fields_of(request))
    return _in_language(request, data.get("lang", ""), data.get("then", "/"))


def _in_language(request: Asking, lang: str, back: str) -> Response[Any]:
    if lang not in LANGUAGES:
        raise Problem("not_found", {})
    answer = Redirect(own_path(back), status_code=303)
    answer.set_cookie(cookie(plant_of(request), LANG_COOKIE, lang, max_age_s=YEAR_S))
    return answer


LANGUAGE_ROUTES = [link_to_language, choose_language]
ROUTES = [sign_in, sign_out, *LANGUAGE_ROUTES]
