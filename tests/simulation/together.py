"""Several works at once, each in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def together(*works: Callable[[], object]) -> None:
    """Run them at once; when all have ended, the first error of any is raised."""
    with ThreadPoolExecutor(len(works)) as pool:
        running = [pool.submit(work) for work in works]
    for one in running:
        one.result()
