"""The line model: what a cable costs."""

from __future__ import annotations

import asyncio

from scanner.simulate.faults import Line


class Pace:
    """Lets the streams of one device share one cable."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._free_at = 0.0  # on the loop's clock: when the cable has carried what was given to it

    async def opening(self) -> None:
        if self.line.open_ms:
            await asyncio.sleep(self.line.open_ms / 1000)

    async def sending(self, size: int) -> None:
        if self.line.bytes_per_second is None:
            return
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + size / self.line.bytes_per_second
        await asyncio.sleep(self._free_at - now)
