"""Archives: ZIP, and the packages of Android apps."""

from __future__ import annotations

import io
import zipfile

from msgspec import Struct

from scanner.detect.made.axml import Manifest, manifest
from scanner.detect.made.parts import Nested, Part


class Zip(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An archive: what lies in it by name."""

    members: dict[str, Part]
    deflate: bool = False


class Apk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package of an Android app: its manifest, its code, and what else lies in it."""

    manifest: Manifest
    dex: list[Part] = []
    members: dict[str, Part] = {}
    deflate: bool = False


def archive(spec: Zip, nested: Nested) -> bytes:
    """Return a ZIP."""
    parts = {name: nested(part, "members", name) for name, part in spec.members.items()}
    return _zipped(parts, deflate=spec.deflate)


def apk(spec: Apk, nested: Nested) -> bytes:
    """Return an APK that nobody signed."""
    parts = {"AndroidManifest.xml": manifest(spec.manifest, nested)}
    for number, part in enumerate(spec.dex):
        parts[f"classes{number + 1 if number else ''}.dex"] = nested(part, "dex", number)
    parts |= {name: nested(part, "members", name) for name, part in spec.members.items()}
    return _zipped(parts, deflate=spec.deflate)


def _zipped(parts: dict[str, bytes], *, deflate: bool) -> bytes:
    made = io.BytesIO()
    way = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(made, "w", way) as opened:
        for name, data in parts.items():
            # The same bytes on every day and on every computer.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system = way, 3
            opened.writestr(entry, data)
    return made.getvalue()
