"""Sinks from what a person writes: addresses, a command, the file with a secret."""

from __future__ import annotations

import base64
import binascii
import shlex
import shutil
import ssl
from pathlib import Path
from typing import cast, get_args
from urllib.parse import SplitResult, urlsplit

from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.model.findings import Level
from scanner.sinks.command import Command
from scanner.sinks.connection import is_this_computer
from scanner.sinks.lines import FileLines, Lines
from scanner.sinks.syslog import Syslog, Transport
from scanner.sinks.webhook import Webhook

_SECRET = (16, 4096)  # bytes
_PORTS = {"udp": 514, "tcp": 601, "tls": 6514}
_FORMS = "write udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT"
_MAKE = """make one: (umask 077; printf 'whsec_%s' "$(openssl rand -base64 32)" > FILE)"""


def webhook_of(
    url: str,
    *,
    secret_file: Path | None,
    origin: str,
    insecure: bool = False,
    ca: Path | None = None,
    seconds: float = 30.0,
) -> Webhook:
    """Return a webhook. UsageError, which never repeats the address: it may hold a secret.

    `origin` is the first part of every `webhook-id`: letters and digits that no other store has.
    `insecure` allows http beyond this computer; `ca` is a PEM file of the authorities to trust;
    `seconds` bounds one try.
    """
    parts = _address(url)
    if not (origin.isascii() and origin.isalnum()):
        raise UsageError("the origin of a webhook's ids must be letters and digits")
    if parts.scheme == "http" and not (insecure or is_this_computer(parts.hostname or "")):
        raise UsageError(
            f"the webhook at {parts.hostname}: http, where anybody on the way reads the events",
            remedy="use https; --insecure-webhook allows http where there is no other",
        )
    if secret_file is None:
        raise UsageError("a webhook needs --webhook-secret-file", remedy=_MAKE)
    context = _context(ca) if parts.scheme == "https" else None
    secret = _secret(secret_file)
    return Webhook(parts, secret, origin=origin, context=context, seconds=seconds)


def syslog_of(address: str, *, ca: Path | None = None, seconds: float = 15.0) -> Syslog:
    """Return a receiver: `udp://`, `tcp://`, `tls://`, or HOST[:PORT] for UDP. UsageError."""
    shown = safe_text(address)
    try:
        parts = urlsplit(address if "://" in address else f"udp://{address}")
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{shown}: {error}", remedy=_FORMS) from error
    if parts.scheme not in get_args(Transport):
        raise UsageError(f"{shown}: no transport of syslog", remedy=_FORMS)
    beyond = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if not parts.hostname or not address.isprintable() or beyond or port == 0:
        raise UsageError(f"{shown}: no receiver of syslog", remedy=_FORMS)
    transport = cast("Transport", parts.scheme)
    context = _context(ca) if transport == "tls" else None
    port = port or _PORTS[transport]
    return Syslog(transport, parts.hostname, port, context=context, seconds=seconds)


def command_of(line: str, *, least: Level = "informational", seconds: float = 30.0) -> Command:
    """Return a command from words that are quoted as for a shell; there is none. UsageError.

    `least` is the lowest level of a finding that starts it; `seconds` bounds one run.
    """
    try:
        argv = shlex.split(line)
    except ValueError as error:
        raise UsageError(
            f"--on-finding: {error}", remedy="close every quotation mark of the command"
        ) from error
    if not argv or not argv[0] or "\0" in line:
        raise UsageError("--on-finding: no command", remedy="name a program and its arguments")
    if shutil.which(argv[0]) is None:
        raise UsageError(
            f"--on-finding: {safe_text(argv[0])}: no program of that name can be run",
            remedy="there is no shell: name a program, and put pipes into a script of your own",
        )
    return Command(argv, least=least, seconds=seconds)


def lines_of(path: Path) -> FileLines:
    """Return a file that lines are appended to. UsageError where none can be of that name."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(
            f"{safe_text(str(path))}: no file of that name can be written",
            remedy="name a file in a folder that there is",
        )
    return Lines.at(path.absolute())


def _address(url: str) -> SplitResult:
    remedy = "write https://HOST/PATH, in ASCII and without blanks"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError("the webhook's address is none", remedy=remedy) from None
    plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain or port == 0:
        raise UsageError("the webhook's address is none of http or https", remedy=remedy)
    return parts._replace(fragment="")


def _secret(path: Path) -> bytes:
    """Read a secret: the text of one line, or what stands in Base64 behind `whsec_`."""
    least, most = _SECRET
    try:
        with path.open("rb") as file:
            text = file.read(most + 1).strip()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", remedy=_MAKE) from error
    if text.startswith(b"whsec_"):
        try:
            text = base64.b64decode(text.removeprefix(b"whsec_"), validate=True)
        except binascii.Error:
            raise UsageError(f"{path}: no Base64 after whsec_", remedy=_MAKE) from None
    if not least <= len(text) <= most:
        raise UsageError(f"{path}: a secret has {least} to {most} bytes", remedy=_MAKE)
    return text


def _context(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if ca is None else str(ca))
    except OSError as error:  # an error of TLS is one, too
        reason = error.strerror or "no certificates"
        raise UsageError(
            f"{ca}: {reason}", remedy="name a PEM file of certificates of authorities"
        ) from error
