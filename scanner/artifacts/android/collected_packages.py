"""Apps as androidqf collects them, in packages.json.

A JSON list, written once at the end (androidqf adb/packages.go): `name`, `installer` and `uid` of
`pm list packages -U -u -i`, `files` of `pm path`, and whether `pm list packages -d`, `-s` and `-3`
named the package. `-u` also names what is no longer installed: only a package that has a file is
stated as installed, and the list speaks of all others only where each has one and the framework,
which every phone has, is among them. `pm path` asks for user 0, so all is stated of user 0. An
`installer` of "null" is nobody; an empty one was not asked for. A phone of several users lists a
package as disabled where it is so for any.

Certificates and digests of the files are not read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from scanner.artifacts.android.inventory import FRAMEWORK
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.uids import USER_RANGE
from scanner.model.entities import App, Otherwise
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import MiB

_LIMIT = 64 * MiB  # bytes of the document
_PACKAGES = 20_000
_PATH_LIMIT = 4096


class _File(msgspec.Struct):
    path: str = ""


class _Package(msgspec.Struct):
    name: str
    files: list[_File] | None = None
    installer: str = ""
    uid: int = -1
    disabled: bool | None = None
    system: bool | None = None
    third_party: bool | None = None


def parse(file: EvidenceFile) -> Iterator[App | Otherwise]:
    """Yield the apps of user 0, then that no other is installed."""
    try:
        packages = msgspec.json.decode(file.read(_LIMIT), type=list[_Package])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError("a list of packages with their names expected") from error
    if not packages:
        raise ParseError("a package expected, found nothing")
    if len(packages) > _PACKAGES:
        raise ParseError(f"at most {_PACKAGES} packages expected")
    apps = [_app(package) for package in packages]
    yield from apps
    if all(app.installed is True for app in apps) and any(app.package == FRAMEWORK for app in apps):
        yield Otherwise(entity="app", user=0, field="installed", value=False)


def _app(package: _Package) -> App:
    name = package_name(package.name)
    if name is None:
        raise ParseError("the name of a package expected")
    stated: dict[str, Any] = {}
    paths = [one.path for one in package.files or () if one.path.startswith("/")]
    if paths:
        stated |= {"installed": True, "path": paths[0][:_PATH_LIMIT]}
    if package.installer:
        stated["installer"] = None if package.installer == "null" else _name(package.installer)
    if 0 < package.uid < USER_RANGE:
        stated["uid"] = package.uid
    # A package is of the system or not: where no list names it, the lists were not read.
    if package.system is not package.third_party and package.system is not None:
        stated["system"] = package.system
        if package.disabled is not None:
            stated["enabled"] = not package.disabled
    return App(user=0, package=name, **stated)


def _name(text: str) -> str:
    name = package_name(text)
    if name is None:
        raise ParseError("the name of an installer expected")
    return name
