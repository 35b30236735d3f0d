"""No bytes make a reader of app files fail in another way than it should."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.building.app import App, Component, Filter, contents
from fixtures.building.archive import archive, files
from fixtures.building.axml import Element
from scanner.errors import ParseError
from scanner.formats.apk.anomalies import ANOMALIES
from scanner.formats.apk.app import read_app
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk.arsc import Resources
from scanner.formats.apk.manifest import read_bundle_manifest, read_manifest
from scanner.formats.apk.network_security import read_network_security

NETWORK = Element("network-security-config", {}, (Element("base-config", {}),))
SERVICE = Component(kind="service", name=".S", filters=(Filter(actions=("a.B",), priority=3),))
HELD = contents(App(network=NETWORK, components=(SERVICE,), labels={"de": "Beispiel"}))
WHOLE = archive(files(HELD))
MANIFEST, TABLE = HELD["AndroidManifest.xml"], HELD["resources.arsc"]
CONFIG = HELD["res/xml/network.xml"]

_values = st.sampled_from((b"\xff" * 4, bytes(4), b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xff", b""))
_changes = st.lists(
    st.tuples(st.integers(0, 20_000), st.one_of(_values, st.binary(max_size=8)), st.booleans()),
    min_size=1,
    max_size=6,
)


def changed(data: bytes, changes: list[tuple[int, bytes, bool]]) -> bytes:
    """Return data with bytes written over it, or put between."""
    made = bytearray(data)
    for place, value, is_over in changes:
        at = place % (len(made) + 1)
        made[at : at + (len(value) or 4) * is_over] = value
    return bytes(made)


@settings(max_examples=200, deadline=1000)
@given(changes=_changes)
def test_archives(changes):
    with contextlib.suppress(ParseError):
        made = ApkArchive(changed(WHOLE, changes))
        assert set(read_app(made).anomalies) <= ANOMALIES.keys()
        for entry in made.entries:
            with contextlib.suppress(ParseError):
                assert made.read(entry) == b"".join(made.chunks(entry))
        assert made.anomalies <= ANOMALIES.keys()


@settings(max_examples=200, deadline=1000)
@given(changes=_changes)
def test_manifests(changes):
    with contextlib.suppress(ParseError):
        found = read_manifest(changed(MANIFEST, changes), Resources(TABLE))
        assert found.anomalies <= ANOMALIES.keys()


@settings(max_examples=200, deadline=1000)
@given(changes=_changes)
def test_resources(changes):
    with contextlib.suppress(ParseError):
        resources = Resources(changed(TABLE, changes))
        read_manifest(MANIFEST, resources)
        for reference in (0x7F010000, 0x7F020000, 0x7F030000):
            list(resources.files(reference))
        assert resources.anomalies <= ANOMALIES.keys()


@settings(max_examples=100, deadline=1000)
@given(changes=_changes)
def test_network_configs(changes):
    with contextlib.suppress(ParseError):
        read_network_security(changed(CONFIG, changes), 34)


@settings(max_examples=100, deadline=1000)
@given(data=st.binary(max_size=400))
def test_any_bytes(data):
    for read in (ApkArchive, Resources, read_manifest, read_bundle_manifest):
        with contextlib.suppress(ParseError):
            read(data)
