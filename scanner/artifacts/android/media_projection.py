"""The app that sees the screen now, from `dumpsys media_projection`.

MediaProjectionManagerService.dump, the same in Android 5 to 16 (recordings of 8.1 to 10 without a
projection):

    MEDIA PROJECTION MANAGER (dumpsys media_projection)
    Media Projection:
    (com.example.app, uid=10123): TYPE_SCREEN_CAPTURE         none: null
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.lines import ended_lines
from scanner.formats.uids import USER_RANGE
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, MediaProjection, Otherwise
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

_TITLE = "MEDIA PROJECTION MANAGER"
_HEADING = "Media Projection:"
_GRANT = re.compile(r"\((\S{1,255}), uid=(\d{1,10})\): (?:TYPE_)?(\w{1,40})\b")


def parse(file: EvidenceFile) -> Iterator[MediaProjection | App | Otherwise]:
    """Yield the app that captures the screen, and that no other does."""
    lines = (line.strip() for line in ended_lines(answer(file)))
    if not any(line.startswith(_TITLE) for line in lines) or _HEADING not in lines:
        raise ParseError(f"'{_TITLE}' and '{_HEADING}' expected")
    text = next(lines, "")
    if text != "null":
        match = _GRANT.match(text)
        if match is None or package_name(match[1]) is None:
            raise ParseError("'null' or '(package, uid=number): type' expected")
        user = int(match[2]) // USER_RANGE
        yield MediaProjection(user=user, package=match[1], kind=match[3].lower())
        yield App(user=user, package=match[1], projecting=True)
    # Android lets one app at a time: all others do not.
    yield Otherwise(entity="app", user=None, field="projecting", value=False)


MEDIA_PROJECTION = Artifact(
    name="android.media_projection",
    title="Apps that see the screen",
    platform="android",
    states=(Stated(MediaProjection), Stated(App, ("user", "package", "projecting"))),
    readings=(Reading(Dumpsys(service="media_projection"), parse),),
)
