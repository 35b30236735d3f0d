"""Exposure: which known holes the build of a device has not closed.

By its patch level, or its release of iOS; both are what the system says of itself. A build that
lacks a fix was not attacked by that alone: exposure is no finding, and stands in a section of its
own.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from scanner.model.evidence import Reason
from scanner.model.privacy import Hardware, Run

ExposureStatus = Literal["lacks_fix", "has_fix", "not_concerned", "not_examined"]


class Exposure(Struct, frozen=True, kw_only=True):
    """One known vulnerability, held against the build of a device."""

    cve: Run[str]  # CVE-2019-2215
    title: Run[str]
    component: Run[str]  # kernel, framework, graphics driver
    status: ExposureStatus
    reason: Reason | None = None  # why it was not examined
    unstated: Run[str | None] = None  # the field of the build that it would take
    fixed_in: Run[str]  # the first patch level with the fix: YYYY-MM-DD; on iOS the first release
    known_exploited: Run[str]  # by this day it was public that it is exploited: YYYY-MM-DD
    branch_fixed: Run[bool] = True  # False: the maker names a fix for other branches only
    limited_to: Run[str | None] = None  # what the build does not state: phones with a Mali GPU
    security_patch: Hardware[str | None] = None  # of the build; on Android
    release: Hardware[str | None] = None  # of the build; on iOS
    campaigns: Run[tuple[str, ...]] = ()  # known to use it, with a way in left: DarkSword
    references: Run[tuple[str, ...]] = ()
