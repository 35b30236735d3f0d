"""Where on an iPhone a program or library lies, by its path alone.

| area      | at or below                                                                   |
|-----------|-------------------------------------------------------------------------------|
| system    | /System, /usr/{bin,lib,libexec,sbin}, /bin, /sbin, /Applications: the sealed  |
|           | system; /kernel, as the log names it; /private/var/staged_system_apps         |
| cryptex   | /System/Cryptexes, /private/preboot/Cryptexes; the mounts of cryptexd         |
| app       | a bundle in /private/var/containers/Bundle/Application/UUID                    |
| developer | /Developer, as of iOS 17 /System/Developer: Apple's developer disk image      |
| staging   | /private/var/db/com.apple.xpc.roleaccountd.staging: the system updater starts  |
|           | from there, and so did implants                                               |
| temporary | /private/var/tmp, /private/tmp                                                |
| jailbreak | places that jailbreaks make: those of `data/ios-jailbreak.toml`               |
| other     | everything else, known or not                                                 |

An area says where something lies, nothing about what it is: a system that was changed has changed
programs in `system`, and a research device mounts a cryptex of its owner.

System, cryptex and staged paths are those that the file lists of iOS 16 to 26 show, and reports of
iOS 14 and 16.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

import msgspec
from msgspec import Struct

Area = Literal[
    "system", "cryptex", "app", "developer", "staging", "temporary", "jailbreak", "other"
]

_LINKS = {"var": ("private", "var"), "tmp": ("private", "tmp"), "etc": ("private", "etc")}
_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_BUNDLES = "/private/var/containers/Bundle"

_PLACES: Mapping[Area, tuple[str, ...]] = {  # regular expressions; the first area that fits decides
    "developer": (r"/Developer", r"/System/Developer"),
    "cryptex": (
        r"/System/Cryptexes",
        r"/private/preboot/Cryptexes",
        r"/private/var/run/com\.apple\.security\.cryptexd/mnt",
    ),
    "system": (
        r"/System",
        r"/usr/(?:bin|lib|libexec|sbin)",
        r"/s?bin",
        r"/Applications",
        r"/kernel",
        r"/private/var/staged_system_apps",
    ),
    "app": (rf"{_BUNDLES}/Application/{_UUID}/[^/]+\.app",),
    "staging": (r"/private/var/db/com\.apple\.xpc\.roleaccountd\.staging",),
    "temporary": (r"/private/var/tmp", r"/private/tmp"),
}


class _Trace(Struct, frozen=True, forbid_unknown_fields=True):
    """A place that a jailbreak makes."""

    path: str
    of: str
    source: str


def normal(path: str) -> str:
    """Return a path without `.`, `..` and doubled slashes, and below /private where iOS links it.

    A path that does not start at the root stays as it is.
    """
    if not path.startswith("/"):
        return path
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    first, *rest = parts or [""]
    return "/" + "/".join((*_LINKS.get(first, (first,)), *rest))


def area(path: str) -> Area:
    """Return where a path lies."""
    whole = normal(path)
    return next((name for name, pattern in _areas() if pattern.match(whole)), "other")


@cache
def _areas() -> tuple[tuple[Area, re.Pattern[str]], ...]:
    """Return what tells each area, in the order in which they are tried."""
    places: dict[Area, tuple[str, ...]] = {"jailbreak": tuple(_of_jailbreaks()), **_PLACES}
    return tuple(
        (area, re.compile(f"(?:{'|'.join(each)})(?:/|\\Z)", re.DOTALL))
        for area, each in places.items()
    )


def _of_jailbreaks() -> Iterator[str]:
    """Yield the places of `ios-jailbreak.toml` as regular expressions."""
    import tomllib  # noqa: PLC0415 - most commands ask for no area
    from importlib import resources  # noqa: PLC0415

    text = resources.files("scanner.formats").joinpath("data/ios-jailbreak.toml").read_text("utf-8")
    for trace in msgspec.convert(tomllib.loads(text)["trace"], tuple[_Trace, ...]):
        yield re.escape(trace.path).replace(r"\*", "[^/]*")


def bundle_of(path: str) -> str | None:
    """Return the outermost bundle (.app, .appex, .xpc) that a program lies in; None: in none."""
    whole = normal(path)
    parts = whole.split("/")
    for count, part in enumerate(parts[:-1], start=1):
        if part.endswith((".app", ".appex", ".xpc")):
            return "/".join(parts[:count])
    return None


def is_own(program: str, image: str) -> bool:
    """Whether an image is the program itself, or lies in the program's own bundle."""
    bundle = bundle_of(program)
    whole = normal(image)
    return whole == normal(program) or (bundle is not None and whole.startswith(f"{bundle}/"))


def name_of(path: str) -> str:
    """Return the last part of a path: the name of a program."""
    return path.rstrip("/").rpartition("/")[2]
