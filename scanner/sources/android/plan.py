"""How requests are spread over streams of a device that run at the same time."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.model.requests import AnyRequest, AppBytes, AppFolders, Command, Dumpsys, File

_LARGE = frozenset({"package"})  # services whose state takes as long as all others together
_PULLS = 2  # streams that files of apps come by: one waits for the phone while the other carries
_WORTH_TWO = 6  # commands from which on a second stream saves more than opening it costs


def words(request: AnyRequest) -> tuple[str, ...] | None:
    """Return the words of the command that a request is; None where no command can have them."""
    if isinstance(request, Command | AppFolders):
        found = request.argv
    elif isinstance(request, Dumpsys):
        found = ("dumpsys", request.service, *request.arguments)
    else:
        return None
    return found if found and found[0] and not any("\0" in word for word in found) else None


def split(requests: Sequence[AnyRequest]) -> list[list[AnyRequest]]:
    """Return rows, each for a stream of its own: of a shell at most three, of sync one and two.

    The rows of files of apps are one and the same: their streams take turns (`apps.Turns`).
    """
    apps: list[AnyRequest] = [one for one in requests if isinstance(one, AppBytes)]
    files: list[AnyRequest] = [one for one in requests if isinstance(one, File)]
    large: list[AnyRequest] = [one for one in requests if _large(one)]
    small: list[AnyRequest] = [
        one for one in requests if not isinstance(one, AppBytes | File) and not _large(one)
    ]
    halves: list[list[AnyRequest]] = (
        [small[::2], small[1::2]] if len(small) >= _WORTH_TWO else [small]
    )
    pulls = [apps for _ in range(min(_PULLS, len(apps)))]
    rows: list[list[AnyRequest]] = [large, *halves, files, *pulls]
    return [row for row in rows if row]


def _large(request: AnyRequest) -> bool:
    return isinstance(request, Dumpsys) and request.service in _LARGE and not request.arguments
