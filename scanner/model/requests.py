"""Requests: what is asked of a device, as data.

A request names what is wanted, never how a source gets it; so every command that will run
on a phone can be printed before it runs. `{user}` in a template stands for a user's id.

Commands, dumps of services and files can be asked of an Android phone; lockdown values, calls of
services, streams and crash reports of an iPhone. The others stand in recordings only: a phone is
never asked for them.
"""

from __future__ import annotations

import shlex
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct, structs

MiB = 1024 * 1024
GiB = 1024 * MiB


class Request(Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """One thing asked of a device, with the bounds that its answer must keep."""

    timeout: float = 20.0  # seconds on the device
    limit: int = 64 * MiB  # bytes of answer kept; what is beyond makes the answer `truncated`


class Command(Request, frozen=True, kw_only=True, tag="command"):
    """A command of the device's own shell; `argv` is quoted, so nothing in it is interpreted."""

    argv: tuple[str, ...]
    user: int | None = None

    def __str__(self) -> str:
        return shlex.join(self.argv)


class Dumpsys(Request, frozen=True, kw_only=True, tag="dumpsys"):
    """The state of one system service."""

    service: str
    arguments: tuple[str, ...] = ()
    timeout: float = 60.0
    limit: int = 256 * MiB

    def __str__(self) -> str:
        return shlex.join(("dumpsys", self.service, *self.arguments))


class File(Request, frozen=True, kw_only=True, tag="file"):
    """The content of one file of the device."""

    path: str

    def __str__(self) -> str:
        return self.path


class Section(Request, frozen=True, kw_only=True, tag="section"):
    """A section of a dumpstate text, by its title without the command: SYSTEM PROPERTIES."""

    title: str
    limit: int = 256 * MiB

    def __str__(self) -> str:
        return f"section {self.title}"


class ServiceDump(Request, frozen=True, kw_only=True, tag="service_dump"):
    """What a recorded text holds of one system service, where a phone is asked otherwise."""

    service: str
    limit: int = 256 * MiB

    def __str__(self) -> str:
        return f"dump of service {self.service}"


class Glob(Request, frozen=True, kw_only=True, tag="glob"):
    """The files of the device that a recording holds, by pattern: each answers as a `File`."""

    pattern: str  # `*` stands for anything but a slash: /data/tombstones/tombstone_*

    def __str__(self) -> str:
        return self.pattern


class Collected(Request, frozen=True, kw_only=True, tag="collected"):
    """A file that a collector wrote in a shape of its own: packages.json of androidqf."""

    collector: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} of {self.collector}"


class Lockdown(Request, frozen=True, kw_only=True, tag="lockdown"):
    """Values that lockdownd of an iPhone states: all of a domain, or one of them."""

    domain: str | None = None  # None: the domain without a name
    key: str | None = None
    limit: int = 4 * MiB

    def __str__(self) -> str:
        return " ".join(("lockdown GetValue", *filter(None, (self.domain, self.key))))


Argument = str | int | bool | tuple[str, ...]


class ServiceCall(Request, frozen=True, kw_only=True, tag="service_call"):
    """One message to a service of an iPhone that speaks property lists, and its one answer.

    `arguments` are the message; a dot in a name leads into a dictionary: ClientOptions.BundleIDs.
    """

    service: str
    arguments: tuple[tuple[str, Argument], ...] = ()
    turn: int = 1  # of several equal calls, some time apart
    timeout: float = 10.0

    def __str__(self) -> str:
        words = (f"{name}={_word(value)}" for name, value in self.arguments)
        again = (f"turn={self.turn}",) if self.turn > 1 else ()
        return " ".join((self.service, *words, *again))


class LogStream(Request, frozen=True, kw_only=True, tag="log_stream"):
    """Which programs write to the log of an iPhone: paths and identifiers, never a message."""

    seconds: float = 2.0
    limit: int = 16 * MiB

    def __str__(self) -> str:
        return f"log stream for {self.seconds:g} s"


class Packets(Request, frozen=True, kw_only=True, tag="packets"):
    """Which processes of an iPhone talk to whom: headers of packets, never their content."""

    seconds: float = 20.0
    timeout: float = 40.0

    def __str__(self) -> str:
        return f"packet headers for {self.seconds:g} s"


class CrashReports(Request, frozen=True, kw_only=True, tag="crash_reports"):
    """The names of an iPhone's crash reports, and the header of each; none is moved or erased."""

    depth: int = 6  # folders
    count: int = 2000  # files listed; of the newest `headers` the first line is read as well
    headers: int = 200
    timeout: float = 30.0

    def __str__(self) -> str:
        return f"names and headers of crash reports (at most {self.count})"


class CrashFile(Request, frozen=True, kw_only=True, tag="crash_file"):
    """One file of an iPhone's crash area: a sysdiagnose that somebody made."""

    path: str
    timeout: float = 600.0
    limit: int = 2 * GiB

    def __str__(self) -> str:
        return f"crash area {self.path}"


class Instruments(Request, frozen=True, kw_only=True, tag="instruments"):
    """What the developer services of an iPhone list, where they run already."""

    what: Literal["processes", "network"]
    seconds: float = 2.0  # of watching; the network only
    limit: int = 16 * MiB

    def __str__(self) -> str:
        return f"instruments {self.what}"


class ProfileFile(Request, frozen=True, kw_only=True, tag="profile_file"):
    """A file of its own: a configuration profile or a provisioning profile."""

    form: Literal["configuration", "provisioning"]
    limit: int = 64 * MiB

    def __str__(self) -> str:
        return f"{self.form} profile"


class Diagnostic(Request, frozen=True, kw_only=True, tag="diagnostic"):
    """Files of a sysdiagnose, by their path below its top folder: ps.txt.

    In what is asked `*` stands for anything but a slash: crashes_and_spins/*.ips.
    """

    name: str
    limit: int = 1 * GiB

    def __str__(self) -> str:
        return f"{self.name} of sysdiagnose"


class BackupFile(Request, frozen=True, kw_only=True, tag="backup_file"):
    """A list that a backup of an iPhone keeps of itself: Info.plist, Manifest.db."""

    name: str
    limit: int = 2 * GiB

    def __str__(self) -> str:
        return f"{self.name} of backup"


class FileList(Request, frozen=True, kw_only=True, tag="file_list"):
    """Which files a copy of a file system holds: names, sizes, modes, times."""

    def __str__(self) -> str:
        return "list of files"


class AppFolders(Request, frozen=True, kw_only=True, tag="app_folders"):
    """Which files the folders of some apps hold: one record a file, with its full name at the end.

    A name cannot hold a slash, so whatever stands in one, no record can be imitated.
    """

    apps: tuple[tuple[str, str], ...]  # package and path of its base
    timeout: float = 60.0

    @property
    def argv(self) -> tuple[str, ...]:
        """The command that lists them: type and mode, size, inode, time of change, name."""
        folders = dict.fromkeys(path.rpartition("/")[0] or "/" for _, path in self.apps)
        only = ("-mindepth", "1", "-maxdepth", "1", "-name", "*.apk")
        return ("find", *folders, *only, "-exec", "stat", "-c", "%f %s %i %Y %n", "{}", "+")

    def __str__(self) -> str:
        if self.apps == (("*", "*/*.apk"),):
            return shlex.join(self.argv)
        return f"names, sizes and times of the files of {len(self.apps)} apps"


class AppBytes(Request, frozen=True, kw_only=True, tag="app_bytes"):
    """The bytes of one file of an app: an APK, one of its splits, an IPA, a loose program.

    What a phone says of the file beforehand tells whether a copy of it is already here.
    """

    path: str  # on the phone, or within the recording; `*` in a template
    package: str | None = None
    min_sdk: int | None = None  # verify for this version of Android on; None: what the file states
    size: int | None = None  # bytes, as the phone states them; so are the next two
    modified: int | None = None  # seconds since 1970
    version: int | None = None  # the app's version code
    shipped: bool = False  # it came with the system
    calls: tuple[str, ...] = ()  # methods whose callers are looked for
    ranges: bool = False  # only the parts that tell what it is and who signed it
    timeout: float = 600.0
    limit: int = 4 * GiB

    def __str__(self) -> str:
        return f"{'parts' if self.ranges else 'bytes'} of {self.path}"


AnyRequest = (
    AppBytes
    | AppFolders
    | Command
    | Dumpsys
    | File
    | Section
    | ServiceDump
    | Glob
    | Collected
    | Lockdown
    | ServiceCall
    | LogStream
    | Packets
    | CrashReports
    | CrashFile
    | Instruments
    | ProfileFile
    | Diagnostic
    | BackupFile
    | FileList
)
RecordedOnly = (
    Section
    | ServiceDump
    | Glob
    | Collected
    | ProfileFile
    | AppBytes
    | Diagnostic
    | BackupFile
    | FileList
)
"""What no phone is asked as it stands: files of apps are asked for by a plan that names each."""


class Survey(Request, frozen=True, kw_only=True, tag="survey"):
    """A look over a whole recording: its parts, and the digest of those that answer `wanted`."""

    wanted: tuple[AnyRequest, ...] = ()
    everything: bool = False  # of large recordings, too, list each file that nobody reads
    closed: tuple[AnyRequest, ...] = ()  # not opened, not even to see what it is
    timeout: float = 600.0

    def __str__(self) -> str:
        return "survey"


def for_user(template: Command, user: int) -> Command:
    """Fill a template in for one user."""
    argv = tuple(part.replace("{user}", str(user)) for part in template.argv)
    return structs.replace(template, argv=argv, user=user)


def as_planned(request: AnyRequest) -> AnyRequest:
    """Return what tells a planned request from others, whenever the plan is made.

    How a file of an app comes is decided while others come, and its version may be learned later.
    """
    if isinstance(request, AppBytes):
        return structs.replace(request, ranges=False, min_sdk=None, version=None)
    return request


def is_answered_by(asked: AnyRequest, request: AnyRequest) -> bool:
    """Whether an answer to `request` is an answer to what is asked, whatever bounds either sets.

    A file answers a glob that covers its path, a dump of a service the request for it, a command
    for one user its template, a file of the crash area a template with a pattern.
    """
    match asked:
        case AppBytes():
            return _covers_app(asked, request)
        case ServiceDump(service=service):
            return _is_same(Dumpsys(service=service), request)
        case Command() if isinstance(request, Command) and request.user is not None:
            return _is_same(for_user(asked, request.user), request)
        case Glob() | CrashFile() | Diagnostic():
            return _covers_file(asked, request)
        case _:
            return _is_same(asked, request)


def _covers_file(asked: Glob | CrashFile | Diagnostic, request: AnyRequest) -> bool:
    match asked, request:
        case Glob(pattern=pattern), File(path=name):
            return _covers(pattern, name)
        case CrashFile(path=pattern), CrashFile(path=name):
            return _covers(pattern, name)
        case Diagnostic(name=pattern), Diagnostic(name=name):
            return _covers(pattern, name)
    return False


def _covers_app(asked: AppBytes, request: AnyRequest) -> bool:
    if not isinstance(request, AppBytes) or asked.shipped != request.shipped:
        return False
    return asked.path in {"*", request.path}


def _covers(pattern: str, path: str) -> bool:
    wanted, found = pattern.split("/"), path.split("/")
    return len(wanted) == len(found) and all(map(fnmatchcase, found, wanted))


def _is_same(one: AnyRequest, other: AnyRequest) -> bool:
    if isinstance(one, AppFolders):
        return isinstance(other, AppFolders)
    return one == structs.replace(other, timeout=one.timeout, limit=one.limit)


def _word(value: Argument) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
