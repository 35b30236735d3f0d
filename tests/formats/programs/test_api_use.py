"""The closed set of capabilities."""

from __future__ import annotations

import re

import pytest

from scanner.formats.programs.api_use import api, capabilities, class_name, descriptor, of_providers

NAMES = sorted(capabilities())
WRITTEN = [
    (name, text)
    for name, one in capabilities().items()
    for text in (*one.methods, *one.fields, *one.extends)
]


def test_the_set_is_in_the_order_of_names():
    assert NAMES == list(capabilities())


@pytest.mark.parametrize("name", NAMES)
def test_each_says_in_one_sentence_what_it_allows_and_has_a_sign(name):
    one = capabilities()[name]

    assert re.fullmatch(r"It can [^.]+\.", one.means)
    assert one.methods or one.fields or one.extends or one.providers


@pytest.mark.parametrize(("name", "text"), WRITTEN)
def test_names_are_those_of_classes_and_their_members(name, text):
    package, _, rest = text.rpartition(".")

    assert re.fullmatch(r"(?:[a-z][a-z0-9]*\.)+[A-Z][A-Za-z0-9$]*(?:\.[\w<>]+)?", text), name
    assert package
    assert rest


def test_no_sign_is_stated_twice_in_one_capability():
    for one in capabilities().values():
        signs = (*one.methods, *one.fields, *one.extends, *one.providers)

        assert len(set(signs)) == len(signs)


def test_signs_are_found_by_class_and_member():
    known = api().classes[b"Landroid/telephony/SmsManager;"]

    assert ("sms_send",) == known.methods[b"sendTextMessage"]
    assert ("vpn",) == api().classes[b"Landroid/net/VpnService;"].extends


def test_providers_tell_capabilities_by_their_authority():
    assert {"sms_read", "contacts"} == of_providers(["sms", "com.android.contacts", "com.example"])


def test_names_of_classes_are_read_as_they_are_written():
    assert b"Lcom/example/Main$Inner;" == descriptor("com.example.Main$Inner")
    assert "com.example.Main$Inner" == class_name(b"Lcom/example/Main$Inner;")
