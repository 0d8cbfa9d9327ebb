"""A TCP proxy between two of our machines: it can be slow, deaf, rude, or gone."""

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from typing import Self

from config.embedded.ports import free_port

_CHUNK = 64 * 1024


class Proxy:
    """Passes on what comes to `port`, until it is told otherwise. Orders are for open connections too."""

    def __init__(self, target: int) -> None:
        self.port, self.target = free_port(), target
        self._seconds = 0.0
        self._swallows = False
        self._answer_bytes: int | None = None
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def start(self) -> Self:
        self._do(self._listen)
        return self

    def stop(self) -> None:
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)

    def heal(self) -> None:
        """Pass everything on again; connections that were broken stay so."""
        if self._swallows:
            self.reset()
        self._seconds, self._swallows, self._answer_bytes = 0.0, False, None
        self._do(self._listen)

    def slow(self, seconds: float) -> None:
        """Hold back each piece, in both directions, for so long."""
        self._seconds = seconds

    def swallow(self) -> None:
        """A black hole: take connections and bytes, and give nothing back."""
        self._swallows = True

    def cut_answers_after(self, count: int) -> None:
        """Reset each connection once so many bytes of an answer have passed."""
        self._answer_bytes = count

    def reset(self) -> None:
        """Break every open connection now; new ones are welcome."""
        self._do(self._reset)

    def refuse(self) -> None:
        """Nobody listens any more, and every open connection breaks."""
        self._do(self._leave)

    def _do(self, act: Callable[[], Awaitable[None]]) -> None:
        asyncio.run_coroutine_threadsafe(act(), self._loop).result(timeout=10)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def _leave(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._reset()

    async def _reset(self) -> None:
        for writer in list(self._open):
            _break(writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            _break(writer)
            return
        ends = (writer, far_writer)
        self._open.update(ends)
        try:
            await asyncio.gather(
                self._pump(reader, far_writer, is_answer=False),
                self._pump(far_reader, writer, is_answer=True),
            )
        finally:
            for end in ends:
                end.close()
                self._open.discard(end)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        passed = 0
        try:
            while chunk := await source.read(_CHUNK):
                if self._seconds:
                    await asyncio.sleep(self._seconds)
                if self._swallows:
                    continue
                limit = self._answer_bytes
                if is_answer and limit is not None and passed + len(chunk) > limit:
                    sink.write(chunk[: max(0, limit - passed)])
                    await sink.drain()
                    _break(sink)
                    return
                passed += len(chunk)
                sink.write(chunk)
                await sink.drain()
            if sink.can_write_eof():
                sink.write_eof()
        except (OSError, RuntimeError):
            _break(sink)


def _break(writer: asyncio.StreamWriter) -> None:
    """Reset, not a farewell: lingering for zero seconds makes the system say so."""
    line = writer.get_extra_info("socket")
    if line is not None and line.fileno() >= 0:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
