"""Logs: one JSON object a line on standard error; ids and places, never what people sent."""

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

log = structlog.get_logger()


def with_log(app: ASGIApp) -> ASGIApp:
    """Middleware: one line per request with its id, time and status; never a body or a query."""

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        structlog.contextvars.bind_contextvars(request=str(uuid7()))
        started, status = time.perf_counter(), 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, send_noted)
        finally:
            took_ms = round((time.perf_counter() - started) * 1000, 1)
            told = {"method": scope["method"], "path": scope["path"], "status": status}
            log.info("request", **told, took_ms=took_ms)
            structlog.contextvars.clear_contextvars()

    return logged


def configure_logs(level: int = logging.INFO) -> None:
    """Our lines and those of libraries (warnings and above), on standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryLine())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)


class LibraryLine(logging.Formatter):
    """A library's line as JSON; of an exception its type and the places, not its message."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        told: dict[str, object] = {"event": record.getMessage(), "logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            told |= places(record.exc_info[1])
        at = datetime.fromtimestamp(record.created, UTC).isoformat()
        told |= {"level": record.levelname.lower(), "timestamp": at}
        return json.dumps(told, ensure_ascii=False)


def places(error: BaseException) -> dict[str, object]:
    """An exception as the log tells it: its message may quote what somebody sent."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "where": where}
