"""Watches that are paired with the phone, from companion_proxy.

`GetDeviceRegistry` answers with PairedDevicesArray, the identifiers of the watches, or with the
error NoPairedWatches. Names and models would take more calls and are not asked for.

Sources: libimobiledevice companion_proxy.c, pymobiledevice3 companion.py, the service's code
(decompiled).
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.reply import reply
from scanner.errors import ParseError
from scanner.formats.plists import read_map
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Companion
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import ServiceCall

_COUNT = 100
_LENGTH = 100  # characters


def parse(file: EvidenceFile) -> Iterator[Companion]:
    """Yield each watch."""
    if read_map(file).get("Error") == "NoPairedWatches":
        return
    udids = reply(file).get("PairedDevicesArray")
    if not isinstance(udids, list) or len(udids) > _COUNT:
        raise ParseError(f"a list of at most {_COUNT} paired devices expected")
    for udid in udids:
        if not isinstance(udid, str):
            raise ParseError("the identifier of a paired device expected")
        yield Companion(udid=udid[:_LENGTH])


COMPANIONS = Artifact(
    name="ios.companions",
    title="Paired watches",
    platform="ios",
    states=(Stated(Companion),),
    readings=(
        Reading(
            ServiceCall(
                service="com.apple.companion_proxy",
                arguments=(("Command", "GetDeviceRegistry"),),
            ),
            parse,
        ),
    ),
)
