"""The programs of a whole app, and what they tell together."""

from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from fixtures.building.archive import DEFLATED, Entry, archive
from fixtures.building.dex import Class, Dex, dex
from fixtures.building.elf import library
from fixtures.building.keys import signer
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.programs.app_code import AppCode, Program, UnreadMember

FIRST = dex(
    Dex(
        classes=(Class(name="com.example.A", calls=("java.lang.Runtime.exec",)),),
        strings=("https://a.example.com/",),
    )
)
SECOND = dex(Dex(methods=("android.telephony.SmsManager.sendTextMessage",)))
LIBRARY = library(text=["https://b.example.com/"], append="UPX!")
CERTIFICATE = load_der_x509_certificate(signer("publisher").certificate)


def read(*entries):
    code = AppCode(ApkArchive(archive(list(entries))))
    return list(code.programs()), code.summary()


def test_every_program_is_read_and_the_summary_is_of_all():
    programs, summary = read(
        Entry(name="classes.dex", data=FIRST, method=DEFLATED),
        Entry(name="assets/more.bin", data=SECOND, method=DEFLATED),
        Entry(name="lib/arm64-v8a/libjiagu.so", data=LIBRARY),
        Entry(name="res/a.txt", data=b"text " * 100),
    )

    assert [
        ("classes.dex", "dex", False),
        ("assets/more.bin", "dex", True),
        ("lib/arm64-v8a/libjiagu.so", "elf", False),
    ] == [(one.path, one.format, one.embedded) for one in programs]
    assert [sha256(data).hexdigest() for data in (FIRST, SECOND, LIBRARY)] == [
        one.sha256 for one in programs
    ]
    assert ("runtime_exec", "sms_send") == summary.capabilities
    assert ("jiagu", "upx") == summary.packers
    assert ("https://a.example.com/", "https://b.example.com/") == summary.urls
    assert ("a.example.com", "b.example.com") == summary.domains
    assert ["assets/more.bin"] == [one.path for one in summary.embedded]


def test_a_program_that_cannot_be_read_is_named_and_the_rest_is_read():
    programs, summary = read(
        Entry(name="classes.dex", data=b"dex\n035\0" + bytes(20)),
        Entry(name="lib/x86/libexample.so", data=b"\x7fELF" + bytes(20)),
        Entry(name="assets/a", data=b"a" * 100, method=DEFLATED, raw=b"\xff" * 50),
        Entry(name="classes2.dex", data=SECOND),
    )

    assert [UnreadMember, UnreadMember, UnreadMember, Program] == [*map(type, programs)]
    assert {"parse_error"} == {one.reason for one in programs[:3]}
    assert ("sms_send",) == summary.capabilities


def test_an_app_without_code():
    programs, summary = read(Entry(name="AndroidManifest.xml", data=bytes(100)))

    assert [] == programs
    assert ((), (), ()) == (summary.capabilities, summary.embedded, summary.certificates)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("assets/ca.crt", Encoding.DER), ("res/raw/CA.PEM", Encoding.PEM), ("a.cer", Encoding.DER)],
)
def test_certificates_that_it_carries(name, encoding):
    data = CERTIFICATE.public_bytes(encoding)

    _, summary = read(Entry(name=name, data=data, method=DEFLATED))

    digest = sha256(CERTIFICATE.public_bytes(Encoding.DER)).hexdigest()
    assert (digest,) == summary.certificates


def test_certificates_in_a_key_store():
    der = CERTIFICATE.public_bytes(Encoding.DER)

    _, summary = read(Entry(name="assets/store.bks", data=b"\0\0\0\2" + der + b"\x30\x82\0"))

    assert (sha256(der).hexdigest(),) == summary.certificates


def test_a_signature_and_texts_of_such_a_name_hold_none():
    _, summary = read(
        Entry(name="META-INF/A.pem", data=CERTIFICATE.public_bytes(Encoding.PEM)),
        Entry(name="assets/key.pem", data=b"no certificate"),
    )

    assert () == summary.certificates


def test_pages_and_resources_are_searched_for_urls_after_the_code():
    _, summary = read(
        Entry(name="assets/www/index.js", data=b"fetch('https://c.example.com/')", method=DEFLATED),
        Entry(name="assets/licenses.html", data=b"https://d.example.com/"),
        Entry(name="META-INF/maven/pom.properties", data=b"u=https://e.example.com/"),
        Entry(name="resources.arsc", data=b"\0https://f.example.com/\0"),
        Entry(name="assets/broken.js", data=b"a" * 90, method=DEFLATED, raw=b"\xff" * 50),
        Entry(name="classes.dex", data=FIRST),
    )

    assert (
        "https://a.example.com/",
        "https://c.example.com/",
        "https://f.example.com/",
    ) == summary.urls
