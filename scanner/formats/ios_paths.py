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
| jailbreak | places that jailbreaks make: /var/jb, a preboot folder of theirs, .jbroot-*,  |
|           | /Library/MobileSubstrate, /usr/lib/TweakInject ...                            |
| other     | everything else, known or not                                                 |

An area says where something lies, nothing about what it is: a system that was changed has changed
programs in `system`, and a research device mounts a cryptex of its owner.

System, cryptex and staged paths are those that the file lists of iOS 16 to 26 show, and reports of
iOS 14 and 16; the jailbreaks' those that their own sources name (checkra1n to iOS 14, unc0ver, and
of iOS 15 and later palera1n, Dopamine, roothide).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Area = Literal[
    "system", "cryptex", "app", "developer", "staging", "temporary", "jailbreak", "other"
]

_LINKS = {"var": ("private", "var"), "tmp": ("private", "tmp"), "etc": ("private", "etc")}
_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_BUNDLES = "/private/var/containers/Bundle"

_PLACES: Mapping[Area, tuple[str, ...]] = {  # regular expressions; the first area that fits decides
    "jailbreak": (
        r"/private/var/jb",
        r"/private/var/checkra1n\.dmg",
        r"/private/var/lib/(?:apt|dpkg|cydia)",
        r"/private/preboot/[^/]+/(?:jb|procursus|jb-[^/]*|dopamine-[^/]*)",
        rf"{_BUNDLES}/Application/\.jbroot-[^/]*",
        r"/private/var/mobile/Containers/Shared/AppGroup/\.jbroot-[^/]*",
        r"/private/etc/apt",
        r"/Library/MobileSubstrate",
        r"/usr/lib/(?:TweakInject|frida|libjailbreak\.dylib|libhooker\.dylib)",
        r"/usr/sbin/(?:frida-server|sshd)",
        r"/Applications/(?:Cydia|Sileo|Zebra|Filza|palera1nLoader|TrollStore)\.app",
        r"/cores/(?:binpack|jbloader)",
        r"/\.(?:installed_unc0ver|bootstrapped)",
    ),
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
_AREAS = {
    area: re.compile(f"(?:{'|'.join(places)})(?:/|\\Z)", re.DOTALL)
    for area, places in _PLACES.items()
}


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
    return next((name for name, pattern in _AREAS.items() if pattern.match(whole)), "other")


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
