"""Guard: who is asking, in which language, and the headers that keep browsers strict."""

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie, State
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.accounts import sessions
from server.accounts.sessions import Session
from server.domain.model import DOCUMENTS
from server.plant import LANGUAGES, Plant
from sync.problem import Problem

Asking = Request[Any, Any, State]
LANG_COOKIE = "traveler_lang"
BROWSER_COOKIE = "traveler_browser"
DEVICE_COOKIE = "traveler_device"
BROWSER = re.compile(r"[0-9a-f]{24}")
YEAR_S = 365 * 24 * 3600
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
CERTIFICATE_ENDS = "traveler-certificate-ends"
HEADERS_TLS = {"strict-transport-security": f"max-age={YEAR_S}"}


def plant_of(request: Asking) -> Plant:
    """The plant that this application serves."""
    plant: Plant = request.app.state.plant
    return plant


def session_cookie(plant: Plant) -> str:
    """The cookie's name; `__Host-` where TLS makes browsers accept it."""
    return "__Host-traveler" if plant.settings.secure else "traveler"


def session_of(request: Asking) -> Session | None:
    """The live session of this request, None for nobody."""
    plant = plant_of(request)
    token = request.cookies.get(session_cookie(plant), "")
    with plant.store.read() as connection:
        return sessions.of_token(connection, DOCUMENTS, token, plant.now())


def signed_in(request: Asking) -> Session:
    """The live session. Problem: sign_in_needed."""
    session = session_of(request)
    if session is None:
        raise Problem("sign_in_needed", {})
    return session


def lang_of(request: Asking) -> str:
    """The chosen language, else the browser's first one that we speak, else Chinese."""
    chosen = request.cookies.get(LANG_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for tag in request.headers.get("accept-language", "").lower().split(","):
        if tag.strip().startswith("zh"):
            return "zh_CN"
        if tag.strip().startswith("en"):
            return "en"
    return "zh_CN"


def cookie(plant: Plant, name: str, value: str, *, max_age_s: int) -> Cookie:
    """A cookie that scripts can't read and other sites can't send along."""
    return Cookie(
        key=name,
        value=value,
        max_age=max_age_s,
        path="/",
        secure=plant.settings.secure,
        httponly=True,
        samesite="lax",
    )


def browser_of(request: Asking) -> str:
    """A lasting random name of this browser, for throttling sign-ins."""
    given = request.cookies.get(BROWSER_COOKIE, "")
    return given if BROWSER.fullmatch(given) else secrets.token_hex(12)


def same_origin(request: Asking) -> Response[None] | None:
    """Before each request: what changes something must come from our own pages.

    Problem: cross_site. Requests without Origin and Sec-Fetch-Site are not a browser's.
    """
    if request.method in SAFE_METHODS:
        return None
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    host = request.headers.get("host", "")
    if site not in ("same-origin", "none") or (origin and urlsplit(origin).netloc != host):
        raise Problem("cross_site", {})
    return None


def with_headers(app: ASGIApp) -> ASGIApp:
    """Middleware: the security headers on every answer, whatever made it."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        due = _due(scope["app"].state) if scope["type"] == ScopeType.HTTP else HEADERS

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                missing = [(n.encode(), v.encode()) for n, v in due.items()]
                message["headers"] = [
                    *message["headers"],
                    *(header for header in missing if header[0] not in there),
                ]
            await send(message)

        await app(scope, receive, send_guarded)

    return guarded


def _due(state: State) -> dict[str, str]:
    """Devices keep when the certificate ends: after that they can't ask why nobody answers."""
    due = HEADERS | HEADERS_TLS if state.plant.settings.secure else HEADERS
    if state.proof is None:
        return due
    return due | {CERTIFICATE_ENDS: state.proof.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
