from __future__ import annotations

from base64 import b64encode

import pytest

from scanner.pipeline.feeds import stored_feeds
from scanner.pipeline.feeds.importing import remove
from scanner.pipeline.feeds.sources import Source
from scanner.pipeline.feeds.updating import Updating, update
from tests.formats.signing import Signer, SshSigner
from tests.pipeline.feeds.made import LATER, bundle, serving

pytestmark = pytest.mark.usefixtures("store")

SIGNER = Signer(b"1" * 32)
ONE = bundle("one.example.com")
TWO = bundle("one.example.com", "two.example.com", modified=LATER)
SOON = Updating(seconds=1)


def done(url, allowed=None, **more):
    """Update from one address; return what became of it."""
    (outcome,) = update([Source(id="feed", url=url, **more)], allowed)
    return outcome


def values():
    return sorted(each.value for feed in stored_feeds() for each in feed.indicators)


def moved(to):
    def answer(request):
        request.send_response(302)
        request.send_header("Location", to)
        request.end_headers()
        request.wfile.write(b"x" * 100)

    return answer


def test_a_password_goes_to_its_server_and_nowhere_else(server):
    with serving() as other:
        other.give("/there.stix2", ONE)
        server.answer("/here", moved(other.url("/there.stix2")))
        url = server.url("/here?key=s3cret").replace("http://", "http://user:p%40ss@")
        server.answers["/here?key=s3cret"] = server.answers["/here"]
        outcome = done(url)
        (feed,) = stored_feeds()

        assert "new" == outcome.state
        assert server.url("/here") == feed.origin
        expected = b64encode(b"user:p@ss").decode()
        assert f"Basic {expected}" == server.asked[0][1]["Authorization"]
        assert "Authorization" not in other.asked[0][1]


def test_a_secret_stands_in_no_message_and_not_in_the_store(server, store):
    url = server.url("/none?key=s3cret").replace("http://", "http://user:p4ss@")
    outcome = done(url)
    server.give("/none?key=s3cret", ONE, etag='"1"')
    done(url)

    assert "unreachable" == outcome.state
    for text in (outcome.reason, (store.folder / "feeds.json").read_text()):
        assert "s3cret" not in text
        assert "p4ss" not in text


def test_a_signed_feed(server):
    url = server.give("/feed.stix2", ONE)
    server.give("/feed.stix2.minisig", SIGNER.sign(ONE))

    assert "new" == done(url, public_key=SIGNER.public_key).state
    assert ["valid"] == [feed.signature for feed in stored_feeds()]


def test_a_feed_that_is_signed_with_a_key_of_ssh(server):
    signer = SshSigner(b"1" * 32)
    url = server.give("/feed.stix2", ONE)
    server.give("/feed.stix2.sig", signer.sign(ONE))

    assert "new" == done(url, public_key=signer.public_key).state
    assert ["valid"] == [feed.signature for feed in stored_feeds()]


def test_a_signature_at_another_address(server):
    url = server.give("/feed.stix2", ONE)
    server.give("/signatures/feed", SIGNER.sign(ONE))

    assert "new" == done(url, public_key=SIGNER.public_key, signature="signatures/feed").state


@pytest.mark.parametrize(
    ("signature", "state"),
    [
        (None, "unreachable"),
        (b"hello", "refused"),
        (SIGNER.sign(TWO), "refused"),
        (Signer(b"2" * 32).sign(ONE), "refused"),
        (b"x" * 10_000, "refused"),
    ],
)
def test_no_or_a_wrong_signature(server, signature, state):
    url = server.give("/feed.stix2", ONE)
    if signature is not None:
        server.give("/feed.stix2.minisig", signature)

    assert state == done(url, public_key=SIGNER.public_key).state
    assert () == stored_feeds()


def test_a_key_that_was_declared_once_is_still_asked_for_when_its_source_forgets_it(server):
    url = server.give("/feed.stix2", ONE, etag='"1"')
    server.give("/feed.stix2.minisig", SIGNER.sign(ONE))
    done(url, public_key=SIGNER.public_key)
    server.give("/feed.stix2", TWO, etag='"2"')

    assert "refused" == done(url).state
    remove("feed")
    assert "new" == done(url).state
