"""A slow link: a TCP proxy that lets bytes through at a rate and a delay, each way by itself."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE_BYTES = 1400  # about what a packet holds
AHEAD_S = 0.05


class Direction:
    """One way of the link, shared by all connections."""

    def __init__(self, *, bits_per_s: int, delay_s: float) -> None:
        self._bits_per_s = bits_per_s
        self._delay_s = delay_s
        self._free_at = 0.0

    def send(self, count: int, now: float) -> float:
        """Put so many bytes on the line; when they will be at the other end."""
        self._free_at = max(now, self._free_at) + 8 * count / self._bits_per_s
        return self._free_at + self._delay_s

    async def free(self) -> None:
        """Until the line can take more."""
        loop = asyncio.get_running_loop()
        while self._free_at - loop.time() > AHEAD_S:
            await _until(self._free_at - AHEAD_S)


@contextmanager
def slow_link(port: int, *, bits_per_s: int, delay_s: float) -> Iterator[str]:
    """The address of a way to this local port that is so slow; `delay_s` is one way's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="slow-link")
    thread.start()
    up, down = (Direction(bits_per_s=bits_per_s, delay_s=delay_s) for _ in range(2))

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # at the end
            await _until(loop.time() + 2 * delay_s)  # the handshake of a connection
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_carry(reader, back, up), _carry(there, writer, down))

    async def begin() -> asyncio.Server:
        return await asyncio.start_server(connect, "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction
) -> None:
    """Bytes from one end to the other, until this way is closed."""
    loop = asyncio.get_running_loop()
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    arriving = asyncio.create_task(_arrive(under_way, writer))
    try:
        while piece := await reader.read(PIECE_BYTES):
            under_way.put_nowait((direction.send(len(piece), loop.time()), piece))
            await direction.free()
    except ConnectionError:
        pass
    under_way.put_nowait((loop.time(), b""))
    await arriving


async def _arrive(
    under_way: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter
) -> None:
    try:
        while True:
            at, piece = await under_way.get()
            await _until(at)
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def _until(moment: float) -> None:
    """Until the loop's clock shows this moment: the slowness of the line itself."""
    passed = asyncio.Event()
    asyncio.get_running_loop().call_at(moment, passed.set)
    await passed.wait()
