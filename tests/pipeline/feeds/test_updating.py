from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from scanner.errors import UsageError
from scanner.pipeline.feeds import stored_feeds
from scanner.pipeline.feeds.sources import Source
from scanner.pipeline.feeds.updating import Updating, chosen, update
from tests.formats.signing import Signer
from tests.pipeline.feeds.made import LATER, bundle

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


def test_a_new_feed_then_a_newer_one(server):
    url = server.give("/feed.stix2", ONE)
    first = done(url, title="Feed")
    server.give("/feed.stix2", TWO)
    second = done(url, title="Feed")
    (feed,) = stored_feeds()

    assert ("new", "updated") == (first.state, second.state)
    assert ["one.example.com", "two.example.com"] == values()
    assert ("feed", "Feed", url, "none") == (feed.id, feed.title, feed.origin, feed.signature)


def test_a_request_holds_nothing_but_the_address(server):
    done(server.give("/feed.stix2", ONE))
    ((path, headers),) = server.asked

    assert "/feed.stix2" == path
    assert {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"} == set(headers)
    assert "phone-integrity-scanner" == headers["User-Agent"]


def test_the_same_bytes_are_unchanged(server):
    url = server.give("/feed.stix2", ONE)
    done(url)

    assert "unchanged" == done(url).state


def test_a_server_that_says_unchanged_sends_nothing(server, store):
    url = server.give("/feed.stix2", ONE, etag='"1"')
    done(url)
    before = store.catalogue().feeds[0].checked_at

    assert "unchanged" == done(url).state
    assert ['"1"'] == [headers["If-None-Match"] for _, headers in server.asked[1:]]
    assert before < store.catalogue().feeds[0].checked_at


@pytest.mark.parametrize("change", ["file", "tlp", "address"])
def test_unchanged_is_not_asked_for_where_it_would_be_no_answer(server, store, change):
    url = server.give("/feed.stix2", ONE, etag='"1"')
    done(url)
    if change == "file":
        store.file(store.catalogue().feeds[0].newest.sha256).unlink()
    elif change == "address":
        url = server.give("/other.stix2", ONE, etag='"1"')
    outcome = done(url, tlp="red" if change == "tlp" else None)

    assert "unchanged" == outcome.state
    assert "If-None-Match" not in server.asked[1][1]
    assert store.file(store.catalogue().feeds[0].newest.sha256).exists()


def test_a_server_that_claims_unchanged_from_the_first_is_not_believed(server):
    def answer(request):
        request.send_response(304)
        request.end_headers()

    assert "unreachable" == done(server.answer("/x", answer)).state
    assert () == stored_feeds()


def test_a_rollback_is_refused_and_the_newer_version_stays(server):
    url = server.give("/feed.stix2", TWO)
    done(url)
    server.give("/feed.stix2", ONE)
    outcome = done(url)

    assert "refused" == outcome.state
    assert "older than the one there" in outcome.reason
    assert ["one.example.com", "two.example.com"] == values()
    assert "updated" == done(url, Updating(allow_older=True)).state


def test_an_endless_stream_is_cut_at_the_limit(server, store):
    sent = []

    def answer(request):
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"x" * 65536)
            sent.append(65536)

    outcome = done(server.answer("/x", answer), max_bytes=1_000_000)

    assert "refused" == outcome.state
    assert "larger than 1000000 bytes" in outcome.reason
    assert sum(sent) < 100_000_000
    assert [] == [path for path in store.folder.iterdir() if path.name != ".lock"]


def test_an_announced_size_over_the_limit_is_not_fetched(server):
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", "1000001")
        request.end_headers()

    outcome = done(server.answer("/x", answer), max_bytes=1_000_000)

    assert "refused" == outcome.state


@pytest.mark.parametrize("phase", ["nothing", "status", "headers", "body"])
def test_a_slow_server_is_left(server, phase):
    def answer(request):
        send = request.connection.sendall
        if phase in {"headers", "body"}:
            send(b"HTTP/1.1 200 OK\r\n")
        if phase == "body":
            send(b"\r\n")
        while True:
            if phase != "nothing":
                send(b"H" if phase == "status" else b"a: b\r\n")
            elif not request.connection.recv(1):
                return
            time.sleep(0.05)

    began = time.monotonic()
    outcome = done(server.answer("/x", answer), SOON)

    assert "unreachable" == outcome.state
    assert "took longer than 1 seconds" in outcome.reason or "timed out" in outcome.reason
    assert time.monotonic() - began < 10


def moved(to):
    def answer(request):
        request.send_response(302)
        request.send_header("Location", to)
        request.end_headers()
        request.wfile.write(b"x" * 100)

    return answer


def test_a_redirection_is_followed(server):
    server.give("/there.stix2", ONE)

    assert "new" == done(server.answer("/here", moved("/there.stix2"))).state


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/hostname",
        "ftp://feeds.example.org/x",
        "data:text/plain,x",
        "http://feeds.example.org/x",
        "javascript:1",
        "https://[/",
        "https:///x",
    ],
)
def test_a_redirection_to_another_kind_of_address_is_refused(server, to):
    outcome = done(server.answer("/here", moved(to)))

    assert "refused" == outcome.state or to == "https://[/"
    assert "unreachable" == outcome.state or to != "https://[/"
    assert () == stored_feeds()


def test_redirections_end(server):
    outcome = done(server.answer("/here", moved("/here")))

    assert "more than 5 redirections" in outcome.reason


def test_an_endless_redirection_body_is_not_read(server):
    def answer(request):
        moved("/there.stix2")(request)
        while True:
            request.wfile.write(b"x" * 65536)

    server.give("/there.stix2", ONE)

    assert "new" == done(server.answer("/here", answer)).state


def test_a_truncated_answer_is_not_taken(server):
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(ONE) + 1))
        request.end_headers()
        request.wfile.write(ONE)

    outcome = done(server.answer("/x", answer))

    assert "unreachable" == outcome.state
    assert f"ended after {len(ONE)} of {len(ONE) + 1} bytes" in outcome.reason


def test_a_truncated_chunk_is_not_taken(server):
    def answer(request):
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        request.wfile.write(b"%x\r\n%s\r\n" % (len(ONE), ONE))

    assert "unreachable" == done(server.answer("/x", answer)).state


def test_a_truncated_feed_is_refused(server):
    outcome = done(server.give("/feed.stix2", ONE[:-10]))

    assert "refused" == outcome.state
    assert outcome.reason.startswith(server.url("/feed.stix2"))


def test_a_packed_answer_is_not_taken(server):
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Content-Length", "0")
        request.end_headers()

    assert "unreachable" == done(server.answer("/x", answer)).state


@pytest.mark.parametrize("status", [204, 206, 401, 404, 500])
def test_another_status_is_no_feed(server, status):
    def answer(request):
        request.send_response(status)
        request.send_header("Content-Length", "0")
        request.end_headers()

    outcome = done(server.answer("/x", answer))

    assert ("unreachable", True) == (outcome.state, str(status) in outcome.reason)


def test_garbage_instead_of_an_answer(server):
    outcome = done(server.answer("/x", lambda request: request.connection.sendall(b"\0" * 99)))

    assert "unreachable" == outcome.state


def test_nobody_answers():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/x"
    outcome = done(url)

    assert ("unreachable", True) == (outcome.state, "refused" in outcome.reason)


def test_http_is_refused_elsewhere_than_on_this_computer():
    outcome = done("http://feeds.example.org/x")

    assert ("refused", True) == (outcome.state, "http, where anybody" in outcome.reason)


def test_offline_opens_no_connection(server, tmp_path):
    (tmp_path / "own.txt").write_bytes(b"own.example.com\n")
    sources = [
        Source(id="feed", url=server.give("/feed.stix2", ONE)),
        Source(id="own", path=tmp_path / "own.txt"),
    ]
    states = [each.state for each in update(sources, Updating(offline=True))]

    assert ["offline", "new"] == states
    assert [] == server.asked


def test_a_source_is_left_until_it_is_due(server):
    url = server.give("/feed.stix2", ONE)

    assert "new" == done(url, refresh_days=1).state
    assert "fresh" == done(url, refresh_days=1).state
    assert "unchanged" == done(url, Updating(now=True), refresh_days=1).state
    assert 2 == len(server.asked)


def test_one_that_fails_stops_no_other(server, tmp_path):
    sources = [
        Source(id="a", url=server.url("/none")),
        Source(id="b", url=server.give("/broken.stix2", ONE[:-9])),
        Source(id="c", path=tmp_path / "none.txt"),
        Source(id="d", url=server.give("/feed.stix2", ONE)),
    ]

    assert ["unreachable", "refused", "unreachable", "new"] == [
        each.state for each in update(sources)
    ]


def test_a_folder_as_a_source(tmp_path):
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"a.example.com\n")
    (folder / "b.txt").write_bytes(b"b.example.com\n")
    source = Source(id="own", path=folder)

    assert [("own-a", "new"), ("own-b", "new")] == [
        (each.id, each.state) for each in update([source])
    ]


def test_a_source_that_is_not_declared():
    sources = (Source(id="a", path=Path("a")), Source(id="b", path=Path("b")))

    assert sources == chosen(sources, ())
    assert sources[1:] == chosen(sources, ("b",))
    with pytest.raises(UsageError, match="no source 'c' is declared"):
        chosen(sources, ("a", "c"))


def test_a_proxy_is_not_asked_for_this_computer(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:9")
    monkeypatch.delenv("no_proxy", raising=False)

    assert "new" == done(server.give("/feed.stix2", ONE)).state


def test_a_proxy_of_the_environment_is_asked_for_others(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.delenv("no_proxy", raising=False)
    server.give("http://feeds.example.org/x.stix2", ONE)

    assert "new" == done("http://feeds.example.org/x.stix2", Updating(allow_http=True)).state
    assert os.environ["http_proxy"] == server.address
