"""No bytes of a profile may crash a parser, or read as signed by somebody known."""

from __future__ import annotations

import contextlib
import plistlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scanner.artifacts.ios import configuration_profile, provisioning
from scanner.errors import ParseError
from scanner.formats.servers import server_of
from scanner.model.entities import Entity
from scanner.model.evidence import BytesFile
from scanner.model.requests import ProfileFile
from tests.sources.recorded.collected import FIXTURES

QUIET = settings(max_examples=60, deadline=None)
FILES = [path.read_bytes() for path in sorted((FIXTURES / "profiles").iterdir())]
PARSERS = [
    (configuration_profile.parse, ProfileFile(form="configuration")),
    (provisioning.parse, ProfileFile(form="provisioning")),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=20)
    | st.binary(max_size=20)
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["URL", "ServerURL", "apns", "DNSProtocol", "x"]), inner)
    ),
    max_leaves=8,
)
KINDS = (
    "Profile Service",
    "com.apple.mdm",
    "com.apple.vpn.managed",
    "com.apple.proxy.http.global",
    "com.apple.dnsSettings.managed",
    "com.apple.webcontent-filter",
    "com.apple.relay.managed",
    "com.apple.wifi.managed",
    "com.apple.security.scep",
    "com.apple.mail.managed",
    "com.apple.webClip.managed",
    "com.apple.applicationaccess",
    "com.apple.notificationsettings",
    "com.apple.apn.managed",
    "com.apple.extensiblesso",
)
KEYS = (
    "PayloadContent",
    "PayloadIdentifier",
    "PayloadDisplayName",
    "ServerURL",
    "AccessRights",
    "VPNType",
    "VPN",
    "AlwaysOn",
    "Proxies",
    "ProxyType",
    "ProxyServerPort",
    "DNSSettings",
    "Relays",
    "URL",
    "URLs",
    "NotificationSettings",
    "DefaultsData",
    "blockedAppBundleIDs",
    "EmailAccountType",
)


@pytest.mark.parametrize(("parse", "request_"), PARSERS)
@QUIET
@given(
    data=st.sampled_from(FILES),
    changes=st.lists(
        st.tuples(st.integers(0, 4000), st.binary(max_size=8), st.integers(0, 8)), max_size=4
    ),
    end=st.integers(1, 6000),
)
def test_a_damaged_file(parse, request_, data, changes, end):
    for at, new, taken in changes:
        data = data[:at] + new + data[at + taken :]
    found = []
    with contextlib.suppress(ParseError):
        found.extend(parse(BytesFile(request_, data[:end])))

    assert all(isinstance(each, Entity) for each in found)
    assert not any(getattr(each, "chain", None) in {"apple", "public"} for each in found)


@QUIET
@example(kind="com.apple.mdm", fields={"AccessRights": []})
@given(kind=st.sampled_from(KINDS), fields=st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_payloads_of_any_shape(kind, fields):
    payload = {key: value for key, value in fields.items() if value is not None}
    content = {
        "PayloadType": "Configuration",
        "PayloadIdentifier": "com.example",
        "PayloadContent": [payload | {"PayloadType": kind}],
    }
    try:
        data = plistlib.dumps(content, fmt=plistlib.FMT_BINARY)
    except (TypeError, OverflowError, ValueError):
        return
    parse, request = PARSERS[0]
    found = []
    with contextlib.suppress(ParseError):  # said last, of a payload that is not read whole
        found.extend(parse(BytesFile(request, data)))

    assert kind == found[1].payload_type


@QUIET
@given(st.text(st.sampled_from("a:/@[]%.1 \t#?&"), max_size=40))
def test_servers_of_any_shape(text):
    found = server_of(text)

    assert found is None or ("@" not in found.host and not found.host.isspace())
