"""Apps as androidqf collects them, in packages.json.

A JSON list, written once at the end (androidqf adb/packages.go): `name`, `installer` and `uid` of
`pm list packages -U -u -i`, `files` of `pm path`, and whether `pm list packages -d`, `-s` and `-3`
named the package. `-u` also names what is no longer installed: only a package that has a file is
stated as installed, and the list speaks of all others only where each has one and the framework,
which every phone has, is among them. `pm path` asks for user 0, so all is stated of user 0. An
`installer` of "null" is nobody; an empty one was not asked for. A phone of several users lists a
package as disabled where it is so for any.

Later versions (adb/package_users.go) ask for each user: an entry then has its `user_id`, and
`installed` where the list without `-u` was read.

Certificates and digests of the files are not read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET

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
_USER_LIMIT = 21_474  # the highest user whose uids fit into 32 bits


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
    user_id: int = 0
    installed: bool | None = None


def parse(file: EvidenceFile) -> Iterator[App | Otherwise]:
    """Yield the apps of each user, then that no other of that user is installed."""
    try:
        packages = msgspec.json.decode(file.read(_LIMIT), type=list[_Package])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError("a list of packages with their names expected") from error
    if not packages:
        raise ParseError("a package expected, found nothing")
    if len(packages) > _PACKAGES:
        raise ParseError(f"at most {_PACKAGES} packages expected")
    of_user: dict[int, list[App]] = {}
    for package in packages:
        app = _app(package)
        of_user.setdefault(app.user, []).append(app)
        yield app
    for user, apps in of_user.items():
        whole = all(app.installed is not UNSET for app in apps)
        if whole and any(app.package == FRAMEWORK for app in apps):
            yield Otherwise(entity="app", user=user, field="installed", value=False)


def _app(package: _Package) -> App:
    name = package_name(package.name)
    if name is None:
        raise ParseError("the name of a package expected")
    stated: dict[str, Any] = {}
    paths = [one.path for one in package.files or () if one.path.startswith("/")]
    user = package.user_id
    if not 0 <= user <= _USER_LIMIT:
        raise ParseError("the number of a user expected")
    if paths:
        stated |= {"installed": True, "path": paths[0][:_PATH_LIMIT]}
    if package.installed is not None:
        stated["installed"] = package.installed
    if package.installer:
        stated["installer"] = None if package.installer == "null" else _name(package.installer)
    if package.uid > 0 and package.uid // USER_RANGE == user:
        stated["uid"] = package.uid
    # A package is of the system or not: where no list names it, the lists were not read.
    if package.system is not package.third_party and package.system is not None:
        stated["system"] = package.system
        if package.disabled is not None:
            stated["enabled"] = not package.disabled
    return App(user=user, package=name, **stated)


def _name(text: str) -> str:
    name = package_name(text)
    if name is None:
        raise ParseError("the name of an installer expected")
    return name
