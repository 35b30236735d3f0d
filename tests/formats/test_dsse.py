from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.dsse import Envelope, Signed, decode, encode, pae
from scanner.formats.signing_keys import read_public

MADE = Envelope(
    payload_type="text/plain",
    payload=b"hello",
    signatures=(Signed(keyid="SHA256:abc", sig=b"\1\2"),),
)
LINE = (
    b'{"payload":"aGVsbG8=","payloadType":"text/plain",'
    b'"signatures":[{"keyid":"SHA256:abc","sig":"AQI="}]}\n'
)
# The example of protocol.md: its key, and its signature as the two numbers one after the other.
X = 46950820868899156662930047687818585632848591499744589407958293238635476079160
Y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
SIGNATURE = base64.b64decode(
    "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
)


def test_what_is_signed_is_that_of_the_specification():
    signed = pae("http://example.com/HelloWorld", b"hello world")

    assert b"DSSEv1 29 http://example.com/HelloWorld 11 hello world" == signed


def test_the_signature_of_the_specification_is_valid():
    point = ec.EllipticCurvePublicNumbers(X, Y, ec.SECP256R1()).public_key()
    key = read_public(
        point.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    made = encode_dss_signature(int.from_bytes(SIGNATURE[:32]), int.from_bytes(SIGNATURE[32:]))

    assert key.verifies(made, pae("http://example.com/HelloWorld", b"hello world"))
    assert not key.verifies(made, pae("http://example.com/HelloWorld", b"hello worlD"))


def test_an_envelope_is_one_line():
    assert LINE == encode(MADE)
    assert MADE == decode(LINE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        LINE[:-1],
        LINE + b"\n",
        b" " + LINE,
        LINE.replace(b"aGVsbG8=", b""),
        LINE.replace(b"aGVsbG8=", b"aGVsbG9="),  # other bits that decode alike
        LINE.replace(b"aGVsbG8=", b"aGVsbG8"),
        LINE.replace(b"AQI=", b"A-I="),
        LINE.replace(b'"sig"', b'"sign"'),
        LINE.replace(b'"keyid":"SHA256:abc",', b""),
        LINE.replace(b'{"payload"', b'{"a":1,"payload"'),
        LINE.replace(b'"text/plain"', b"5"),
        b'{"payload":"aGVsbG8=","payloadType":"text/plain","signatures":{}}\n',
        b"[]\n",
        b"x" * (4 * 2**20 + 2) + b"\n",
        encode(Envelope(payload_type="a", payload=b"x" * (2 * 2**20 + 1), signatures=())),
        encode(Envelope(payload_type="a", payload=b"x", signatures=MADE.signatures * 17)),
    ],
    ids=range(17),
)
def test_no_envelope(data):
    with pytest.raises(ParseError, match="expected"):
        decode(data)


@given(place=st.integers(0, len(LINE) - 1), flip=st.integers(1, 255))
def test_a_changed_byte_is_seen_or_changes_what_is_read(place, flip):
    data = bytearray(LINE)
    data[place] ^= flip
    try:
        read = decode(bytes(data))
    except ParseError:
        return

    assert MADE != read
    assert bytes(data) == encode(read)
