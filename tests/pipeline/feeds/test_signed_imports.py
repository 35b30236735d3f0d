from __future__ import annotations

import pytest

from scanner.errors import RuleError, UsageError
from scanner.pipeline.feeds import stored_feeds
from scanner.pipeline.feeds.importing import import_feed
from scanner.pipeline.feeds.receive import Terms
from tests.formats.signing import Signer, SshSigner
from tests.pipeline.feeds.made import LATER, bundle, states, values

pytestmark = pytest.mark.usefixtures("store")

SIGNER = Signer(b"1" * 32)
ONE = bundle("one.example.com")
TWO = bundle("one.example.com", "two.example.com", modified=LATER)


def signed(write, data, name="feed.stix2", signer=SIGNER, **more):
    write(f"{name}.minisig", signer.sign(data, **more))
    return write(name, data)


def test_a_signed_feed(write):
    states(signed(write, ONE), Terms(id="", public_key=SIGNER.public_key))
    (feed,) = stored_feeds()

    assert "valid" == feed.signature


def test_a_signature_without_a_key_to_check_it_with(write):
    states(signed(write, ONE))
    (feed,) = stored_feeds()

    assert "unknown_key" == feed.signature


def test_a_missing_signature_is_refused(write):
    with pytest.raises(RuleError, match="signature: missing"):
        states(write("feed.stix2", ONE), Terms(id="", public_key=SIGNER.public_key))

    assert () == stored_feeds()


def test_a_forged_signature_is_refused_and_what_is_there_stays(write):
    states(signed(write, ONE), Terms(id="", public_key=SIGNER.public_key))
    write("feed.stix2", TWO)  # below the signature of the first

    with pytest.raises(RuleError, match="not what was signed"):
        states(write("feed.stix2", TWO), Terms(id="", public_key=SIGNER.public_key))

    assert ["one.example.com"] == values(*stored_feeds())


def test_what_was_signed_once_must_be_signed_again(write):
    states(signed(write, ONE), Terms(id="", public_key=SIGNER.public_key))
    path = signed(write, TWO, signer=Signer(b"2" * 32, key_id=b"otherkey"))

    with pytest.raises(RuleError, match="made with another key"):
        states(path)
    with pytest.raises(RuleError, match="not the key of the version that is there"):
        states(path, Terms(id="", public_key=Signer(b"2" * 32).public_key))
    path.with_name("feed.stix2.minisig").unlink()
    with pytest.raises(RuleError, match="signature: missing"):
        states(path)

    assert [("feed", "updated")] == states(signed(write, TWO))


def test_an_older_signature_is_a_rollback(write):
    key = Terms(id="", public_key=SIGNER.public_key)
    states(signed(write, b"one.example.com\n", "feed.txt", comment="timestamp:1700000002"), key)

    with pytest.raises(RuleError, match="older than the one there"):
        states(signed(write, b"two.example.com\n", "feed.txt", comment="timestamp:1700000001"), key)
    with pytest.raises(RuleError, match="states no date"):
        states(signed(write, b"two.example.com\n", "feed.txt", comment="x"), key)


def test_a_signature_that_is_named(write):
    path, signature = write("feed.stix2", ONE), write("elsewhere", SIGNER.sign(ONE))
    key = Terms(id="", public_key=SIGNER.public_key)

    assert ["new"] == [each.state for each in import_feed(path, key, signature=signature)]
    with pytest.raises(RuleError, match="No such file"):
        list(import_feed(path, key, signature=path.with_name("none")))
    with pytest.raises(RuleError, match="Is a directory"):
        list(import_feed(path, key, signature=path.parent))
    with pytest.raises(UsageError, match="a signature is of one file"):
        list(import_feed(path.parent, key, signature=signature))


def test_a_key_of_ssh(write):
    signer = SshSigner(b"1" * 32)
    key = Terms(id="", public_key=signer.public_key)
    path = write("feed.stix2", ONE)
    write("feed.stix2.sig", signer.sign(ONE))

    assert [("feed", "new")] == states(path, key)
    assert ["valid"] == [feed.signature for feed in stored_feeds()]
    with pytest.raises(RuleError, match="not what was signed"):
        states(write("feed.stix2", TWO), key)


def test_a_signature_that_is_none(write):
    path = write("feed.stix2", ONE)
    write("feed.stix2.minisig", b"hello")

    with pytest.raises(RuleError, match="a signature of minisign expected"):
        states(path, Terms(id="", public_key=SIGNER.public_key))
