"""Packages that the history of the battery names, from `dumpsys batterystats` of a recording.

BatteryStats.HistoryPrinter, the same in Android 7 to 16 (recordings of 8.1, 9, 10 and 15): below
`Battery History (` a record a line, with what changed and at its end one event, whose sign tells a
start from an end:

      +47s645ms (2) 100 c4900070 +running +job=u0a94:"com.example/.Service"

Read are the events whose text is the name of a package (`top` and `fg`, what stood in front and
what ran a service there; `pkginst`, `pkgunin`, `pkgactive`, `pkginactive`), and of `job` the
component, below a namespace where the app gave one: `@name@com.example/.Service`. Where a maker
prints a process, `com.example:remote`, it is not read. Syncs and their jobs hold accounts, wake
locks and alarms any words: they are not read either. As an app's words may imitate an event, a name
proves that the history holds it, and no more.

It is up to 100 MB, so it is asked of no phone and never taken apart into lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.skim import blocks
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import PackageTrace
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import ServiceDump

PACKAGES_LIMIT = 50_000
_HEAD = re.compile(rb"^Battery History\b", re.MULTILINE)
_EVENTS = (b"top", b"fg", b"job", b"pkginst", b"pkgunin", b"pkgactive", b"pkginactive")
# It begins with the one sign that the search can leap to; what stands before it is looked at then:
# two letters first, which the most frequent states do not have.
_NAME = re.compile(
    rb"=(?<=[ofsiv][pgbtne]=)(?:%b)[-0-9a-z]{1,20}:\"(?:@[^@\"\n]{0,200}@)?([^\s\"/:@]{1,255})(?:/[^\s\"/:@]{1,510})?\""
    % b"|".join(rb"(?<=[ +-]%b=)" % event for event in _EVENTS)
)


def parse(file: EvidenceFile) -> Iterator[PackageTrace]:
    """Yield each package that an event names, once."""
    found: set[bytes] = set()
    heard = False
    for block in blocks(answer(file)):
        heard = heard or _HEAD.search(block) is not None
        if heard:
            found.update(_NAME.findall(block))
        if len(found) > PACKAGES_LIMIT:
            raise ParseError(f"at most {PACKAGES_LIMIT} packages expected")
    if not heard:
        raise ParseError("'Battery History' expected")
    for name in sorted(found):
        if package := package_name(name.decode("utf-8", "replace")):
            yield PackageTrace(kind="battery_history", package=package)


BATTERY_HISTORY = Artifact(
    name="android.battery_history",
    title="Apps named by the battery history",
    platform="android",
    states=(Stated(PackageTrace, ("kind", "package"), ("kind", ("battery_history",))),),
    readings=(Reading(ServiceDump(service="batterystats"), parse),),
    profile=Profile.STANDARD,
)
