"""App-ops: what each app may do beyond its permissions, and did, from `dumpsys appops`.

AppOpsService.dump prints watchers first, then each Linux user in ascending order:

    Uid u0a123:
      state=cch
        COARSE_LOCATION: mode=ignore            of all packages of the uid: it decides (6 and later)
      Package com.example.app:
        CAMERA (allow):                         9 and later
            Access: [bg-s] 2026-10-01 10:00:00.000 (-2d3h) duration=+5ms      10; 9: `bg    = ...`
            Reject: [cch-s]2026-10-01 ...
            Running start at: +4s5ms
        FINE_LOCATION (allow / switch COARSE_LOCATION=ignore):      the mode of the latter decides
        READ_SMS: mode=0; time=+2d3h ago; rejectTime=+3d ago        4.4 to 8.1, numbers for modes

From 11 the accesses stand inside `attribution tag=[` and `]`; from 12 `AppOps Uid Op State` may
stand above the first uid. Lists of tags, histories and restrictions follow. 4.3 prints no modes.
Confirmed on recordings of 8.1, 9, 10 and 14 (and a vendor's `MIUIOP(10021) (ask):`), and in the
sources of 4.3 to 16.

`allow` is also what Android prints of an operation that is allowed to every app (VIBRATE, or
ACCESS_RESTRICTED_SETTINGS before anybody restricted it): alone it proves no choice of anybody.
LEGACY_STORAGE, how an app sees shared files, is no power: it is not among those of an app. 10 and
11 allow it to uids of which they name no package.

Attribution tags are an app's own words and never read. They may imitate lines: a uid out of order,
a package or an operation that stands twice is an error. A cached app is in the background too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import UNSET, Struct, UnsetType, field

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.lines import ends_whole, raw_lines
from scanner.formats.uids import USER_RANGE, printed_uid
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, AppOperation, Otherwise, PackageTrace
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

Statements = Iterator[AppOperation | App | PackageTrace | Otherwise]

_LIMIT = 200_000  # operations of all apps; more is no phone of this world
_TITLES = (b"Current AppOps Service state:", b"AppOps Uid Op State")
_MODES = ("allow", "ignore", "deny", "default", "foreground")  # AppOpsManager.MODE_NAMES
_NAME = r"([A-Za-z]\w{0,63}(?:\(\d{1,6}\))?)"
_MODE = r"([a-z_]{1,20}|mode=\d{1,4})"
_OF_UID = re.compile(rf"{_NAME}: mode=(\w{{1,20}})\Z")
_OF_PACKAGE = re.compile(rf"{_NAME} \({_MODE}(?: / switch {_NAME}={_MODE})?\):\Z")
_OLD = re.compile(rf"{_NAME}: (?:mode=(\d{{1,4}})|time=)")
_STATE = re.compile(r"(?:\[([a-z]+)-|([a-z]+) *= )")
_BACKGROUND = ("bg", "cch")  # states of a process: background, cached
_NO_POWER = frozenset({"LEGACY_STORAGE"})


class _Op(Struct):
    """One operation of one package, as printed."""

    mode: str | None = None
    decided_by: str = ""  # the operation whose mode counts
    used: bool = False
    background: bool | None = False  # None: the text does not state it
    rejected: bool = False


class _Uid(Struct):
    """What is printed of one Linux user."""

    number: int
    modes: dict[str, str] = field(default_factory=dict)
    packages: dict[str, dict[str, _Op]] = field(default_factory=dict)


class _Text(Struct):
    """What was read so far."""

    uids: list[_Uid] = field(default_factory=list)
    uid: _Uid | None = None
    ops: dict[str, _Op] | None = None  # of the present package
    op: _Op | None = None
    heading: str = ""  # Access or Reject: Android 9 prints it once for several lines
    count: int = 0


def parse(file: EvidenceFile) -> Statements:
    """Yield the operations of each app that the text names."""
    text = _read(raw_lines(answer(file)))
    if not text.uids:
        raise ParseError("'Current AppOps Service state:' and a uid expected")
    # The part of the uids has no end of its own; a line behind it, or the end of the text, is one.
    whole = ends_whole(file)
    cut = text.uids[-1] if text.uid is not None and not whole else None
    yield from _statements(text.uids, cut)
    if whole or text.uid is None:
        yield from _others(text.uids)


def _read(lines: Iterator[bytes]) -> _Text:
    text, heard = _Text(), False
    for number, raw in enumerate(lines, start=1):
        content = raw.lstrip(b" ")
        depth = len(raw) - len(content)
        if not heard:
            heard = content.startswith(_TITLES)
        elif not content.strip():
            continue
        elif depth == 2 and content.startswith(b"Uid "):  # noqa: PLR2004  as indented
            _begin(text, _decode(content)[4:], number)
        elif depth <= 2:  # noqa: PLR2004
            text.uid = text.ops = text.op = None
        elif text.uid is not None:
            _line(text, depth, content, number)
        elif text.uids and depth == 4 and content.startswith(b"Package "):  # noqa: PLR2004
            raise ParseError("packages below their uid expected", line=number)
    return text


def _decode(content: bytes) -> str:
    return content.decode("utf-8", "replace").rstrip()


def _begin(text: _Text, words: str, number: int) -> None:
    uid = printed_uid(words.removesuffix(":"))
    broken = text.uids and (text.uid is None or (uid or 0) <= text.uids[-1].number)
    if uid is None or broken:
        raise ParseError("uids in ascending order and without a break expected", line=number)
    text.uid, text.ops, text.op = _Uid(uid), None, None
    text.uids.append(text.uid)


def _line(text: _Text, depth: int, content: bytes, number: int) -> None:
    """Read a line below a uid."""
    if depth == 4:  # noqa: PLR2004  as indented
        if content.startswith(b"Package "):
            _package(text, _decode(content)[8:].removesuffix(":"), number)
    elif depth == 6:  # noqa: PLR2004
        if text.ops is not None:
            text.op = _operation(text, _decode(content), number)
        elif b": mode=" in content:
            _mode_of_uid(text, _decode(content), number)
    elif text.op is not None and depth >= 10:  # noqa: PLR2004
        _event(text, text.op, content)


def _package(text: _Text, name: str, number: int) -> None:
    if package_name(name) is None or text.uid is None or name in text.uid.packages:
        raise ParseError("each package of a uid once expected", line=number)
    text.ops = text.uid.packages[name] = {}
    text.op = None


def _mode_of_uid(text: _Text, line: str, number: int) -> None:
    match = _OF_UID.match(line)
    if match is None or text.uid is None or match[1] in text.uid.modes:
        raise ParseError("each operation of a uid once, with its mode, expected", line=number)
    text.uid.modes[match[1]] = _mode(match[2])
    _count(text)


def _operation(text: _Text, line: str, number: int) -> _Op:
    """Begin an operation of the present package."""
    if match := _OF_PACKAGE.match(line):
        name, mode, switch, of_switch = match.groups()
        op = _Op(_mode(of_switch or mode), switch or name)
    elif match := _OLD.match(line):
        name, of_old = match.groups()
        fields = {part.partition("=")[0] for part in line[len(name) + 2 :].split("; ")}
        op = _Op(_mode(of_old) if of_old else None, name, background=None)
        op.used, op.rejected = "time" in fields, "rejectTime" in fields
    else:
        raise ParseError("an operation with its mode expected", line=number)
    if text.ops is None or name in text.ops:
        raise ParseError("each operation of a package once expected", line=number)
    text.ops[name] = op
    text.heading = ""
    _count(text)
    return op


def _mode(text: str) -> str:
    number = text.removeprefix("mode=")
    if number.isdecimal() and int(number) < len(_MODES):
        return _MODES[int(number)]
    return number


def _count(text: _Text) -> None:
    text.count += 1
    if text.count > _LIMIT:
        raise ParseError(f"at most {_LIMIT} operations expected")


def _event(text: _Text, op: _Op, content: bytes) -> None:
    """Read an access or a refusal; the state of the process stands in it."""
    if content.startswith(b"Running start at:"):
        op.used = True
        return
    if content.startswith((b"Access: ", b"Reject: ")):
        text.heading = content[:6].decode()
        content = content[8:]
    match = _STATE.match(_decode(content[:24]))
    if match is None or not text.heading:
        return
    if text.heading == "Reject":
        op.rejected = True
        return
    op.used = True
    if (match[1] or match[2]) in _BACKGROUND:
        op.background = True


def _statements(uids: list[_Uid], cut: _Uid | None) -> Statements:
    """State the operations by package; a package may stand under several uids of one user."""
    apps: dict[tuple[int, str], dict[str, AppOperation]] = {}
    half: set[tuple[int, str]] = set()
    count = 0
    for uid in uids:
        for package, ops in uid.packages.items():
            key = (uid.number // USER_RANGE, package)
            for one in _operations(uid, package, ops, whole=uid is not cut):
                apps.setdefault(key, {})[one.operation] = one
                count += 1
                if count > _LIMIT:
                    raise ParseError(f"at most {_LIMIT} operations expected")
            apps.setdefault(key, {})
            if uid is cut:
                half.add(key)
    for (user, package), operations in apps.items():
        yield from operations.values()
        if (user, package) not in half:
            modes = {name: one.mode for name, one in operations.items()}
            if UNSET not in modes.values():
                allowed = tuple(sorted(_allowed(modes))) or None
                yield App(user=user, package=package, operations_allowed=allowed)
    # Without a dot it is a name of the system's own uids: root, shell, audioserver.
    for package in sorted({package for _, package in apps if "." in package}):
        yield PackageTrace(kind="app_operation", package=package)


def _allowed(modes: Mapping[str, str | None | UnsetType]) -> Iterator[str]:
    yield from (name for name, mode in modes.items() if mode == "allow" and name not in _NO_POWER)


def _operations(
    uid: _Uid, package: str, ops: dict[str, _Op], *, whole: bool
) -> Iterator[AppOperation]:
    def seen(value: bool | None) -> bool | UnsetType:
        return UNSET if value is None or not (value or whole) else value

    user = uid.number // USER_RANGE
    for name, op in ops.items():
        mode = uid.modes.get(op.decided_by, op.mode)
        yield AppOperation(
            user=user,
            package=package,
            operation=name,
            uid=uid.number,
            mode=UNSET if mode is None else mode,
            used=seen(op.used),
            used_in_background=seen(op.background),
            rejected=seen(op.rejected),
        )
    for name, mode in uid.modes.items():
        if name not in ops:
            yield AppOperation(
                user=user, package=package, operation=name, uid=uid.number, mode=mode
            )


def _others(uids: list[_Uid]) -> Iterator[Otherwise]:
    """State that other apps of a user are allowed nothing, where no uid leaves its apps unnamed."""
    users: dict[int, bool] = {}
    for uid in uids:
        user = uid.number // USER_RANGE
        unnamed = not uid.packages and any(_allowed(uid.modes))
        users[user] = users.get(user, True) and not unnamed
    for user, named in users.items():
        if named:
            yield Otherwise(entity="app", user=user, field="operations_allowed", value=None)


APP_OPERATIONS = Artifact(
    name="android.app_operations",
    title="App operations and special access",
    platform="android",
    states=(
        Stated(AppOperation),
        Stated(App, ("user", "package", "operations_allowed")),
        Stated(PackageTrace, ("kind", "package"), ("kind", ("app_operation",))),
    ),
    readings=(Reading(Dumpsys(service="appops"), parse),),
)
