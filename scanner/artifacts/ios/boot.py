"""Arguments of the kernel, from the device tree.

diagnostics_relay answers `IORegistry` with Status `Success` and Diagnostics, whose IORegistry is
the entry: a dictionary of its properties, most of them bytes. `chosen` is the entry by which the
boot loader tells the kernel what it decided: `boot-args` is a text that ends with a NUL, empty on
an ordinary phone. A sysdiagnose holds the same tree as a text, ioreg/IODeviceTree.txt.

Sources: pymobiledevice3 diagnostics.py; the device tree's layout from XNU.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.boot_arguments import boot_arguments
from scanner.artifacts.ios.reply import reply_with
from scanner.errors import NotAvailable, ParseError
from scanner.formats.ioreg import properties
from scanner.formats.plists import mapping
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import DeviceState
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, ServiceCall

_ENTRY = "chosen"


def parse(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield the arguments."""
    entry = mapping(mapping(reply_with(file, "Success"), "Diagnostics"), "IORegistry")
    if not entry:
        raise NotAvailable("source_absent", "the phone shows no such entry of its device tree")
    name = entry.get("name", _ENTRY)
    if name not in (_ENTRY, _ENTRY.encode(), _ENTRY.encode() + b"\0"):
        raise ParseError(f"the entry '{_ENTRY}' of the device tree expected")
    yield DeviceState(boot_arguments=boot_arguments(entry))


def parse_tree(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield the arguments of a printed tree; ParseError where it is none, or does not hold them."""
    entry = properties(file, _ENTRY)
    if entry is None or "boot-args" not in entry:
        raise ParseError(f"boot-args of the entry '{_ENTRY}' of the device tree expected")
    yield DeviceState(boot_arguments=boot_arguments(dict(entry)))


BOOT = Artifact(
    name="ios.boot",
    title="Boot arguments",
    platform="ios",
    states=(Stated(DeviceState, ("boot_arguments",)),),
    readings=(
        Reading(
            ServiceCall(
                service="com.apple.mobile.diagnostics_relay",
                arguments=(
                    ("Request", "IORegistry"),
                    ("CurrentPlane", "IODeviceTree"),
                    ("EntryName", _ENTRY),
                ),
            ),
            parse,
        ),
        Reading(Diagnostic(name="ioreg/IODeviceTree.txt"), parse_tree),
    ),
)
