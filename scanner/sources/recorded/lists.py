"""Lists that have no title: told by the shape of all of their lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from msgspec import Struct

from scanner.formats.uids import USER_RANGE
from scanner.model.requests import AnyRequest, Collected, Command

PS = Collected(collector="shell", name="ps -A")  # with whatever columns
OUR_PS = Command(argv=("ps", "-A", "-o", "PID,PPID,USER,LABEL,STIME,NAME,CMDLINE"))
NARROWED = "the text lacks what every whole answer holds"
UNKNOWN_LIST = "a list of apps does not say which of them were left out of it"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMESPACE_MARKS = {
    "global": _words(
        "adb_enabled airplane_mode_on auto_time bluetooth_on boot_count device_provisioned"
        " development_settings_enabled mode_ringer netstats_enabled package_verifier_enable"
        " stay_on_while_plugged_in wifi_on"
    ),
    "secure": _words(
        "accessibility_enabled android_id default_input_method enabled_input_methods"
        " location_mode lockscreen.options mock_location selected_input_method_subtype"
        " sleep_timeout touch_exploration_enabled user_setup_complete"
    ),
    "system": _words(
        "accelerometer_rotation alarm_alert dtmf_tone font_scale haptic_feedback_enabled"
        " mute_streams_affected notification_sound ringtone screen_brightness"
        " screen_brightness_mode screen_off_timeout sound_effects_enabled user_rotation"
        " volume_alarm volume_music volume_ring"
    ),
}
_ENOUGH_MARKS = 6  # of one namespace: a filter by one word does not leave so many
_FEW_LINES = 64
_PROCESS_COLUMNS = frozenset(("ARGS", "CMD", "CMDLINE", "COMMAND", "NAME"))
_SETTING = re.compile(r"[A-Za-z0-9_.:#/$@ -]{1,200}=")
_UID = re.compile(r" uid:(\d{1,9}(?:,\d{1,9}){0,99})$")
_MOUNT = re.compile(r"\S{1,4096} /\S{0,4096} \S{1,64} r[ow](?:,\S{0,4096})? 0 0$")
_LISTED = re.compile(r"package:\S{1,4096}=[A-Za-z0-9_.]{1,255}(?: |$)")


class Recognised(Struct, frozen=True, kw_only=True):
    """What a text is the output of."""

    request: AnyRequest | None  # None: several services, each below its own `DUMP OF SERVICE`
    doubt: str = ""  # why it may not be all of the answer, in our words
    phone: tuple[str, ...] = ()  # whose properties they are: model and serial, where they say so


def processes(text: str) -> Recognised | None:
    """Recognise `ps`: column names; all processes only where the first of them is there."""
    lines = _lines(text)
    columns = next(lines, "").split()
    if "PID" not in columns or columns[-1] not in _PROCESS_COLUMNS or "PC" in columns:
        return None
    first = columns.index("PID")
    rows = [line.split() for line in islice(lines, _FEW_LINES)]
    # A kernel without SELinux leaves LABEL blank; then the number stands one word before.
    whole = any("1" in row[max(first - 1, 0) : first + 1] for row in rows)
    request = OUR_PS if ",".join(columns) == OUR_PS.argv[-1] else PS
    return Recognised(request=request, doubt="" if whole else NARROWED)


def packages(text: str) -> Recognised | None:
    """Recognise a list of apps with their paths; the first user's, where no uid says another.

    Which apps somebody left out of it no list says, so it is never whole.
    """
    lines = [line for line in _lines(text) if line.strip()]
    if not lines or not all(_LISTED.match(line) for line in lines[:_FEW_LINES]):
        return None
    uids = [uid for line in lines for uid in _UID.findall(line)]
    users = {int(one) // USER_RANGE for uid in uids for one in uid.split(",")} or {0}
    if len(users) > 1:
        return None
    return Recognised(request=packages_of(*users), doubt=UNKNOWN_LIST)


def mounts(text: str, holds: Callable[[str], bool]) -> Recognised | None:
    """Recognise `/proc/mounts`: six words a line, of the kernel's own."""
    lines = list(islice(_lines(text), _FEW_LINES))
    if not lines or not all(_MOUNT.match(line) for line in lines):
        return None
    doubt = "" if holds(" /proc proc ") and holds(" /data ") else NARROWED
    return Recognised(request=Command(argv=("cat", "/proc/mounts")), doubt=doubt)


def settings(text: str) -> Recognised | None:
    """Recognise the settings of one namespace by names that only it has."""
    if not _SETTING.match(text):
        return None
    names = {line.partition("=")[0] for line in _lines(text) if _SETTING.match(line)}
    marks = {space: len(names & known) for space, known in _NAMESPACE_MARKS.items()}
    *others, most = sorted(marks.values())
    if most < 2 or others[-1] * 4 > most:  # noqa: PLR2004  no namespace stands out
        return None
    (space,) = (space for space, count in marks.items() if count == most)
    # The list is sorted: a text that was cut lacks the last of the names.
    whole = most >= _ENOUGH_MARKS and max(_NAMESPACE_MARKS[space]) in names
    return Recognised(request=settings_of(space), doubt="" if whole else NARROWED)


def reaches_end(text: str, namespace: str) -> bool:
    """Say whether a list of a namespace, which is sorted, holds the last name that each has."""
    return f"\n{max(_NAMESPACE_MARKS[namespace])}=" in f"\n{text}"


def settings_of(namespace: str) -> Command:
    """Return the command that lists a namespace: the device's, or that of its first user."""
    if namespace == "global":
        return Command(argv=("settings", "list", "global"))
    return Command(argv=("settings", "--user", "0", "list", namespace), user=0)


def packages_of(user: int) -> Command:
    """Return the command that lists the apps of a user."""
    options = ("-f", "-U", "-i", "--show-versioncode", "--user", str(user))
    return Command(argv=("cmd", "package", "list", "packages", *options), user=user)


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1
