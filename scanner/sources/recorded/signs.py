"""What a loose text is the output of, told by how it begins: never by the name of its file.

A phone answers `dumpsys package` with its own first line, which no app chooses. Two things the
first line does not say: whether somebody narrowed the command (`dumpsys appops --op CAMERA`), and
whether the output was filtered on its way into the file. So a sign also names what every whole
answer holds; a text without it is read as one that was cut, and states no absence.

Beginnings and contents are those of the recordings of Android 8.1 to 16 that the tests of this
project read, and of the AOSP sources of the services that print them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from scanner.model.requests import AnyRequest, Command, Dumpsys, File
from scanner.sources.recorded import lists
from scanner.sources.recorded.lists import NARROWED, Recognised


class Sign(Struct, frozen=True):
    """How an answer begins, and what each whole one holds."""

    begins: re.Pattern[str]
    request: AnyRequest
    holds: tuple[str, ...] = ()


def _sign(begins: str, request: AnyRequest | str, *holds: str) -> Sign:
    asked = Dumpsys(service=request) if isinstance(request, str) else request
    return Sign(re.compile(begins), asked, holds)


_HOLDS_OF_PACKAGES = ("\nPackages:\n", "\n  Package [android] (", "\nShared users:\n")
SIGNS: tuple[Sign, ...] = (
    _sign(
        r"\[[^\]\n]{1,200}\]: \[",
        Command(argv=("getprop",)),
        *("[ro.build.version.sdk]: [", "[ro.product.model]: [", "[dalvik.vm.heapsize]: ["),
        *("[init.svc.zygote]: [", "[persist.sys.timezone]: [", "[sys.boot_completed]: ["),
    ),
    _sign(
        r"Current AppOps Service state:\n",
        "appops",
        *("\n    Package android:\n", "\n      WAKE_LOCK", "\n      TOAST_WINDOW"),
    ),
    _sign(r"Database versions:\n", "package", *_HOLDS_OF_PACKAGES),
    _sign(r"Verifiers:\n", "package", *_HOLDS_OF_PACKAGES),
    _sign(r"Activity Resolver Table:\n", "package", *_HOLDS_OF_PACKAGES),
    _sign(r"Packages:\n  Package \[", "package", *_HOLDS_OF_PACKAGES[1:]),
    _sign(r"Battery History(?: |:|\[| \()", "batterystats", "\nDaily stats:", "\nStatistics since"),
    _sign(r"Daily stats:\n", Dumpsys(service="batterystats", arguments=("--daily",))),
    _sign(r"Build configuration: \[sf ", "SurfaceFlinger"),
    _sign(r"Current Alarm Manager state:\n", "alarm"),
    _sign(r"Current Battery Service state:\n", "battery"),
    _sign(r"Current Device Policy Manager state:\n", "device_policy"),
    _sign(r"Current Input Method Manager state:\n", "input_method"),
    _sign(r"Current Notification Manager state:\n", "notification", "\n  Notification listeners:"),
    _sign(r"Current UI Mode Service state:\n", "uimode"),
    _sign(r"Current WebView Update Service state\n", "webviewupdate"),
    _sign(r"Network(?:Providers|Factories) for:", "connectivity"),
    _sign(r" {0,2}Settings:\n +min_(?:ready_non_active_jobs|idle)_count=", "jobscheduler"),
    _sign(r" {0,2}Settings:\n +(?:flex_time_short|light_after_inactive_to)=", "deviceidle"),
    _sign(
        r"(?:Unknown argument: -a; use -h for help\n)?(?:CONFIG|GLOBAL) SETTINGS \(user \d",
        "settings",
        "\nGLOBAL SETTINGS (user 0)\n",
        "\nSECURE SETTINGS (user ",
        "\nSYSTEM SETTINGS (user ",
    ),
    _sign(r"(?:Wi-Fi is [a-z]{1,20}\n)(?:Verbose logging|Stay-awake) ", "wifi"),
    _sign(r"Verbose logging is (?:on|off)\n(?:[^\n]{0,200}\n){0,4}Stay-awake conditions:", "wifi"),
    _sign(r"System ready: (?:true|false)\nRestrict background:", "netpolicy"),
    _sign(r"Directory:\n  [^\n]{0,200}netstats\n", "netstats"),
    _sign(r"Active interfaces:\n(?:[^\n]{0,500}\n){0,32}Active UID interfaces:\n", "netstats"),
    _sign(r"user=\d+ *\n  (?:Last 24 hour events|In-memory daily stats)", "usagestats"),
    _sign(r"(?:Current user: [^\n]{1,40}\n\n?)?Users:\n  UserInfo\{", "user"),
    _sign(r"Users:\n\tUserInfo\{", Command(argv=("pm", "list", "users"))),
    _sign(r"(?:no owners|\d{1,4} owners?:)\n", Command(argv=("dpm", "list-owners"))),
    _sign(r"Disks:\n(?:[^\n]{0,200}\n){0,200}Volumes:\n", "mount"),
    _sign(r"Applications Database Info:\n", "dbinfo"),
    _sign(r"ChangeId\(\d+; ", "platform_compat"),
    _sign(r"Found \d{1,5} services:\n", Command(argv=("service", "list"))),
    _sign(r"(?:Enforcing|Permissive|Disabled)\s*\Z", Command(argv=("getenforce",))),
)
"""In the order in which they are tried; the text starts at its first line that says something."""

_IDENTITY = tuple(
    re.compile(rf"^\[{re.escape(name)}\]: \[([^\]\n]{{1,100}})\]$", re.MULTILINE)
    for name in ("ro.product.model", "ro.serialno")
)
_TITLE = re.compile(r"[A-Z][A-Z ]{2,60} \(dumpsys ([A-Za-z_][\w.]{0,60})(?: ([a-z][\w-]{0,40}))?\)")
_SERVICES = re.compile(r"^DUMP OF SERVICE (?:[A-Z]{1,10} )?[\w./-]{1,200}:?$", re.MULTILINE)
# The command itself, where somebody copied a terminal.
_TYPED = re.compile(r"\A(?:[^\n]{0,80}[$#] )?(?:adb shell )?dumpsys [a-zA-Z_.]{1,80}\n")
_RULER = re.compile(r"\A\n*(?:-{40,200}\n+)?")  # blank lines, a line of dashes
_TOMBSTONE = f"{' '.join(['***'] * 16)}\nBuild fingerprint: "
# Field 1 is the architecture, left out for arm; field 2 the fingerprint of the build, as text.
_TOMBSTONE_PROTO = re.compile(rb"(?:\x08[\x01-\x05])?\x12[\x10-\x7f][!-~]{16}")
_TOMBSTONE_NAME = re.compile(r"tombstone_\w{1,60}(?:\.\w{1,8})?\Z")


def recognise(text: str, name: str, holds: Callable[[str], bool]) -> Recognised | None:
    """Say what a text is, given its beginning; None where nothing that is known begins so.

    `holds` tells whether all of the text holds some words; `name` is asked only for which of the
    phone's tombstones a text that is one is.
    """
    text = _RULER.sub("", _TYPED.sub("", text, count=1), count=1)
    for sign in SIGNS:
        if sign.begins.match(text):
            whole = all(map(holds, sign.holds))
            doubt, phone = "" if whole else NARROWED, _phone(text) if sign is SIGNS[0] else ()
            return Recognised(request=sign.request, doubt=doubt, phone=phone)
    return (
        _titled(text)
        or (_tombstone(name) if text.startswith(_TOMBSTONE) else None)
        or lists.processes(text)
        or lists.packages(text)
        or lists.mounts(text, holds)
        or _several(text)
        or lists.settings(text)
    )


def _titled(text: str) -> Recognised | None:
    """Recognise `ACCESSIBILITY MANAGER (dumpsys accessibility)`.

    A service that prints several such titles names the part in each: all of it begins with a part.
    """
    title = _TITLE.match(text)
    if title is None:
        return None
    service, part = title[1], title[2]
    if part is None or any(
        other[1] == service and other[2] not in {part, None} for other in _TITLE.finditer(text)
    ):
        return Recognised(request=Dumpsys(service=service))
    return Recognised(request=Dumpsys(service=service, arguments=(part,)))


def _phone(text: str) -> tuple[str, ...]:
    return tuple(found[1] if (found := each.search(text)) else "" for each in _IDENTITY)


def recognise_binary(data: bytes, name: str) -> Recognised | None:
    """Say what bytes are that are no text: a tombstone, where the name is that of one as well."""
    is_one = name.endswith(".pb") and _TOMBSTONE_PROTO.match(data)
    return _tombstone(name) if is_one else None


def _tombstone(name: str) -> Recognised | None:
    found = _TOMBSTONE_NAME.search(name)
    return Recognised(request=File(path=f"/data/tombstones/{found[0]}")) if found else None


def _several(text: str) -> Recognised | None:
    return Recognised(request=None) if _SERVICES.search(text) else None
