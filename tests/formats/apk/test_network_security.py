"""Network security configs: what holds with one, and without."""

from __future__ import annotations

import pytest

from fixtures.building.axml import Element, document
from scanner.errors import ParseError
from scanner.formats.apk.network_security import (
    DOMAIN_LIMIT,
    NetworkSecurity,
    platform_default,
    read_network_security,
)

OURS, SYSTEM = ("certificates", {"src": "user"}), ("certificates", {"src": "system"})


def anchors(*stated: tuple[str, dict[str, str]]) -> Element:
    return Element("trust-anchors", {}, tuple(Element(*each) for each in stated))


def domain(name: str) -> Element:
    return Element("domain", {"includeSubdomains": True}, text=name)


def read(*below: Element, target: int = 34) -> NetworkSecurity:
    tree = Element("network-security-config", {}, below)
    return read_network_security(document(tree, namespace=False), target)


@pytest.mark.parametrize(
    ("target", "cleartext", "user"),
    [
        (None, True, True),
        (23, True, True),
        (24, True, False),
        (27, True, False),
        (28, False, False),
    ],
)
def test_what_the_platform_takes(target, cleartext, user):
    expected = NetworkSecurity(cleartext=cleartext, trusts_user_certificates=user)

    assert expected == platform_default(target)
    assert expected == read_network_security(document(Element("x"), namespace=False), target)


def test_what_the_manifest_says_instead():
    assert platform_default(34, cleartext=True).cleartext


@pytest.mark.parametrize(
    ("stated", "expected"),
    [(True, True), (False, False), ("true", True), ("false", False), ("what", False), (3, False)],
)
def test_traffic_without_tls(stated, expected):
    assert expected == read(Element("base-config", {"cleartextTrafficPermitted": stated})).cleartext


def test_certificates_of_the_user():
    assert read(Element("base-config", {}, (anchors(SYSTEM, OURS),))).trusts_user_certificates


def test_only_certificates_of_the_system():
    base = Element("base-config", {}, (anchors(SYSTEM),))

    assert not read(base, target=23).trusts_user_certificates


def test_certificates_of_the_user_for_one_domain():
    one = Element("domain-config", {}, (domain("example.com"), anchors(OURS)))

    assert read(one).trusts_user_certificates


def test_what_counts_while_debugging_alone():
    found = read(Element("debug-overrides", {}, (anchors(OURS),)))

    assert (False, True) == (found.trusts_user_certificates, found.debug_trusts_user_certificates)


def test_domains():
    pins = Element("pin-set", {}, (Element("pin", {"digest": "SHA-256"}, text="AAAA"),))
    inner = Element("domain-config", {}, (domain("inner.example.com"),))
    plain = {"cleartextTrafficPermitted": True}
    found = read(
        Element("domain-config", {}, (domain("Pinned.example.com "), domain("example.org"), pins)),
        Element("domain-config", plain, (domain("plain.example.com"), inner, domain(""))),
        Element("domain-config", {}, (domain("neither.example.com"),)),
    )

    assert ("pinned.example.com", "example.org") == found.pinned_domains
    assert {"plain.example.com", "inner.example.com"} == set(found.cleartext_domains)


def test_no_more_domains_than_the_limit():
    many = (domain(f"{number}.example.com") for number in range(DOMAIN_LIMIT + 5))
    found = read(Element("domain-config", {"cleartextTrafficPermitted": True}, tuple(many)))

    assert DOMAIN_LIMIT == len(found.cleartext_domains)


def test_text_outside_of_a_domain_says_nothing():
    assert () == read(Element("domain", {}, text="example.com")).cleartext_domains


def test_what_is_no_binary_xml_is_an_error():
    with pytest.raises(ParseError):
        read_network_security(b"<network-security-config/>", 34)
