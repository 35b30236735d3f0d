"""The verdict on the signatures of an Android app, for a range of versions of Android.

Source: AOSP tools/apksig (`ApkVerifier`), whose order of steps this follows: newer schemes first,
each stops at its errors, v1 counts only for versions that know nothing newer, and a signature of
an older scheme has to name who signed with the newer one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from scanner.errors import ParseError
from scanner.formats.apk.archive import ApkArchive, Entry
from scanner.formats.apk_signing import stamp
from scanner.formats.apk_signing.agreement import compare_schemes
from scanner.formats.apk_signing.algorithms import NEWEST, N, P
from scanner.formats.apk_signing.certificate import Certificate, record
from scanner.formats.apk_signing.contents import Contents, viewed
from scanner.formats.apk_signing.entries import HELD_LIMIT, EntryReader
from scanner.formats.apk_signing.findings import Findings, OverLimit
from scanner.formats.apk_signing.pkcs7 import certificates_named
from scanner.formats.apk_signing.sections import (
    STAMP_V1,
    STAMP_V2,
    V2,
    V3,
    V31,
    SigningBlock,
    sections_of,
    signing_block,
)
from scanner.formats.apk_signing.signers import SchemeResult
from scanner.formats.apk_signing.v1 import (
    BLOCK_ENDINGS,
    FOLDER,
    SIGNER_LIMIT,
    JarResult,
    JarVerifier,
    shown,
)
from scanner.formats.apk_signing.v2 import verify_v2
from scanner.formats.apk_signing.v3 import T, verify_v3
from scanner.formats.apk_signing.v4 import V4Result, verify_v4
from scanner.formats.buffer import Buffer
from scanner.model.entities.app_files import Signature, Signer, SigningError

ANDROID_MANIFEST = "AndroidManifest.xml"
OREO = 26
_ORDER = ("v1", "v2", "v3", "v3.1", "v4", "source_stamp")
_IDS = {"v2": 2, "v3": 3, "v3.1": 31, "v4": 4}
_UNDECIDED = frozenset(("not_read", "over_limit"))


def verify(
    archive: ApkArchive,
    *,
    min_sdk: int | None,
    target_sdk: int | None,
    asked_min_sdk: int | None = None,
    asked_max_sdk: int | None = None,
    idsig: Buffer | None = None,
    target_sandbox: int | None = None,
    manifest_read: bool = True,
) -> Signature:
    """Decide whether an app would be taken as signed; no ParseError, whatever the bytes are.

    `min_sdk`, `target_sdk`, `target_sandbox`: as its manifest states them, None: it does not.
    `asked_*`: the versions of Android to decide for, where not those of the manifest.
    `manifest_read`: whether the manifest could be read. `idsig`: a file of scheme v4.
    """
    first = max(min_sdk or 1, 1)
    low = first if asked_min_sdk is None else asked_min_sdk
    high = NEWEST if asked_max_sdk is None else asked_max_sdk
    decision = _Decision(archive, (low, high), idsig, is_read=True)
    if asked_min_sdk is None and not manifest_read:
        decision.general.error("manifest_unreadable")
    elif low > high:
        decision.general.error("sdk_range", f"{low} is newer than {high}")
    else:
        try:
            decision.decide(target_sdk=target_sdk or first, target_sandbox=target_sandbox or 1)
        except ParseError as error:  # of a file of which only parts are here
            decision.general.error("not_read", str(error))
    return decision.signature(low, asked_max_sdk)


def signers_only(
    archive: ApkArchive,
    *,
    min_sdk: int | None,
    asked_min_sdk: int | None = None,
    asked_max_sdk: int | None = None,
) -> Signature:
    """Return who says to have signed, without reading the content.

    The signatures of the signing block are verified, so False is possible; True is not.
    """
    low = max(min_sdk or 1, 1) if asked_min_sdk is None else asked_min_sdk
    high = NEWEST if asked_max_sdk is None else asked_max_sdk
    decision = _Decision(archive, (low, high), None, is_read=False)
    decision.look()
    if not decision.failed and not decision.signers:
        decision.claimed = list(_claimed(archive))
    if not decision.general.errors:
        decision.general.error("not_read")
    return decision.signature(low, asked_max_sdk)


class _Decision:
    """The steps to a verdict on one file."""

    def __init__(
        self, archive: ApkArchive, sdk: tuple[int, int], idsig: Buffer | None, *, is_read: bool
    ) -> None:
        self._archive, self._sdk, self._idsig, self._is_read = archive, sdk, idsig, is_read
        self.general = Findings("archive")
        self.results: dict[str, SchemeResult] = {}
        self.jar: JarResult | None = None
        self.v4: V4Result | None = None
        self.claimed: list[Certificate] = []
        self._stamp_findings = Findings("source_stamp")
        self._stamp: Certificate | None = None
        self._block: SigningBlock | None = None
        self._found: set[int] = set()
        self._manifest = b""

    def decide(self, *, target_sdk: int, target_sandbox: int) -> None:
        """Go through all steps; the first that fails ends it."""
        if not self._has_manifest() or not self.look():
            return
        if self._idsig is not None and self._sdk[1] >= N and not self._look_beside(self._idsig):
            return
        if self._sdk[1] >= OREO and target_sandbox > 1 and not self._found:
            self.general.error("sandbox_needs_scheme", f"sandbox version {target_sandbox}")
        with viewed(self._archive.data) as view:
            reader = EntryReader(view, self._archive.directory_at)
            if self._sdk[0] < N or not self._found:
                self._look_into(reader)
            else:
                self._look_for_strangers()
            if not self.failed:
                self._look_at_stamp(reader)
        if not self.failed:
            compare_schemes(
                self.results,
                self.jar,
                self.v4,
                self.general,
                target_sdk=target_sdk,
                max_sdk=self._sdk[1],
            )

    @property
    def failed(self) -> bool:
        parts = [self.general, *(each.findings for each in self.results.values())]
        return any(each.errors for each in (*parts, *([self.jar.findings] if self.jar else [])))

    def _has_manifest(self) -> bool:
        entry = self._archive.get(ANDROID_MANIFEST)
        if entry is None:
            self.general.error("manifest_missing")
            return False
        try:
            with viewed(self._archive.data) as view:
                EntryReader(view, self._archive.directory_at).read(entry)
        except ParseError as error:
            self.general.error("malformed_entry", f"{ANDROID_MANIFEST}: {error}")
            return False
        return True

    def look(self) -> bool:
        """Verify the schemes of the signing block; whether nothing failed."""
        try:
            sections = sections_of(self._archive)
        except ParseError as error:
            self.general.error(error.expected)
            return False
        data = self._archive.data
        with suppress(ParseError):
            if sections.count and data[0:4] != b"PK\3\4":
                self.general.warn("data_before_entries")
        try:
            self._block = signing_block(data, sections, self.general)
        except ParseError as error:
            self.general.error("not_read", str(error))
            return False
        if self._block is None or self._sdk[1] < N:
            return not self.failed
        contents = Contents(data, sections, self._block) if self._is_read else None
        return self._look_newer(self._block, contents) and self._look_at_v2(self._block, contents)

    def _look_newer(self, block: SigningBlock, contents: Contents | None) -> bool:
        rotation: int | None = None
        if V31 in block.pairs and self._sdk[1] >= T:
            result = verify_v3(block.pairs[V31], "v3.1", contents, self._sdk)
            if not self._add(result):
                return False
            # 0 would be no version of Android to count from.
            rotation = min((each.min_sdk for each in result.signers), default=0) or None
        if V3 in block.pairs and self._sdk[1] >= P:
            return self._add(verify_v3(block.pairs[V3], "v3", contents, self._sdk, rotation))
        if "v3.1" in self.results:
            self.results["v3.1"].findings.error("v3_missing")
        return not self.failed

    def _look_at_v2(self, block: SigningBlock, contents: Contents | None) -> bool:
        if V2 not in block.pairs or (self._sdk[0] >= P and self._found):
            return not self.failed
        return self._add(verify_v2(block.pairs[V2], contents, self._found, self._known, self._sdk))

    def _add(self, result: SchemeResult) -> bool:
        self._found.add(_IDS[result.scheme])
        self.results[result.scheme] = result
        return not self.failed

    @property
    def _known(self) -> frozenset[int]:
        """The schemes that an older one may say are there."""
        if self._sdk[1] < N:
            return frozenset()
        return frozenset((2, 3)) if self._sdk[1] >= P else frozenset((2,))

    def _look_beside(self, idsig: Buffer) -> bool:
        """Verify the file of scheme v4; one that is none is an error, one that fails is not."""
        self._found.add(_IDS["v4"])
        try:
            self.v4 = verify_v4(self._archive.data, idsig)
        except ParseError as error:
            findings = Findings("v4")
            findings.error("malformed_file", str(error))
            self.general.take(findings, as_warnings=False)
            return False
        self.general.take(self.v4.findings, as_warnings=True)
        return True

    def _look_into(self, reader: EntryReader) -> None:
        """Verify scheme v1."""
        verifier = JarVerifier(self._archive.entries, reader, self._found, self._known, self._sdk)
        try:
            self.jar = verifier.verify()
            self._manifest = verifier.manifest
        except OverLimit as error:
            self.general.error("over_limit", str(error))
        except ParseError as error:
            self.general.error("malformed_entry", str(error))

    def _look_for_strangers(self) -> None:
        """Note what only readers of scheme v1 would take for a signature, where it does not count.

        A certificate without the file that it should have signed vouches for nothing, and is taken
        for the signer's by programs that look no further.
        """
        inside = {each.raw for each in self._archive.entries if each.raw.startswith(FOLDER)}
        for name in sorted(inside):
            if name.endswith(BLOCK_ENDINGS) and name.rpartition(b".")[0] + b".SF" not in inside:
                self.general.warn("signature_file_missing", shown(name))

    def _look_at_stamp(self, reader: EntryReader) -> None:
        pairs = {} if self._block is None else self._block.pairs
        entry = next((each for each in self._archive.entries if each.raw == stamp.ENTRY), None)
        findings = self._stamp_findings
        if entry is None:
            if STAMP_V2 in pairs:
                findings.warn("stamp_without_certificate")
        elif STAMP_V2 not in pairs:
            findings.warn("stamp_not_decided" if STAMP_V1 in pairs else "stamp_signature_missing")
        elif entry.size > stamp.ENTRY_LIMIT:
            findings.warn("stamp_certificate_mismatch")
        else:
            try:
                named = reader.read(entry)
            except ParseError as error:
                self.general.error("malformed_entry", str(error))
                return
            self._stamp = stamp.verify_stamp(
                pairs[STAMP_V2], named, self._signed_digests(), self._sdk, findings
            )

    def _signed_digests(self) -> dict[int, dict[int, bytes]]:
        found = {
            _IDS[name]: {
                stamp.DIGEST_IDS[kind]: digest for kind, digest in result.content_digests().items()
            }
            for name, result in sorted(self.results.items())
            if name != "v3.1"
        }
        if self.jar is not None:
            manifest = hashlib.sha256(self._manifest).digest() if self._manifest else None
            found[1] = {stamp.DIGEST_IDS["manifest"]: manifest} if manifest else {}
        return dict(sorted(found.items()))

    @property
    def signers(self) -> list[Certificate]:
        """The certificates of the newest scheme that counts, as apksigner lists them."""
        v31, v3, v2 = (self.results.get(name) for name in ("v3.1", "v3", "v2"))
        if v31 is not None and v3 is not None:
            return [each.certificates[0] for one in (v31, v3) for each in one.signers]
        if v3 is not None:
            return [v3.signers[-1].certificates[0]]
        if v2 is not None:
            return [each.certificates[0] for each in v2.signers]
        return self.jar.certificates if self.jar is not None else self.claimed

    def signature(self, low: int, high: int | None) -> Signature:
        """Return what was found."""
        errors = list(self._all("errors"))
        decided = [each for each in errors if each.reason not in _UNDECIDED]
        holds = not errors
        return Signature(
            verified=False if decided else (True if holds else None),
            schemes=tuple(self._holding()) if holds else (),
            present=tuple(self._present()),
            signers=() if decided else tuple(_records(self.signers)),
            lineage=() if decided else self._lineage(),
            errors=tuple(errors),
            warnings=tuple(self._all("warnings")),
            min_sdk=low,
            max_sdk=high,
            source_stamp=None if not holds or self._stamp is None else _sha256(self._stamp),
        )

    def _all(self, kind: str) -> Iterator[SigningError]:
        parts = [self.general, *(each.findings for each in self.results.values())]
        for each in (*parts, *([self.jar.findings] if self.jar else ()), self._stamp_findings):
            yield from getattr(each, kind)

    def _holding(self) -> Iterator[str]:
        held = {name for name, each in self.results.items() if each.holds}
        held |= {"v1"} if self.jar is not None and self.jar.holds else set()
        held |= {"v4"} if self.v4 is not None and self.v4.holds else set()
        return (name for name in _ORDER if name in held)

    def _present(self) -> Iterator[str]:
        pairs = {} if self._block is None else self._block.pairs
        blocks = {"v2": V2, "v3": V3, "v3.1": V31}
        found = {name for name, kind in blocks.items() if kind in pairs}
        if any(map(_is_of_v1, self._archive.entries)):
            found.add("v1")
        if self._idsig is not None:
            found.add("v4")
        if STAMP_V1 in pairs or STAMP_V2 in pairs:
            found.add("source_stamp")
        return (name for name in _ORDER if name in found)

    def _lineage(self) -> tuple[str, ...]:
        for name in ("v3.1", "v3"):
            result = self.results.get(name)
            if result is not None and result.lineage is not None:
                return tuple(map(_sha256, result.lineage))
        return ()


def _is_of_v1(entry: Entry) -> bool:
    return entry.raw.startswith(FOLDER) and entry.raw.endswith((*BLOCK_ENDINGS, b".SF"))


def _claimed(archive: ApkArchive) -> Iterator[Certificate]:
    """Yield the certificates that the files of v1 signatures name."""
    blocks = (
        each
        for each in archive.entries
        if each.raw.startswith(FOLDER) and each.raw.endswith(BLOCK_ENDINGS)
    )
    for entry in islice(blocks, SIGNER_LIMIT):
        with suppress(ParseError):
            yield from certificates_named(archive.read(entry, HELD_LIMIT))


def _records(certificates: list[Certificate]) -> Iterator[Signer]:
    return map(record, certificates)


def _sha256(certificate: Certificate) -> str:
    return hashlib.sha256(certificate.data).hexdigest()
