import base64
import struct

import pytest

from scanner.errors import UsageError
from scanner.simulate.keys import PublicKey

# Two known primes whose product has 2048 bits: a key that anybody can sign with.
P, Q, EXPONENT = 2**1279 - 1, 2**768 + 183, 65537
PRIVATE = pow(EXPONENT, -1, (P - 1) * (Q - 1))
TOKEN = bytes(range(20))


def line(words=64):
    modulus = (P * Q).to_bytes(256, "little")
    packed = struct.pack("<II256s256sI", words, 0, modulus, bytes(256), EXPONENT)
    return base64.b64encode(packed) + b" me@here\0"


def sign(token, info="3021300906052b0e03021a05000414"):
    tail = b"\0" + bytes.fromhex(info) + token
    padded = b"\0\1" + b"\xff" * (254 - len(tail)) + tail
    return pow(int.from_bytes(padded, "big"), PRIVATE, P * Q).to_bytes(256, "big")


def test_a_signature_holds_for_its_token_only():
    key = PublicKey.parse(line())

    assert PublicKey(P * Q, EXPONENT) == key
    assert key.signed(TOKEN, sign(TOKEN))
    assert not key.signed(TOKEN[::-1], sign(TOKEN))


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        bytes(256),
        b"\xff" * 256,
        sign(TOKEN)[:-1],
        sign(TOKEN) + b"\0",
        (1).to_bytes(256, "big"),
        sign(TOKEN, info="3031300d060960864801650304020105000420"),
    ],
    ids=lambda signature: signature[:4].hex(),
)
def test_forged_signatures(signature):
    assert not PublicKey.parse(line()).signed(TOKEN, signature)


@pytest.mark.parametrize("text", [b"", b"AAAA", b"%%%", line(words=128), line()[:100]])
def test_what_is_no_key(text):
    with pytest.raises(UsageError, match="not an adb public key"):
        PublicKey.parse(text)
