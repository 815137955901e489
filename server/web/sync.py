"""Routes of the sync protocol (`docs/protocol.md`): enrol, push, pull, events."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import Parameter
from litestar.response import ServerSentEvent

from server.accounts import devices
from server.accounts.sessions import Session
from server.domain.rights import scopes_of
from server.plant import Plant
from server.web.guard import Asking, lang_of, plant_of, session_of, signed_in
from server.web.threaded import threaded
from sync import feed
from sync.document import utc_text
from sync.entry import PUSH_MAX_BYTES, PUSH_MAX_ENTRIES
from sync.problem import Problem
from sync.pull import PAGE_MAX, pull
from sync.push import Delivery

WIRE_MAX_BYTES = 2 * PUSH_MAX_BYTES  # the entries' quotes are escaped on the wire
HEARTBEAT_S = 15
NAME_MAX_CHARS = 80
Bearer = Annotated[str, Parameter(header="Authorization", default="", required=False)]


@dataclass
class EnrolRequest:
    """Who asks to deliver: a name for people to know the device by."""

    name: str = ""
    device: str | None = None


@dataclass
class WireEntry:
    """The exact bytes of an entry as a JSON string, and the device's signature over them."""

    entry: str
    sig: str | None = None


@dataclass
class PushRequest:
    """A batch of entries in the order of the device's chain."""

    device: str
    entries: list[WireEntry]
    epoch: str | None = None


@dataclass
class PullRequest:
    """What the device has: per scope the newest version."""

    device: str
    cursors: dict[str, int] = field(default_factory=dict)
    epoch: str | None = None
    limit: int = PAGE_MAX


def token_of(bearer: str) -> str:
    return bearer.removeprefix("Bearer ").strip()


def _device_of(plant: Plant, bearer: str, claimed: str) -> str:
    """The device of the token. Problems: device_unknown, device_foreign."""
    with plant.store.read() as connection:
        device = devices.of_token(connection, token_of(bearer))
    if device is None:
        raise Problem("device_unknown", {"device": claimed[:64]})
    if device != claimed:
        raise Problem("device_foreign", {"device": claimed[:64]})
    return device


@post("/sync/enrol", status_code=200)
@threaded
def enrol(request: Asking, data: EnrolRequest, bearer: Bearer = "") -> dict[str, Any]:
    """Enrol this browser under the person's sign-in, or know it again. Problem: sign_in_needed."""
    plant, session = plant_of(request), signed_in(request)
    with plant.store.write() as connection:
        enrolled = devices.enrol(
            connection,
            session,
            name=data.name[:NAME_MAX_CHARS],
            token=token_of(bearer),
            now=plant.now(),
        )
        epoch = plant.store.epoch(connection)
    return {
        "device": enrolled.device,
        "token": enrolled.token,
        "epoch": epoch,
        "session": session.id,
        "me": session.me(),
        "lang": lang_of(request),
    }


@post("/sync/push", status_code=200, request_max_body_size=WIRE_MAX_BYTES)
async def push_entries(request: Asking, data: PushRequest, bearer: Bearer = "") -> dict[str, Any]:
    """Take entries; every one gets its verdict, the same again if it is sent again.

    Problems: device_unknown, device_foreign, push_too_large, busy.
    """
    plant = plant_of(request)
    device = await sync_to_thread(_device_of, plant, bearer, data.device)
    entries = [(one.entry.encode("utf-8", "surrogatepass"), one.sig) for one in data.entries]
    if len(entries) > PUSH_MAX_ENTRIES or sum(len(raw) for raw, _ in entries) > PUSH_MAX_BYTES:
        limits = {"max_entries": PUSH_MAX_ENTRIES, "max_bytes": PUSH_MAX_BYTES}
        raise Problem("push_too_large", limits)
    answer = await asyncio.wrap_future(plant.writer.submit(Delivery(device, entries)))
    return asdict(answer)


@post("/sync/pull", status_code=200)
@threaded
def pull_changes(request: Asking, data: PullRequest, bearer: Bearer = "") -> Response[bytes]:
    """What changed in the signed-in person's scopes since the device's cursors.

    Problems: device_unknown, device_foreign, sign_in_needed.
    """
    plant = plant_of(request)
    session = signed_in(request)
    _device_of(plant, bearer, data.device)
    with plant.store.read() as connection:
        allowed = scopes_of(session.person)
        page = pull(connection, allowed, data.cursors, limit=data.limit)
        answer = {
            "epoch": plant.store.epoch(connection),
            "now": utc_text(plant.now()),
            **{name: getattr(page, name) for name in page.__dataclass_fields__},
            "me": session.me(),
            "verdicts": [],
        }
    return Response(msgspec.json.encode(answer), media_type=MediaType.JSON)


@get("/sync/events", include_in_schema=True)
async def events(request: Asking) -> ServerSentEvent:
    """Hints that scopes moved, as server-sent events `{scope: version}`. Problem: sign_in_needed."""
    plant = plant_of(request)
    session = await sync_to_thread(session_of, request)
    if session is None:
        raise Problem("sign_in_needed", {})
    return ServerSentEvent(_hints(plant, session), headers={"cache-control": "no-store"})


async def _hints(plant: Plant, session: Session) -> AsyncIterator[dict[str, str]]:
    """The scopes' versions at first, then each time one moves; a comment in quiet times."""
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
            try:
                yield _event(await asyncio.wait_for(moved.get(), HEARTBEAT_S))
            except TimeoutError:
                yield {"event": "quiet", "data": "{}"}
    finally:
        plant.pokes.remove(listen)


def _versions(plant: Plant, scopes: frozenset[str]) -> dict[str, int]:
    with plant.store.read() as connection:
        return feed.current(connection, set(scopes))


def _event(scopes: dict[str, int]) -> dict[str, str]:
    return {"event": "poke", "data": msgspec.json.encode(scopes).decode()}


ROUTES = [enrol, push_entries, pull_changes, events]
