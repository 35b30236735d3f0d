"""The services `shell`, `shell,v2` and `exec`: a command that really runs.

shell v2 puts a frame around everything: an id (0 in, 1 out, 2 err, 3 close stdin or exit code) and
a little-endian length of 32 bits (AOSP `shell_protocol.h`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import struct
from asyncio.subprocess import PIPE, STDOUT, Process, SubprocessStreamProtocol
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self

from scanner.simulate.faults import FrameFault
from scanner.simulate.stream import Stream, StreamClosed
from scanner.simulate.userland import Userland

_FRAME = struct.Struct("<BI")
_STDIN, _STDOUT, _STDERR, _CLOSE, _EXIT = 0, 1, 2, 3, 3
_CHUNK = 32 * 1024
_STRANGE = _FRAME.pack(77, 4) + b"what"


async def run(stream: Stream, userland: Userland, command: str) -> None:
    """Run a command with both outputs on one stream, as `shell:` and `exec:` do."""
    async with _Child(userland, command, stderr=STDOUT) as child:
        await child.serve(
            _raw_input(stream, child.process.stdin), _copy(child.process.stdout, stream.write)
        )


async def run_v2(
    stream: Stream, userland: Userland, command: str, fault: FrameFault | None
) -> None:
    """Run a command in frames, and end with its exit code."""
    writing = asyncio.Lock()

    async def frame(kind: int, data: bytes) -> None:
        async with writing:
            await stream.write(_FRAME.pack(kind, len(data)) + data)

    async with _Child(userland, command, stderr=PIPE) as child:
        if fault == "unknown_id":
            await stream.write(_STRANGE)
        if fault == "wrong_length":
            await stream.write(_FRAME.pack(_STDOUT, 0x7FFFFFFF) + b"short")
            return
        await child.serve(
            _framed_input(stream, child.process.stdin),
            _copy(child.process.stdout, lambda data: frame(_STDOUT, data)),
            _copy(child.process.stderr, lambda data: frame(_STDERR, data)),
        )
        code = await child.process.wait()
        if fault == "lying_exit":
            code = int(code == 0)
        if fault != "no_exit":
            await frame(_EXIT, bytes([code if code >= 0 else 128 - code]))


class _Child:
    """A running command; leaving it kills what is left of its process group."""

    def __init__(self, userland: Userland, command: str, *, stderr: int) -> None:
        self._userland, self._command, self._stderr = userland, command, stderr

    async def __aenter__(self) -> Self:
        starting = asyncio.create_task(self._start())
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            # A start that is cut short would kill the shell and leave what it had started.
            await starting
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, protocol = await loop.subprocess_exec(
            lambda: SubprocessStreamProtocol(limit=2 * _CHUNK, loop=loop),
            *self._userland.argv(self._command),
            stdin=PIPE,
            stdout=PIPE,
            stderr=self._stderr,
            start_new_session=True,
            env=self._userland.environment,
        )
        self.process = Process(self._transport, protocol, loop)

    async def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        # Nobody reads its output any more, and an open pipe would keep wait() from returning.
        for number in (0, 1, 2):
            if pipe := self._transport.get_pipe_transport(number):
                pipe.close()
        await self.process.wait()
        self._transport.close()

    async def serve(
        self, feed: Coroutine[Any, Any, None], *outputs: Coroutine[Any, Any, None]
    ) -> None:
        feeding = asyncio.create_task(feed)
        try:
            await asyncio.gather(*outputs)
        finally:
            feeding.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await feeding


async def _copy(
    source: asyncio.StreamReader | None, write: Callable[[bytes], Awaitable[None]]
) -> None:
    while source is not None and (data := await source.read(_CHUNK)):
        await write(data)


async def _raw_input(stream: Stream, target: asyncio.StreamWriter | None) -> None:
    with contextlib.suppress(StreamClosed, ConnectionError):
        while target is not None:
            target.write(await stream.read_some())
            await target.drain()


async def _framed_input(stream: Stream, target: asyncio.StreamWriter | None) -> None:
    with contextlib.suppress(StreamClosed, ConnectionError):
        while target is not None:
            kind, length = _FRAME.unpack(await stream.read(_FRAME.size))
            data = await stream.read(length)
            if kind == _STDIN:
                target.write(data)
                await target.drain()
            elif kind == _CLOSE:
                target.close()
