"""The wire without a network: one request to the application as a server hands it over, and its
answer. Headers and bodies go in as bytes, so that also what no client would send gets there.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from litestar import Litestar

TIMEOUT_S = 60
Message = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What is sent; `pieces` is in how many parts the body comes, `hangs_up` that the last of them
    never does.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    pieces: int = 1
    hangs_up: bool = False

    def __str__(self) -> str:
        head = f"{self.method} {self.path[:120]} {[one for one in self.headers if one[1]]}"
        return f"{head[:500]} {len(self.body)} bytes {self.body[:600]!r}"


@dataclass
class Answer:
    """What came back; status 0 where nothing did."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    raised: BaseException | None = None


class Wire:
    """Requests one after the other, in an event loop of their own."""

    def __init__(self, app: Litestar) -> None:
        self._app: Callable[..., Awaitable[None]] = app
        self._loop = asyncio.new_event_loop()

    def send(self, request: Request) -> Answer:
        """The answer; TimeoutError where none comes."""
        return self._loop.run_until_complete(asyncio.wait_for(self._sent(request), TIMEOUT_S))

    def close(self) -> None:
        """End the loop and its threads."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _sent(self, request: Request) -> Answer:
        answer = Answer()
        parts = _parts(request)

        async def receive() -> Message:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                pairs = [(name.decode("latin-1"), value) for name, value in message["headers"]]
                answer.headers = {n.lower(): value.decode("latin-1") for n, value in pairs}
            elif message["type"] == "http.response.body":
                answer.body += message.get("body", b"")

        try:
            await self._app(_scope(request), receive, send)
        except Exception as error:  # noqa: BLE001 - what the application lets out is a finding
            answer.raised = error
        if answer.headers.get("content-encoding") == "gzip":
            answer.body = gzip.decompress(answer.body)
        return answer


def _parts(request: Request) -> list[Message]:
    size = max(1, -(-len(request.body) // request.pieces))
    starts = range(0, max(1, len(request.body)), size)
    parts = [request.body[start : start + size] for start in starts]
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]
    if request.hangs_up:
        messages[-1:] = [{"type": "http.disconnect"}]
    return messages


def _scope(request: Request) -> Message:
    path, _, query = request.path.partition("?")
    named = {name.lower() for name, _ in request.headers}
    usual = [("host", "testserver.local"), ("accept-language", "en")]
    if request.body and not named & {"content-length", "transfer-encoding"}:
        usual.append(("content-length", str(len(request.body))))
    headers = [*(one for one in usual if one[0] not in named), *request.headers]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii", "replace"),
        "query_string": query.encode("ascii", "replace"),
        "root_path": "",
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in headers
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
