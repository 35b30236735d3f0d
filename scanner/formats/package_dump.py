"""The text of `dumpsys package`: sections, packages, users, permissions.

Settings.dumpLPr and ComponentResolver, the same shape in Android 8 to 16: a section begins at the
margin, a package two blanks deep, its facts four, lists and a user's facts six, a user's
permissions eight.

    Receiver Resolver Table:
      Non-Data Actions:
          android.intent.action.BOOT_COMPLETED:
            1a2b3c com.example/.BootReceiver (2 filters)
    Packages:
      Package [com.example] (1a2b3c):
        userId=10123                              appId= from 14
        versionCode=7 minSdk=24 targetSdk=34
        install permissions:
          android.permission.INTERNET: granted=true
        User 0: ceDataInode=1 installed=true hidden=false suspended=false ... enabled=0
          firstInstallTime=...                    four deep before 13
          runtime permissions:
            android.permission.CAMERA: granted=true, flags=[ USER_SET ]
    Hidden system packages:                       the versions that updates replaced: not read
    Shared users:                                 permissions of packages that share a Linux user

Lines are read as bytes and decoded only where they are kept: most of 40 MB is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from scanner.errors import ParseError

PACKAGE_LIMIT = 20_000
KEPT_LIMIT = 3_000_000
"""Names kept in all, so that no text takes more than some hundred megabytes."""

_SPACE, _BREAK, _RETURN = b" \n\r"
_DEPTH_LIST, _DEPTH_GRANT = 6, 8
_PACKAGE = re.compile(rb"  Package \[([^\]\s]{1,255})\] \(")
_SHARED_USER = re.compile(rb"  SharedUser \[([^\]\s]{1,255})\] \(")
_USER = re.compile(rb"User (\d{1,6}):\s?(.*)", re.DOTALL)
_FILTER = re.compile(rb"[0-9a-f]{1,8} ([^\s/]{1,255})/")
_ACTIONS = (b"  Non-Data Actions:", b"  MIME Typed Actions:")
_TABLES = {b"Receiver Resolver Table:": "receivers", b"Service Resolver Table:": "services"}

FACTS = {
    name: name.decode()
    for name in (
        b"userId appId sharedUser versionCode versionName apkSigningVersion "
        b"flags pkgFlags firstInstallTime lastUpdateTime installerPackageName "
        b"installInitiatingPackageName initiatingPackageName installOriginatingPackageName "
        b"originatingPackageName packageSource updateOwnerPackageName signatures"
    ).split()
}
"""Names of the facts of a package that are kept."""

USER_FACTS = frozenset({b"installed", b"hidden", b"suspended", b"enabled"})
"""Names of the facts of a package and a user that are kept; `firstInstallTime` stands below."""


class UserState(Struct):
    """What is printed of a package for one user."""

    facts: dict[str, str]
    granted: list[str] = field(default_factory=list)


class PackageEntry(Struct):
    """One package, or one shared user."""

    name: str
    facts: dict[str, str] = field(default_factory=dict)
    requested: list[str] | None = None  # None: not printed
    granted: list[str] = field(default_factory=list)  # for all users
    users: dict[int, UserState] = field(default_factory=dict)
    twice: bool = False  # a fact, or the package itself, stands twice: some value imitates lines
    whole: bool = False  # something follows it: it was not cut


class PackageDump(Struct):
    """What is kept of the text."""

    packages: dict[str, PackageEntry] = field(default_factory=dict)
    shared_users: dict[str, PackageEntry] = field(default_factory=dict)
    receivers: dict[str, set[str]] = field(default_factory=dict)  # package to actions
    services: dict[str, set[str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)  # packages, shared_users, receivers, services


class _Names:
    """Decodes names once each, and counts what is kept."""

    def __init__(self, limit: int) -> None:
        self._known: dict[bytes, str] = {}
        self._kept, self._limit = 0, limit

    def __call__(self, name: bytes) -> str:
        self._kept += 1
        if self._kept > self._limit:
            raise ParseError(f"at most {self._limit} names expected")
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = name[:255].decode("utf-8", "replace")
        return known


def read(lines: Iterator[bytes], limit: int = KEPT_LIMIT) -> PackageDump:
    """Read the text once, from its lines in UTF-8 with their ends; keep at most `limit` names."""
    dump, names = PackageDump(), _Names(limit)
    header = _next_header(lines)
    while header is not None:
        title = header.rstrip()
        if title in _TABLES:
            part = _TABLES[title]
            header = _read_table(lines, getattr(dump, part), names)
        elif title == b"Packages:":
            if dump.packages:
                raise ParseError("one section 'Packages:' expected")
            part = "packages"
            header = _read_entries(lines, _PACKAGE, dump.packages, names)
        elif title == b"Shared users:":
            part = "shared_users"
            header = _read_entries(lines, _SHARED_USER, dump.shared_users, names)
        else:
            header = _next_header(lines)
            continue
        if header is not None:
            dump.whole.add(part)
    return dump


def _next_header(lines: Iterator[bytes]) -> bytes | None:
    for line in lines:
        if line[0] not in (_SPACE, _BREAK, _RETURN):
            return line
    return None


def _read_table(
    lines: Iterator[bytes], actions_of: dict[str, set[str]], names: _Names
) -> bytes | None:
    """Read which package's components answer which action; return the next section's title."""
    action: bytes | None = None
    listing = False
    for line in lines:
        if line[0] != _SPACE:
            if line[0] not in (_BREAK, _RETURN):
                return line
        elif not line.startswith(b"      "):
            if line.strip():
                listing, action = line.startswith(_ACTIONS), None
        elif not listing:
            continue
        elif line[6:7] != b" ":
            action = line[6:].rstrip()[:-1]
        elif action and (match := _FILTER.match(line, 8)):
            actions_of.setdefault(names(match[1]), set()).add(names(action))
    return None


def _read_entries(
    lines: Iterator[bytes],
    title: re.Pattern[bytes],
    entries: dict[str, PackageEntry],
    names: _Names,
) -> bytes | None:
    """Read packages or shared users; return the next section's title."""
    entry: PackageEntry | None = None
    kept: list[str] | None = None  # where the names of the present list go
    user: UserState | None = None
    for line in lines:
        if line[0] != _SPACE:
            if line[0] in (_BREAK, _RETURN):
                continue
            _end(entry)
            return line
        depth = 4 if line[4:5] != b" " else len(line) - len(line.lstrip(b" "))
        if depth == 4:  # noqa: PLR2004  the depths of the docstring
            if match := line[2:3] != b" " and title.match(line):
                _end(entry)
                entry, kept, user = _begin(match[1], entries, names), None, None
            elif entry is not None and line.startswith(b"    "):
                kept, user = _read_fact(entry, line, user)
        elif entry is None:
            continue
        elif depth == _DEPTH_LIST and user is not None:
            kept = _read_user_fact(user, line[6:].rstrip(b"\r\n"))
        elif kept is not None and depth == (_DEPTH_GRANT if user is not None else _DEPTH_LIST):
            _keep(kept, line[depth:], names, requested=kept is entry.requested)
    return None


def _begin(name: bytes, entries: dict[str, PackageEntry], names: _Names) -> PackageEntry:
    text = names(name)
    entry = PackageEntry(text)
    if text in entries:
        entries[text].twice = True
        return entry  # read on, but keep nothing of it
    if len(entries) >= PACKAGE_LIMIT:
        raise ParseError(f"at most {PACKAGE_LIMIT} packages expected")
    entries[text] = entry
    return entry


def _end(entry: PackageEntry | None) -> None:
    if entry is not None:
        entry.whole = True


def _read_fact(
    entry: PackageEntry, line: bytes, user: UserState | None
) -> tuple[list[str] | None, UserState | None]:
    """Read a line four deep; return the list and the user that deeper lines belong to."""
    key, equals, _ = line.partition(b"=")
    if equals and key[4:] not in FACTS and not key.startswith(b"    User "):
        return None, user  # most lines are facts that are not kept
    text = line[4:].rstrip(b"\r\n")
    key, equals, value = text.partition(b"=")
    if equals and (name := FACTS.get(key)):
        if name in entry.facts:
            entry.twice = True
        entry.facts.setdefault(name, value[:4096].decode("utf-8", "replace"))
        return None, None
    if text == b"install permissions:":
        return entry.granted, None
    if text == b"requested permissions:":
        entry.requested = entry.requested or []
        return entry.requested, None
    if match := _USER.match(text):
        number = int(match[1])
        pairs = (word.partition(b"=") for word in match[2].split()[:40])
        facts = {k.decode(): v.decode("utf-8", "replace") for k, _, v in pairs if k in USER_FACTS}
        if number in entry.users:
            entry.twice = True
        return None, entry.users.setdefault(number, UserState(facts))
    # Android 8 prints `overlay paths:` four deep in the middle of a user.
    return None, user


def _read_user_fact(user: UserState, text: bytes) -> list[str] | None:
    """Read a line six deep below a user; return the list that deeper lines belong to."""
    if text == b"runtime permissions:":
        return user.granted
    if text.startswith(b"firstInstallTime="):
        user.facts.setdefault("firstInstallTime", text[17:60].decode("utf-8", "replace"))
    return None


def _keep(kept: list[str], text: bytes, names: _Names, *, requested: bool) -> None:
    name, colon, state = text.rstrip().partition(b":")
    if requested or (colon and state.startswith(b" granted=true")):
        kept.append(names(name))
