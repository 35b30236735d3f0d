"""What the name of a crash report tells, and what its number stands for.

Names are those of iOS 10 and later, a program and a local time: `imagent-2026-11-01-091512.ips`.
Older ones name the phone after it, `Example 2018-11-01-091512 Phone.ips`; that is left out.

What `bug_type` stands for is in iOS itself, log_type.json of its OSAnalytics framework; 109, 151
and 309 were seen in reports of iOS 14 to 26.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_KINDS: Mapping[str, tuple[str, ...]] = {
    "crash": ("9", "109", "309", "409"),  # 409: a watchdog ended it
    "panic": ("10", "110", "210", "410"),
    "jetsam": ("98", "198", "298"),
    "stackshot": ("186", "188", "288", "509"),
}
_KIND_OF = {number: kind for kind, numbers in _KINDS.items() for number in numbers}
_KIND_OF_NAME = {
    "JetsamEvent": "jetsam",
    "panic-full": "panic",
    "panic-base": "panic",
    "stacks": "stackshot",
    "forceReset-full": "other",  # somebody held the buttons; so is the next
    "forceReset-base": "other",
    "ResetCounter": "other",
}
_FAULT = "ExcUserFault_"  # a program that went on after it
_NAME = re.compile(
    r"(?P<program>[^/]{1,200}?)(?P<resource>\.[a-z]{1,20}_resource)?"
    r"[-_ ](?P<time>\d{4}-\d\d-\d\d-\d{6})(?P<rest>[^/]{0,200})"
)
_ENDING = re.compile(r"(?:\.\d{1,4})?((?:\.(?:ips|crash|panic|beta|ca|synced)){1,4})\Z")
_REPORT = re.compile(r"\.(?:ips|crash|panic)(?:\.|\Z)")
_ANALYTICS = ".ips.ca"


def is_report(path: str) -> bool:
    """Whether a file of the crash area is a report; analytics and logs lie there, too."""
    return _REPORT.search(path) is not None and _ANALYTICS not in path


def kind_of(bug_type: str) -> str:
    """Return what a report is about: crash, panic, jetsam, stackshot, other."""
    return _KIND_OF.get(bug_type, "other")


def told_by(name: str) -> dict[str, Any]:
    """Return `process` and `kind` as far as the name of a report tells them."""
    shape = _NAME.fullmatch(name)
    if shape is None:
        return {}
    if kind := _KIND_OF_NAME.get(shape["program"]):
        return {"kind": kind}
    program = shape["program"]
    process = program.removeprefix(_FAULT) or program
    if shape["resource"] or process != program:
        return {"process": process, "kind": "other"}
    return {"process": process}


def public(name: str) -> str:
    """Return the name of a report without what an older iOS put behind its time: a phone's name."""
    shape = _NAME.fullmatch(name)
    if shape is None:
        return name
    ending = _ENDING.search(shape["rest"])
    kept = ending[0] if ending else ""
    return name[: shape.end("time")] + kept


def is_retired(folder: str, name: str) -> bool:
    """Whether a report was sent or synchronised before."""
    return "Retired" in folder.split("/") or name.endswith(".synced")
