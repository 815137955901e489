"""Route functions that wait for the database run in a thread, off the event loop.

Litestar's own `sync_to_thread=True` wraps a function twice where a path has several methods.
"""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from litestar.concurrency import sync_to_thread

P = ParamSpec("P")
T = TypeVar("T")


def threaded(route: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """The route function as a coroutine that runs it in a worker thread."""

    @wraps(route)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return await sync_to_thread(route, *args, **kwargs)

    return run
