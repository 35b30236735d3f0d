"""Where apps came from, by the iTunesMetadata.plist beside each bundle in a copy of the system."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.recorded import store_facts
from scanner.errors import ParseError
from scanner.formats.plists import read_map
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob, MiB


def parse(file: EvidenceFile) -> Iterator[App]:
    """Yield the app; ParseError for metadata that names none."""
    metadata = read_map(file, limit=16 * MiB)
    package = store_facts.package_of(metadata)
    if not package:
        raise ParseError("softwareVersionBundleId expected")
    yield store_facts.sold(package, metadata)


APP_METADATA = Artifact(
    name="ios.app_metadata",
    title="Where apps came from",
    platform="ios",
    states=(Stated(App, store_facts.FIELDS),),
    readings=(
        Reading(
            Glob(pattern="/private/var/containers/Bundle/Application/*/iTunesMetadata.plist"), parse
        ),
    ),
)
