from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scanner.pipeline.feeds.sources import Source
from scanner.pipeline.feeds.updating import Updating, update
from tests.pipeline.feeds.made import bundle, serving

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def certificate(tmp_path):
    """A certificate of loopback, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.mark.parametrize("trusted", [True, False])
def test_a_server_must_prove_who_it_is(certificate, monkeypatch, trusted):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(context) as server:
        url = server.give("/feed.stix2", bundle("one.example.com"))
        (outcome,) = update([Source(id="feed", url=url)])

    assert url.startswith("https://")
    if trusted:
        assert "new" == outcome.state
    else:
        assert "unreachable" == outcome.state
        assert "certificate verify failed" in (outcome.reason or "")


def test_a_server_that_does_not_shake_hands_is_left():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/x"
        began = time.monotonic()
        (outcome,) = update([Source(id="feed", url=url)], Updating(seconds=1))

    assert "unreachable" == outcome.state
    assert time.monotonic() - began < 10


def test_https_does_not_lead_to_http(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def answer(request):
        request.send_response(301)
        request.send_header("Location", "http://feeds.example.org/feed.stix2")
        request.end_headers()

    with serving(context) as server:
        source = Source(id="feed", url=server.answer("/x", answer))
        (outcome,) = update([source], Updating(allow_http=True))

    assert "refused" == outcome.state
