"""Where the libraries of an app's programs come from: the system, the app itself, or elsewhere.

Source: dyld(1) for @executable_path, @loader_path and @rpath. Swift's libraries are the system's
from iOS 12.2 on, at /usr/lib/swift, and are found by an rpath to it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

_SYSTEM = ("/usr/lib/", "/System/")
_SWIFT_PATH, _SWIFT = "/usr/lib/swift", "libswift"
_EXECUTABLE, _LOADER, _RPATH = "@executable_path", "@loader_path", "@rpath"
_JAILBREAK = (
    "/var/jb/",
    "/private/var/jb/",
    "/private/preboot/",
    "/usr/lib/TweakInject/",
    "/usr/lib/tweaks/",
    "/Library/MobileSubstrate/",
    "/Library/TweakInject/",
    "/Library/Frameworks/CydiaSubstrate.framework/",
)
_HOOKING = frozenset(
    (
        "cydiasubstrate",
        "cydiasubstrate.dylib",
        "ellekit",
        "ellekit.dylib",
        "frida-agent.dylib",
        "frida-gadget.dylib",
        "fridagadget",
        "fridagadget.dylib",
        "libcycript.dylib",
        "libellekit.dylib",
        "libfrida-gadget.dylib",
        "libhooker.dylib",
        "libsubstitute.dylib",
        "libsubstrate.dylib",
        "sslkillswitch.dylib",
        "sslkillswitch2.dylib",
        "tweakinject.dylib",
    )
)


class Loading(Struct, frozen=True, kw_only=True):
    """What one program loads, and where it looks for it."""

    path: str  # of the program, from the app's folder
    libraries: tuple[str, ...]
    rpaths: tuple[str, ...]


def is_hooking(name: str) -> bool:
    """Whether a library bears the name of one that is made to change other code."""
    return name.rpartition("/")[2].lower() in _HOOKING


def is_jailbreak(path: str) -> bool:
    """Whether a path lies where jailbreaks keep libraries."""
    return f"{path.rstrip('/')}/".startswith(_JAILBREAK)


def injected(
    programs: Iterable[Loading], shipped: frozenset[str], main: Loading | None
) -> Iterator[str]:
    """Yield each library that is neither the system's nor one of the files of the app."""
    seen: set[str] = set()
    for program in programs:
        beside = main.rpaths if main is not None and main is not program else ()
        for name in program.libraries:
            if not _is_known(name, program, beside, shipped) and name not in seen:
                seen.add(name)
                yield name


def _is_known(
    name: str, program: Loading, beside: tuple[str, ...], shipped: frozenset[str]
) -> bool:
    if is_jailbreak(name) or (name.startswith("/") and is_hooking(name)):
        return False
    if name.startswith(_SYSTEM):
        return True
    if not name.startswith(f"{_RPATH}/"):
        return _placed(name, program.path) in shipped
    rest = name.removeprefix(f"{_RPATH}/")
    rpaths = [*((each, program.path) for each in program.rpaths), *((each, "") for each in beside)]
    return any(
        _placed(f"{rpath.rstrip('/')}/{rest}", path) in shipped
        or (rpath.startswith(_SWIFT_PATH) and rest.startswith(_SWIFT))
        for rpath, path in rpaths
    )


def _placed(name: str, program: str) -> str:
    """Return where in the app a path leads; outside of it no file is shipped.

    The executable of a framework is the app's, or an extension's: their folder is tried as well.
    """
    start, _, rest = name.partition("/")
    if start == _LOADER:
        return posixpath.normpath(posixpath.join(posixpath.dirname(program), rest))
    if start == _EXECUTABLE:
        return posixpath.normpath(posixpath.join(_executable_folder(program), rest))
    return posixpath.normpath(name) if not name.startswith("/") else ""


def _executable_folder(program: str) -> str:
    """Return the folder of the innermost app or extension that a program lies in."""
    parts = posixpath.dirname(program).split("/")
    for count in range(len(parts), 0, -1):
        if parts[count - 1].endswith((".appex", ".app")):
            return "/".join(parts[:count])
    return ""
