"""The text of `dumpsys package`: sections, packages, users, permissions.

Settings.dumpLPr and ComponentResolver, the same shape in Android 4.2 to 16: a section begins at the
margin, a package two blanks deep, its facts four, lists and a user's facts six, a user's
permissions eight.

    Activity Resolver Table:
      Non-Data Actions:
          android.intent.action.MAIN:             no categories where all packages are printed
            1a2b3c com.example/.Main
    Receiver Resolver Table:
      Non-Data Actions:
          android.intent.action.BOOT_COMPLETED:
            1a2b3c com.example/.BootReceiver (2 filters)
    Packages:
      Package [com.example] (1a2b3c):
        userId=10123                              appId= from 14, `userId=10123 gids=[]` before 5
        versionCode=7 minSdk=24 targetSdk=34      targetSdk= on its own line before 4.2
        install permissions:                      grantedPermissions:, names only, before 6
          android.permission.INTERNET: granted=true
        User 0: ceDataInode=1 installed=true hidden=false suspended=false ... enabled=0
          firstInstallTime=...                    four deep before 13
          runtime permissions:
            android.permission.CAMERA: granted=true, flags=[ USER_SET ]
          disabledComponents:
            com.example.Main
    Hidden system packages:                       the versions that updates replaced
    Shared users:                                 permissions of packages that share a Linux user
    Dexopt state:                                 from 7 on, each package once more
      [com.example]

Before 4.2 there are no users: `pkgFlags=0x1 installStatus=1 enabled=0`, and `disabledComponents:`
four deep. `hidden=` is `blocked=` in 4.2 to 4.4.

A value may hold line breaks and imitate a section: packages that the dexopt state or the hidden
packages name must stand below `Packages:` too (ART's DumpHelper leaves out what is an APEX).

Lines are read as bytes and decoded only where they are kept: most of 40 MB is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from scanner.errors import ParseError

PACKAGE_LIMIT = 20_000
KEPT_LIMIT = 3_000_000
"""Names kept in all, so that no text takes more than some hundred megabytes."""

MAIN = "android.intent.action.MAIN"
_SPACE, _BREAK, _RETURN = b" \n\r"
_KNOWN_LIMIT, _KNOWN_LENGTH = 200_000, 400  # lines that are remembered, and their bytes
_PACKAGE = re.compile(rb"  Package \[([^\]\s]{1,255})\] \(")
_SHARED_USER = re.compile(rb"  SharedUser \[([^\]\s]{1,255})\] \(")
_NAMED = re.compile(rb"  \[([^\]\s]{1,255})\]\s*$")
_USER = re.compile(rb"User (\d{1,6}):\s?(.*)", re.DOTALL)
_FILTER = re.compile(rb"[0-9a-f]{1,8} ([^\s/]{1,255})/([^\s/]{1,512})")
_ACTIONS = (b"  Non-Data Actions:", b"  MIME Typed Actions:")
_ENTRIES = {
    b"Packages:": ("packages", _PACKAGE),
    b"Hidden system packages:": ("hidden", _PACKAGE),
    b"Shared users:": ("shared_users", _SHARED_USER),
}
_TABLES = {
    b"Activity Resolver Table:": "launchers",
    b"Receiver Resolver Table:": "receivers",
    b"Service Resolver Table:": "services",
}
_DEXOPT = b"Dexopt state:"

FACTS = {
    name: name.decode()
    for name in (
        b"userId appId sharedUser versionCode versionName targetSdk apkSigningVersion "
        b"flags pkgFlags firstInstallTime lastUpdateTime installerPackageName "
        b"installInitiatingPackageName initiatingPackageName installOriginatingPackageName "
        b"originatingPackageName packageSource updateOwnerPackageName signatures"
    ).split()
}
"""Names of the facts of a package that are kept."""

_ORIGIN = frozenset(
    (
        "installerPackageName",
        "installInitiatingPackageName",
        "initiatingPackageName",
        "installOriginatingPackageName",
        "originatingPackageName",
        "packageSource",
        "updateOwnerPackageName",
    )
)
"""Facts of where a package came from, which stand far below its version name."""

USER_FACTS = {
    b"installed": "installed",
    b"hidden": "hidden",
    b"blocked": "hidden",
    b"suspended": "suspended",
    b"stopped": "stopped",
    b"enabled": "enabled",
}
"""Names of the facts of a package and a user that are kept; `firstInstallTime` stands below."""

_LISTS = (b"User ", b"install permissions:", b"grantedPermissions:", b"disabledComponents:")
_BEGINNINGS = frozenset(name[:5] for name in (*FACTS, *_LISTS, b"requested permissions:"))
_INVENTORY = (
    b"  Package [",
    b"    User ",
    b"    flags=",
    b"    pkgFlags=",
    b"  [",
)


class UserState(Struct):
    """What is printed of a package for one user."""

    facts: dict[str, str]
    granted: list[str] = field(default_factory=list)
    disabled: list[str] = field(default_factory=list)  # components, by their class


class PackageEntry(Struct):
    """One package, or one shared user."""

    name: str
    facts: dict[str, str] = field(default_factory=dict)
    requested: list[str] | None = None  # None: not printed
    granted: list[str] = field(default_factory=list)  # for all users
    disabled: list[str] = field(default_factory=list)  # components, where no users are printed
    users: dict[int, UserState] = field(default_factory=dict)
    twice: bool = False  # a fact, or the package itself, stands twice: some value imitates lines
    whole: bool = False  # something follows it: it was not cut


class PackageDump(Struct):
    """What is kept of the text."""

    packages: dict[str, PackageEntry] = field(default_factory=dict)
    hidden: dict[str, PackageEntry] = field(default_factory=dict)
    shared_users: dict[str, PackageEntry] = field(default_factory=dict)
    launchers: dict[str, set[str]] = field(default_factory=dict)  # package to classes
    receivers: dict[str, set[str]] = field(default_factory=dict)  # package to actions
    services: dict[str, set[str]] = field(default_factory=dict)
    dexopt: set[str] = field(default_factory=set)  # packages of the dexopt state
    whole: set[str] = field(default_factory=set)  # names of the fields above that were not cut

    def missing(self) -> set[str]:
        """Return packages that are named elsewhere and do not stand below `Packages:`."""
        return (self.dexopt | self.hidden.keys()) - self.packages.keys()


class _Names:
    """Decodes names once each, and counts what is kept."""

    def __init__(self, limit: int) -> None:
        self._known: dict[bytes, str] = {}
        self._grants: dict[bytes, str] = {}  # line to name; empty: not granted
        self._kept, self._limit = 0, limit

    def __call__(self, name: bytes) -> str:
        self._kept += 1
        if self._kept > self._limit:
            raise ParseError(f"at most {self._limit} names expected")
        known = self._known.get(name)
        if known is None:
            known = name[:512].decode("utf-8", "replace")
            if len(self._known) < _KNOWN_LIMIT and len(name) <= _KNOWN_LENGTH:
                self._known[name] = known
        return known

    def granted(self, line: bytes) -> str:
        """Return the permission that a line grants; empty: none."""
        known = self._grants.get(line)
        if known is None:
            name, colon, state = line.strip().partition(b":")
            granted = colon and state.startswith(b" granted=true")
            known = name[:512].decode("utf-8", "replace") if granted else ""
            if len(self._grants) < _KNOWN_LIMIT and len(line) <= _KNOWN_LENGTH:
                self._grants[line] = known
        if known:
            self._kept += 1
            if self._kept > self._limit:
                raise ParseError(f"at most {self._limit} names expected")
        return known


class _List(Struct):
    """A list that lines belong to."""

    names: list[str]
    bare: bool = False  # names only; else only what is `granted=true` is kept


def inventory(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out of the text what says nothing of which package is installed for whom."""
    for line in lines:
        if line.startswith(_INVENTORY) or line[0] not in b" \r\n":
            yield line


def read(lines: Iterator[bytes], limit: int = KEPT_LIMIT) -> PackageDump:
    """Read the text once, from its lines in UTF-8 with their ends; keep at most `limit` names."""
    dump, names = PackageDump(), _Names(limit)
    header = _next_header(lines)
    while header is not None:
        title = header.rstrip()
        if title in _TABLES:
            part = _TABLES[title]
            header = _read_table(lines, getattr(dump, part), names, launchers=part == "launchers")
        elif title in _ENTRIES:
            part, pattern = _ENTRIES[title]
            if part == "packages" and dump.packages:
                raise ParseError("one section 'Packages:' expected")
            header = _read_entries(lines, pattern, getattr(dump, part), names)
        elif title == _DEXOPT:
            part = "dexopt"
            header = _read_named(lines, dump.dexopt, names)
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


def _read_named(lines: Iterator[bytes], found: set[str], names: _Names) -> bytes | None:
    """Read `[package]` lines; return the next section's title."""
    for line in lines:
        if line[0] != _SPACE:
            if line[0] not in (_BREAK, _RETURN):
                return line
        elif match := _NAMED.match(line):
            found.add(names(match[1]))
    return None


def _read_table(
    lines: Iterator[bytes], found: dict[str, set[str]], names: _Names, *, launchers: bool
) -> bytes | None:
    """Read which package's components answer which action; return the next section's title.

    `launchers`: which activities of a package answer MAIN.
    """
    action = ""
    listing = False
    for line in lines:
        if line[0] != _SPACE:
            if line[0] not in (_BREAK, _RETURN):
                return line
        elif not line.startswith(b"      "):
            if line.strip():
                listing, action = line.startswith(_ACTIONS), ""
        elif not listing:
            continue
        elif line[6:7] != b" ":
            action = names(line[6:].rstrip()[:-1])
            if launchers and action != MAIN:
                action = ""
        elif action and (match := _FILTER.match(line, 8)):
            package = names(match[1])
            kept = _full(package, names(match[2])) if launchers else action
            found.setdefault(package, set()).add(kept)
    return None


def _full(package: str, name: str) -> str:
    return package + name if name.startswith(".") else name


def _read_entries(
    lines: Iterator[bytes],
    title: re.Pattern[bytes],
    entries: dict[str, PackageEntry],
    names: _Names,
) -> bytes | None:
    """Read packages or shared users; return the next section's title."""
    entry: PackageEntry | None = None
    kept: _List | None = None  # where the names of the present list go
    user: UserState | None = None
    for line in lines:
        if line[4:5] == b" ":  # deeper than four, or blank
            deep = line[6:7] == b" "
            if user is not None and not deep and line[5:6] == b" ":
                kept = _read_user_fact(user, line[6:].rstrip(b"\r\n"))
            elif kept is not None and deep is (user is not None):
                _keep(kept, line, names, depth=8 if deep else 6)
        elif line[0] != _SPACE:
            if line[0] in (_BREAK, _RETURN):
                continue
            _end(entry)
            return line
        elif match := line[2:3] != b" " and title.match(line):
            _end(entry)
            entry, kept, user = _begin(match[1], entries, names), None, None
        elif entry is not None and line.startswith(b"    "):
            kept = None
            if line[4:9] in _BEGINNINGS:  # most lines are facts that are not kept
                kept, user = _read_fact(entry, line[4:].rstrip(b"\r\n"), user)
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
    entry: PackageEntry, text: bytes, user: UserState | None
) -> tuple[_List | None, UserState | None]:
    """Read a line four deep; return the list and the user that deeper lines belong to."""
    key, equals, value = text.partition(b"=")
    if equals and (name := FACTS.get(key)):
        # All versions print other facts between: a version name with a line break imitates this.
        forged = name in _ORIGIN and next(reversed(entry.facts), "") == "versionName"
        if name in entry.facts or forged:
            entry.twice = True
        entry.facts.setdefault(name, value[:4096].decode("utf-8", "replace"))
        return None, None
    if text == b"requested permissions:":
        entry.requested = entry.requested or []
    if (kept := _list_of(entry, text)) is not None:
        return kept, None
    if match := _USER.match(text):
        number = int(match[1])
        if number in entry.users:
            entry.twice = True
        return None, entry.users.setdefault(number, UserState(_user_facts(match[2])))
    # Android 8 prints `overlay paths:` four deep in the middle of a user.
    return None, user


def _list_of(entry: PackageEntry, title: bytes) -> _List | None:
    if title == b"install permissions:":
        return _List(entry.granted)
    if title == b"grantedPermissions:":
        return _List(entry.granted, bare=True)
    if title == b"disabledComponents:":
        return _List(entry.disabled, bare=True)
    if title == b"requested permissions:" and entry.requested is not None:
        return _List(entry.requested, bare=True)
    return None


def _user_facts(text: bytes) -> dict[str, str]:
    pairs = (word.partition(b"=") for word in text.split()[:40])
    return {USER_FACTS[k]: v.decode("utf-8", "replace") for k, _, v in pairs if k in USER_FACTS}


def _read_user_fact(user: UserState, text: bytes) -> _List | None:
    """Read a line six deep below a user; return the list that deeper lines belong to."""
    if text == b"runtime permissions:":
        return _List(user.granted)
    if text == b"disabledComponents:":
        return _List(user.disabled, bare=True)
    if text.startswith(b"firstInstallTime="):
        user.facts.setdefault("firstInstallTime", text[17:60].decode("utf-8", "replace"))
    return None


def _keep(kept: _List, line: bytes, names: _Names, *, depth: int) -> None:
    if line[depth : depth + 1] == b" ":
        return
    if not kept.bare:
        if name := names.granted(line):
            kept.names.append(name)
    elif name_only := line.strip().partition(b":")[0]:
        kept.names.append(names(name_only))
