"""The objects of a STIX bundle that are read, and of them only what is used (STIX 2.0 and 2.1).

What decides whether an indicator counts has its type; what only describes it is `Any`, so that a
slip there does not lose the indicator.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from scanner.detect.feeds.markings import tlp_of
from scanner.model.observables import Tlp


class Head(Struct, gc=False):
    """What tells the kind and version of an object."""

    type: str = ""
    id: str = ""
    modified: str = ""
    created: str = ""


class Granular(Struct):
    """A marking of parts of an object."""

    marking_ref: str = ""


class Named(Struct):
    """An object that names a threat, or a report of several objects."""

    id: str = ""
    name: str = ""
    published: str = ""
    object_refs: list[str] = []
    object_marking_refs: list[str] = []
    external_references: Any = None


class Relationship(Struct, gc=False):
    """`source_ref` indicates `target_ref`."""

    relationship_type: str = ""
    source_ref: str = ""
    target_ref: str = ""
    revoked: bool = False


class Marking(Struct):
    """A definition of a marking."""

    id: str = ""
    name: str = ""
    definition_type: str = ""
    definition: dict[str, Any] | UnsetType = UNSET
    extensions: dict[str, Any] | UnsetType = UNSET

    def tlp(self) -> Tlp | None:
        """Return what it says of TLP, in any of the three forms that are in use."""
        if self.definition_type == "tlp" and self.definition is not UNSET:
            return tlp_of(f"tlp:{self.definition.get('tlp', '')}")
        if self.extensions is not UNSET:
            for extension in self.extensions.values():
                if isinstance(extension, dict) and "tlp_2_0" in extension:
                    return tlp_of(f"tlp:{extension['tlp_2_0']}")
        return tlp_of(self.name) if self.name.lower().startswith("tlp:") else None


class IndicatorObject(Struct, gc=False):
    """An indicator."""

    id: str = ""
    pattern: str = ""
    pattern_type: str = "stix"
    valid_from: str = ""
    valid_until: str | None = None
    revoked: bool = False
    confidence: Any = None
    labels: Any = None
    indicator_types: Any = None
    external_references: Any = None
    object_marking_refs: list[str] = []
    granular_markings: list[Granular] = []


HEAD = msgspec.json.Decoder(Head)
NAMED = msgspec.json.Decoder(Named)
RELATIONSHIP = msgspec.json.Decoder(Relationship)
MARKING = msgspec.json.Decoder(Marking)
INDICATOR = msgspec.json.Decoder(IndicatorObject)


def texts(value: Any) -> list[str]:
    """Return the texts of a list."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def addresses(references: Any) -> Iterator[str]:
    """Yield where more can be read."""
    for one in references if isinstance(references, list) else ():
        url = one.get("url") if isinstance(one, dict) else None
        if isinstance(url, str):
            yield url
