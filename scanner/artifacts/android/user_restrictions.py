"""What a management forbids the first user, from `dumpsys user`.

Below each user (UserManagerService.dumpUserLocked, UserRestrictionsUtils.dumpRestrictions):

    Effective restrictions:
      no_debugging_features

or `none`; `null` where the service has not worked them out. They are what the user, a device owner
and a profile owner ask for together, and what holds now. Names of UserManager.DISALLOW_*; only
those that something asks for are read, and each of them is stated to hold or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.android.users import users_in
from scanner.errors import ParseError
from scanner.formats.lines import Line, ends_whole
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Restriction
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

ALLOWED: dict[str, str] = {
    "no_config_credentials": "certificates cannot be added or removed",
    "no_config_tethering": "the connection cannot be shared",
    "no_debugging_features": "nobody can debug the phone",
    "no_install_unknown_sources": "apps come from stores only",
    "no_install_unknown_sources_globally": "apps come from stores only, for all users",
    "no_modify_accounts": "accounts cannot be changed",
    "no_usb_file_transfer": "no files go over USB",
}
"""Names that are read, each with what it means."""

_TITLE = "Effective restrictions:"
_NAME = re.compile(r"[a-z_]{3,80}$")


def parse(file: EvidenceFile) -> Iterator[Restriction]:
    """Yield for each restriction of the allow-list whether it holds for user 0."""
    for info, below in users_in(file):
        if info[1] == "0":
            names = _names(below, whole=ends_whole(file))
            for name in ALLOWED if names is not None else ():
                yield Restriction(name=name, value=name in (names or ()))
            return
    raise ParseError("user 0 expected")


def _names(below: list[Line], *, whole: bool) -> frozenset[str] | None:
    """Return the names of the list; None where the service did not work it out."""
    lines = iter(below)
    title = next((line for line in lines if line.text == _TITLE), None)
    if title is None:
        raise ParseError(f"{_TITLE!r} below a user expected")
    names: set[str] = set()
    for line in lines:
        if line.depth <= title.depth:
            whole = True  # something follows: the list was not cut off
            break
        if not _NAME.match(line.text):
            raise ParseError("the name of a restriction expected", line=line.number)
        names.add(line.text)
    if not names or not whole:
        raise ParseError("a whole list of restrictions expected", line=title.number)
    return None if names == {"null"} else frozenset(names - {"none"})


USER_RESTRICTIONS = Artifact(
    name="android.user_restrictions",
    title="What a management forbids",
    platform="android",
    states=(Stated(Restriction, ("name", "value")),),
    readings=(Reading(Dumpsys(service="user"), parse),),
)
