from __future__ import annotations

import base64
import io

import pytest

from scanner.errors import UsageError
from scanner.sinks import Lines, Sink, Syslog, command_of, syslog_of, webhook_of
from tests.sinks.made import START, Receiver, certificate, event


@pytest.mark.parametrize(
    "url",
    [
        "hooks.example.org/hidden",
        "ftp://hooks.example.org/hidden",
        "https:///hidden",
        "https://hooks.example.org:port/hidden",
        "https://hooks.example.org:99999/hidden",
        "https://hooks.example.org:0/hidden",
        "https://[2001:db8::1/hidden",
        "https://hooks.example.org/hidden\n",
        "https://hooks.example.org/hid den",
        "https://hööks.example.org/hidden",
        "http://hooks.example.org/hidden",
        "http://192.0.2.7/hidden",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(secret_file, url):
    with pytest.raises(UsageError) as raised:
        webhook_of(url, secret_file=secret_file, origin="0a1b")

    assert raised.value.remedy
    assert "hidden" not in f"{raised.value} {raised.value.remedy}"


@pytest.mark.parametrize(
    ("url", "insecure", "name"),
    [
        ("https://hooks.example.org/x", False, "webhook https://hooks.example.org"),
        (
            "https://user:pass@hooks.example.org:8443/x",
            False,
            "webhook https://hooks.example.org:8443",
        ),
        ("http://localhost:8080/", False, "webhook http://localhost:8080"),
        ("http://[::1]:8080/", False, "webhook http://[::1]:8080"),
        ("http://hooks.example.org", True, "webhook http://hooks.example.org"),
    ],
)
def test_addresses_of_webhooks(secret_file, url, insecure, name):
    sink = webhook_of(url, secret_file=secret_file, origin="0a1b", insecure=insecure)

    assert name == sink.name


def test_a_key_stays_the_same_and_tells_addresses_apart(secret_file):
    first, again, other = (
        webhook_of(f"https://hooks.example.org/{path}", secret_file=secret_file, origin="0a1b").key
        for path in ("a", "a", "b")
    )

    assert first == again
    assert first != other


def test_a_webhook_needs_a_secret():
    with pytest.raises(UsageError, match="--webhook-secret-file") as raised:
        webhook_of("https://hooks.example.org/", secret_file=None, origin="0a1b")

    assert "openssl rand" in raised.value.remedy


@pytest.mark.parametrize("origin", ["", "a.b", "a\r\nb", "ä"])
def test_an_origin_is_letters_and_digits(secret_file, origin):
    with pytest.raises(UsageError, match="letters and digits"):
        webhook_of("https://hooks.example.org/", secret_file=secret_file, origin=origin)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "16 to 4096 bytes"),
        (b"hidden-password", "16 to 4096 bytes"),
        (b"whsec_" + base64.b64encode(b"hidden"), "16 to 4096 bytes"),
        (b"whsec_hidden!!" * 9, "no Base64 after whsec_"),
        (b"hidden" * 1000, "16 to 4096 bytes"),
        (None, "No such file"),
    ],
)
def test_a_file_without_a_good_secret_is_refused(tmp_path, content, reason):
    path = tmp_path / "webhook.secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=reason) as raised:
        webhook_of("https://hooks.example.org/", secret_file=path, origin="0a1b")

    assert raised.value.remedy
    assert "hidden" not in str(raised.value)


def test_a_secret_may_be_a_line_of_text_and_is_never_shown(tmp_path):
    path = tmp_path / "webhook.secret"
    path.write_text("hidden words of one line\n")
    with Receiver() as receiver:
        sink = webhook_of(receiver.url, secret_file=path, origin="0a1b")
        sink.send(event(), START)

    assert 1 == len(receiver.posted)
    assert "hidden" not in repr(sink)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("udp://logs.example.org", "syslog udp://logs.example.org:514"),
        ("tcp://logs.example.org", "syslog tcp://logs.example.org:601"),
        ("tls://logs.example.org", "syslog tls://logs.example.org:6514"),
        ("tls://logs.example.org:10514/", "syslog tls://logs.example.org:10514"),
        ("192.0.2.7:1514", "syslog udp://192.0.2.7:1514"),
        ("logs.example.org", "syslog udp://logs.example.org:514"),
        ("tcp://[2001:db8::1]:601", "syslog tcp://[2001:db8::1]:601"),
    ],
)
def test_addresses_of_syslog(address, name):
    sink = syslog_of(address)

    assert isinstance(sink, Syslog)
    assert (name, f"Syslog({name!r})") == (sink.name, repr(sink))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "udp://",
        "http://logs.example.org",
        "tcp://logs.example.org:x",
        "tcp://logs.example.org:0",
        "tcp://logs.example.org/path",
        "tcp://user@logs.example.org",
        "[2001:db8::1",
        "logs\x1b.x",
    ],
)
def test_other_addresses_are_refused(address):
    with pytest.raises(UsageError) as raised:
        syslog_of(address)

    assert "write udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT" == raised.value.remedy
    assert "\x1b" not in str(raised.value)


def test_all_of_them_are_sinks_and_tell_themselves_apart(tmp_path, secret_file):
    sinks: tuple[Sink, ...] = (
        Lines(io.BytesIO()),
        Lines.at(tmp_path / "events.jsonl"),
        command_of("true"),
        syslog_of("udp://logs.example.org"),
        syslog_of("tcp://logs.example.org"),
        webhook_of("https://hooks.example.org/", secret_file=secret_file, origin="0a1b"),
    )

    for sink in sinks:
        sink.close()
    assert ["lines", "lines", "command", "syslog", "syslog", "webhook"] == [
        sink.key.partition(":")[0] for sink in sinks
    ]
    assert 6 == len({sink.key for sink in sinks})
    assert 6 == len({sink.name for sink in sinks})
    assert [True] * 6 == [sink.wants(event()) for sink in sinks]


def test_a_file_of_authorities_must_hold_some(tmp_path):
    ca, _ = certificate(tmp_path, "127.0.0.1")
    (tmp_path / "empty.pem").write_bytes(b"")
    syslog_of("tls://logs.example.org", ca=ca)

    for name in ("empty.pem", "absent.pem"):
        with pytest.raises(UsageError, match=name):
            syslog_of("tls://logs.example.org", ca=tmp_path / name)


def test_a_command_is_split_into_words_and_never_given_to_a_shell(tmp_path):
    told = tmp_path / "told"
    command_of(f"sh -c 'printf %s\\\\n \"$@\" > {told}' x 'two words' '$HOME' ; '>' y").send(
        event(), START
    )

    assert ["two words", "$HOME", ";", ">", "y"] == told.read_text().splitlines()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "no command"),
        ("   ", "no command"),
        ("'' x", "no command"),
        ("notify 'x", "No closing quotation"),
        ("scanner-no-such-program --x", "no program of that name"),
        ("/dev/null", "no program of that name"),
        ("true\0", "no command"),
    ],
)
def test_other_commands_are_refused(line, reason):
    with pytest.raises(UsageError, match=reason) as raised:
        command_of(line)

    assert raised.value.remedy
