"""Observables: the kinds of values that indicators name, and an indicator as a finding names it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

ObservableType = Literal[
    "adb_key",
    "certificate_md5",
    "certificate_sha1",
    "certificate_sha256",
    "domain",
    "email",
    "file_name",
    "file_path",
    "ip",
    "md5",
    "package",
    "process",
    "profile",
    "property",
    "sha1",
    "sha256",
    "url",
]
OBSERVABLE_TYPES: tuple[ObservableType, ...] = get_args(ObservableType)

Tlp = Literal["clear", "green", "amber", "amber+strict", "red"]
TLPS: tuple[Tlp, ...] = get_args(Tlp)  # from what all may read to what one person may


class IndicatorLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The indicator that a finding is about."""

    feed: str
    id: str
    type: ObservableType
    value: str  # as the privacy level and its TLP let it be shown
    names: tuple[str, ...] = ()
    confidence: int | None = None
    tlp: Tlp | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    references: tuple[str, ...] = ()
