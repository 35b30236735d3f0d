"""Certificates that somebody made a phone trust, from TrustStore.sqlite3.

Table `tsettings`: a row for each certificate, in DER in `data`, with what it is trusted for in
`tset`, a property list of settings. An empty list trusts it for everything; another may allow or
forbid single uses, and is not interpreted. The system's own roots do not stand here.

Sources: Security framework SecTrustStore.c, tools that add certificates to simulators.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.recorded import tables
from scanner.errors import ParseError
from scanner.formats.plists import plist_of
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Certificate
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob

_PLACES = (
    "/private/var/Keychains/TrustStore.sqlite3",
    "/private/var/protected/trustd/TrustStore.sqlite3",
    "/private/var/protected/trustd/private/TrustStore.sqlite3",
)


def parse(file: EvidenceFile) -> Iterator[Certificate]:
    """Yield each certificate; ParseError behind them where one could not be read."""
    from scanner.formats.certificates import certificate_of  # noqa: PLC0415 - few phones have one

    unreadable = False
    with file.sqlite() as connection:
        for row in tables.rows(connection, "tsettings", ("tset",), "data"):
            data = row["data"]
            try:
                if not isinstance(data, bytes):
                    raise ParseError("a certificate expected")  # noqa: TRY301 - counted as one
                read = certificate_of(data)
            except ParseError:
                unreadable = True
                continue
            yield Certificate(
                store="trust",
                user=0,
                name=read.sha256,
                active=_trusted(row.get("tset")),
                sha256=read.sha256,
                sha1=read.sha1,
                subject=read.subject,
                issuer=read.issuer,
                self_signed=read.self_signed,
                authority=read.authority,
                expires_at=read.expires_at,
            )
    if unreadable:
        raise ParseError("a certificate in each row expected")


def _trusted(settings: object) -> bool | UnsetType:
    """Return True where nothing narrows the trust; UNSET where something may."""
    if not isinstance(settings, bytes):
        return UNSET
    try:
        value = plist_of(settings)
    except ParseError:
        return UNSET
    return True if value == [] else UNSET


TRUST_STORE = Artifact(
    name="ios.trust_store",
    title="Certificates that the phone was made to trust",
    platform="ios",
    states=(Stated(Certificate, where=("store", ("trust",))),),
    readings=tuple(Reading(Glob(pattern=place), parse) for place in _PLACES),
)
