"""A proxy that can swallow: bytes vanish in both directions and nothing is closed, as behind a NAT that forgot."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    Open = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

_CHUNK = 65_536


class Blackhole:
    """Between clients and one server. A connection that was swallowed once stays dead, as in life."""

    def __init__(self, connect: Open) -> None:
        self._connect = connect
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="blackhole", daemon=True)
        self._ready = threading.Event()
        self._swallowing = False
        self._generation = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        #: how many connections something was lost on since the network failed
        self.lost = 0

    def swallow(self) -> None:
        """From now on nothing arrives, on old connections and on new ones."""
        self.lost = 0
        self._swallowing = True
        self._generation += 1

    def heal(self) -> None:
        """New connections work again."""
        self._swallowing = False
        self._generation += 1

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        ours = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in ours:
            task.cancel()
        await asyncio.gather(*ours, return_exceptions=True)
        for writer in self._writers:
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        born = self._generation
        try:
            there_reader, there_writer = await self._connect()
        except OSError:  # the server itself is away
            writer.transport.abort()
            return
        self._writers |= {writer, there_writer}
        await asyncio.gather(self._pass(reader, there_writer, born), self._pass(there_reader, writer, born))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, born: int) -> None:
        lost = False
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while chunk := await reader.read(_CHUNK):
                if not self._swallowing and self._generation == born:
                    writer.write(chunk)
                    await writer.drain()
                elif not lost:
                    lost = True
                    self.lost += 1
        if not self._swallowing and self._generation == born:
            writer.close()
