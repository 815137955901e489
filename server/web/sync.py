"""Routes of the sync protocol (`docs/protocol.md`): enrol, push, pull, events."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

import msgspec
import structlog
from litestar import MediaType, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import HeaderParameter, JSONBody
from litestar.response import ServerSentEvent

from server.accounts import devices, sessions
from server.accounts.sessions import Session
from server.domain.model import DOCUMENTS
from server.domain.rights import scopes_of
from server.lateness.tell import tell_late
from server.plant import Plant, chain_of
from server.web.guard import (
    DEVICE_COOKIE,
    YEAR_S,
    Asking,
    cookie,
    lang_of,
    plant_of,
    session_cookie,
    session_of,
    signed_in,
)
from server.web.threaded import threaded
from server.web.wire import (
    EnrolAnswer,
    EnrolRequest,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    ScopeCheck,
    answers,
)
from sync import feed
from sync.document import utc_text
from sync.entry import PUSH_MAX_BYTES, PUSH_MAX_ENTRIES
from sync.problem import Problem
from sync.pull import cursors_in, pull
from sync.push import Delivery, look_ahead

WIRE_MAX_BYTES = 2 * PUSH_MAX_BYTES  # the entries' quotes are escaped on the wire
HEARTBEAT_S = 15
NAME_MAX_CHARS = 80
LOGGED_MAX = 20
DIGEST_CHARS = 16
log = structlog.get_logger()
Bearer = Annotated[str, HeaderParameter(name="Authorization")]


def token_of(bearer: str) -> str:
    return bearer.removeprefix("Bearer ").strip()


def device_of(plant: Plant, bearer: str, claimed: str) -> str:
    """The device of the token. Problems: device_unknown, device_foreign."""
    with plant.store.read() as connection:
        device = devices.of_token(connection, token_of(bearer))
    if device is None:
        raise Problem("device_unknown", {"device": claimed[:64]})
    if device != claimed:
        raise Problem("device_foreign", {"device": claimed[:64]})
    return device


def _holder(request: Asking, plant: Plant, device: str) -> Session:
    """Who is signed in on a device that may be told something.

    Its sign-ins end with a device, and with a person's leaving; the device must hear why, to clear
    what it holds. Problems: device_revoked, access_ended, sign_in_needed.
    """
    token = request.cookies.get(session_cookie(plant), "")
    with plant.store.read() as connection:
        devices.must_be_trusted(connection, device)
        sessions.must_not_have_left(connection, DOCUMENTS, token)
    return signed_in(request)


@post("/sync/enrol", status_code=200, responses=answers(EnrolAnswer, 401, 403, 422))
@threaded
def enrol(
    request: Asking, data: JSONBody[EnrolRequest], bearer: Bearer = ""
) -> Response[dict[str, Any]]:
    """Enrol this browser under the person's sign-in, or know it again.

    Problems: sign_in_needed, device_revoked, key_malformed.
    """
    plant, session = plant_of(request), signed_in(request)
    with plant.store.write() as connection:
        enrolled = devices.enrol(
            connection,
            session,
            devices.Asked(
                device=data.device or "",
                token=token_of(bearer),
                key=data.key,
                name=data.name[:NAME_MAX_CHARS],
            ),
            now=plant.now(),
        )
        epoch = plant.store.epoch(connection)
        before = None if data.device else request.cookies.get(DEVICE_COOKIE, "")
        lost = devices.heard(connection, before) if before else None
    answer = {
        "device": enrolled.device,
        "token": enrolled.token,
        "epoch": epoch,
        "session": enrolled.session,
        "me": session.me(),
        "lang": lang_of(request),
        "policy": plant.settings.policy,
        "lost": lost,
    }
    # Outlives what the browser may clear: how else would it be noticed?
    marker = cookie(plant, DEVICE_COOKIE, enrolled.device, max_age_s=YEAR_S)
    return Response(answer, cookies=[marker])


@post(
    "/sync/push",
    status_code=200,
    request_max_body_size=WIRE_MAX_BYTES,
    responses=answers(PushAnswer, 401, 403, 413, 503),
)
async def push_entries(
    request: Asking, data: JSONBody[PushRequest], bearer: Bearer = ""
) -> dict[str, Any]:
    """Take entries; every one gets its verdict, the same again if it is sent again.

    Problems: device_unknown, device_foreign, push_too_large, busy.
    """
    plant = plant_of(request)
    device = await sync_to_thread(device_of, plant, bearer, data.device)
    entries = [
        (one.entry.encode("utf-8", "surrogatepass"), one.sig, one.device, one.seq)
        for one in data.entries
    ]
    if len(entries) > PUSH_MAX_ENTRIES or sum(len(one[0]) for one in entries) > PUSH_MAX_BYTES:
        limits = {"max_entries": PUSH_MAX_ENTRIES, "max_bytes": PUSH_MAX_BYTES}
        raise Problem("push_too_large", limits)
    delivery = Delivery(device, entries, data.oldest)
    await sync_to_thread(look_ahead, plant.store, delivery)
    answer = await asyncio.wrap_future(plant.writer.submit(delivery))
    ids = [verdict["id"] for verdict in answer.verdicts]
    statuses = Counter(verdict["status"] for verdict in answer.verdicts)
    told = {"number": len(entries), "entries": ids[:LOGGED_MAX], "statuses": statuses}
    log.info("push", device=device, **told, need=answer.need)
    if plant.late.is_set():
        await sync_to_thread(tell_late, plant)
    return asdict(answer)


@post("/sync/pull", status_code=200, responses=answers(PullAnswer, 401, 403))
@threaded
def pull_changes(
    request: Asking, data: JSONBody[PullRequest], bearer: Bearer = ""
) -> Response[bytes]:
    """What changed in the signed-in person's scopes since the device's cursors.

    Problems: device_unknown, device_foreign, device_revoked, access_ended, sign_in_needed.
    """
    plant = plant_of(request)
    device = device_of(plant, bearer, data.device)
    session = _holder(request, plant, device)
    with plant.store.read() as connection:
        epoch = plant.store.epoch(connection)
        cursors = cursors_in(epoch, data.epoch, data.cursors)
        allowed = scopes_of(session.person)
        _log_diverged(device, data.diverged, allowed)
        page = pull(connection, allowed, cursors, limit=data.limit)
        answer = {
            "epoch": epoch,
            "now": utc_text(plant.now()),
            **{name: getattr(page, name) for name in page.__dataclass_fields__},
            "me": session.me(),
            "verdicts": [],
            "last_seq": chain_of(connection, device).last_seq,
        }
    return Response(msgspec.json.encode(answer), media_type=MediaType.JSON)


def _log_diverged(device: str, told: dict[str, ScopeCheck], allowed: frozenset[str]) -> None:
    """What a device had of its scopes where it differed; it loads them anew by itself."""
    had = {
        scope: {"count": one.count, "digest": one.digest[:DIGEST_CHARS]}
        for scope, one in sorted(told.items())
        if scope in allowed
    }
    if had:
        log.warning("diverged", device=device, scopes=had)


@get("/sync/events", include_in_schema=True)
async def events(request: Asking) -> ServerSentEvent:
    """Hints that scopes moved: server-sent events `{scope: version}`. Problem: sign_in_needed."""
    plant = plant_of(request)
    session = await sync_to_thread(session_of, request)
    if session is None:
        raise Problem("sign_in_needed", {})
    return ServerSentEvent(_hints(request, plant, session))


async def _hints(request: Asking, plant: Plant, session: Session) -> AsyncIterator[dict[str, str]]:
    """The scopes' versions at first, then each time one moves; `quiet` in quiet times.

    Ends with the session, and when the person's scopes change: the device comes again.
    """
    loop = asyncio.get_running_loop()
    moved: asyncio.Queue[dict[str, int]] = asyncio.Queue()
    allowed = scopes_of(session.person)

    def listen(scopes: dict[str, int]) -> None:
        mine = {scope: version for scope, version in scopes.items() if scope in allowed}
        if mine:
            loop.call_soon_threadsafe(moved.put_nowait, mine)

    plant.pokes.append(listen)
    try:
        yield _event(await sync_to_thread(_versions, plant, allowed))
        while True:
            hint = await _next(moved)
            now = await sync_to_thread(session_of, request)
            if now is None or scopes_of(now.person) != allowed:
                return
            yield hint
    finally:
        plant.pokes.remove(listen)


async def _next(moved: asyncio.Queue[dict[str, int]]) -> dict[str, str]:
    try:
        return _event(await asyncio.wait_for(moved.get(), HEARTBEAT_S))
    except TimeoutError:
        return {"event": "quiet", "data": "{}"}


def _versions(plant: Plant, scopes: frozenset[str]) -> dict[str, int]:
    with plant.store.read() as connection:
        return feed.current(connection, set(scopes))


def _event(scopes: dict[str, int]) -> dict[str, str]:
    return {"event": "poke", "data": msgspec.json.encode(scopes).decode()}


ROUTES = [enrol, push_entries, pull_changes, events]
