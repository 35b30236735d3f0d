"""Scheme v1: a signed JAR, in which each entry's digest is signed (all versions of Android).

Source: https://docs.oracle.com/en/java/javase/17/docs/specs/jar/jar.html#signed-jar-file, AOSP
tools/apksig (`V1SchemeVerifier`). What stands in META-INF is not signed itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk.archive import Entry
from scanner.formats.apk_signing.algorithms import N
from scanner.formats.apk_signing.certificate import Certificate
from scanner.formats.apk_signing.entries import EntryReader
from scanner.formats.apk_signing.findings import Findings, OverLimit
from scanner.formats.apk_signing.jar_sections import (
    METHODS,
    Digest,
    Section,
    digests_of,
    digests_to_verify,
    is_digest,
    sections,
    stands_for,
)
from scanner.formats.apk_signing.pkcs7 import signed_data, signer_of
from scanner.formats.text import safe_text

SIGNER_LIMIT = 10  # that the platform accepts

FOLDER = b"META-INF/"
MANIFEST = b"META-INF/MANIFEST.MF"
BLOCK_ENDINGS = (b".RSA", b".DSA", b".EC")
_NUMBER = re.compile(rb"\s*[+-]?[0-9]{1,9}\s*")
_STRIPPING_PROTECTION = b"x-android-apk-signed"


class JarSigner(Struct, kw_only=True):
    """One signer: the file of the signature, and the file of digests that it signs."""

    block: Entry
    file: Entry
    text: bytes = b""
    certificate: Certificate | None = None
    names: frozenset[bytes] = frozenset()  # of the entries that are signed


class JarResult(Struct, kw_only=True):
    """What scheme v1 came to."""

    findings: Findings
    signers: list[JarSigner] = []
    holds: bool = False

    @property
    def certificates(self) -> list[Certificate]:
        return [each.certificate for each in self.signers if each.certificate is not None]


class JarVerifier:
    """Verifies the v1 signature of one archive for a range of Android versions."""

    def __init__(
        self,
        entries: list[Entry],
        reader: EntryReader,
        found: set[int],
        known: frozenset[int],
        sdk: tuple[int, int],
    ) -> None:
        # The platform does not mind folders.
        self._entries = [each for each in entries if not each.raw.endswith(b"/")]
        self._reader, self._found, self._known, self._sdk = reader, found, known, sdk
        self._findings = Findings("v1")
        self.manifest = b""  # the list of digests
        self._main: Section | None = None
        self._sections: dict[bytes, Section] = {}

    def verify(self) -> JarResult:
        """Verify it; OverLimit, ParseError for entries that cannot be read."""
        result = JarResult(findings=self._findings)
        findings = self._findings
        names = self._names()
        signers = [] if findings.errors else self._read(names)
        for signer in signers:
            self._verify_block(signer)
        if findings.errors:
            return result
        signers = [each for each in signers if self._verify_file(each)]
        if not signers and not findings.errors:
            findings.error("no_signatures")
        if findings.errors:
            return result
        signers = self._verify_entries(signers)
        if not findings.errors:
            self._warn_of_unprotected(signers)
            result.signers, result.holds = signers, True
        return result

    def _names(self) -> set[bytes]:
        names: set[bytes] = set()
        for entry in self._entries:
            if entry.raw in names:
                self._findings.error("duplicate_entry", shown(entry.raw))
            names.add(entry.raw)
        return names

    def _read(self, names: set[bytes]) -> list[JarSigner]:
        """Read the list of digests, and find who signed it."""
        manifest = next((each for each in self._entries if each.raw == MANIFEST), None)
        if manifest is None:
            self._findings.error("no_manifest")
            return []
        self.manifest = self._reader.read(manifest)
        self._read_sections(names)
        if self._findings.errors:
            return []
        signers = self._signers()
        if not signers:
            self._findings.error("no_signatures")
        if len(signers) > SIGNER_LIMIT:
            self._findings.error("too_many_signers", str(len(signers)))
            return []
        return signers

    def _read_sections(self, names: set[bytes]) -> None:
        findings, found = self._findings, self._sections
        for number, section in enumerate(sections(self.manifest)):
            if number == 0:
                self._main = section
                continue
            name = section.name
            if name is None:
                findings.error("unnamed_section", f"section {number}")
            elif name in found:
                findings.error("duplicate_section", shown(name))
                found[name] = section
            else:
                found[name] = section
                if name not in names:
                    findings.error("entry_missing", shown(name))

    def _signers(self) -> list[JarSigner]:
        inside = [each for each in self._entries if each.raw.startswith(FOLDER)]
        files = {each.raw: each for each in inside if each.raw.endswith(b".SF")}
        signers = []
        for block in inside:
            if block.raw.endswith(BLOCK_ENDINGS):
                file = files.get(block.raw.rpartition(b".")[0] + b".SF")
                if file is None:
                    self._findings.warn("signature_file_missing", shown(block.raw))
                else:
                    signers.append(JarSigner(block=block, file=file))
        return signers

    def _verify_block(self, signer: JarSigner) -> None:
        """Verify the signature of a file of digests."""
        data = self._reader.read(signer.block)
        signer.text = self._reader.read(signer.file)
        name = shown(signer.block.raw)
        try:
            inside = signed_data(data)
        except ParseError:
            self._findings.error("malformed_signature", name)
            return
        signer.certificate = signer_of(inside, signer.text, self._sdk, self._findings, name)

    def _verify_file(self, signer: JarSigner) -> bool:
        """Verify the list of digests by a file of digests; whether it counts."""
        findings = Findings("v1")
        ignored = False
        try:
            ignored = self._verify_text(signer, findings)
        except OverLimit:
            raise
        except ParseError:
            findings.error("malformed_digest", shown(signer.file.raw))
        # The platform passes over a file of digests that is no such file.
        self._findings.take(findings, as_warnings=ignored)
        return not findings.errors and not ignored

    def _verify_text(self, signer: JarSigner, findings: Findings) -> bool:
        """Verify what a file of digests says; whether it is to be passed over."""
        name = shown(signer.file.raw)
        texts = sections(signer.text)
        main = next(texts, None)
        stated = {} if main is None else main.attributes()
        if b"signature-version" not in stated:
            findings.error("version_missing", name)
            return True
        if self._sdk[1] >= N:
            self._protect(stated, name, findings)
            if findings.errors:
                return False
        by_signtool = b"signtool" in stated.get(b"created-by", b"")
        suffix = b"-digest" if by_signtool else b"-digest-manifest"
        whole = self._is_whole(stated, suffix, findings)
        if not by_signtool:
            suffix = b"-digest-manifest-main-attributes"
            body = self._body(self._main)
            digests = digests_to_verify(stated, suffix, self._sdk)
            if not all(is_digest(each, body) for each in digests):
                findings.error("main_section_mismatch", name)
                return False
        return self._verify_sections(signer, texts, findings, by_signtool=by_signtool, whole=whole)

    def _body(self, section: Section | None) -> bytes:
        return b"" if section is None else self.manifest[section.start : section.end]

    def _protect(self, main: dict[bytes, bytes], name: str, findings: Findings) -> None:
        """Find out whether a newer signature was taken away."""
        stated = main.get(_STRIPPING_PROTECTION)
        if stated is None:
            if self._found:
                findings.warn("no_strip_protection", name)
            return
        if not self._known:
            return
        expected: set[int] = set()
        for text in stated.split(b","):
            if _NUMBER.fullmatch(text):
                scheme = int(text)
                if scheme in self._known:
                    expected.add(scheme)
                else:
                    findings.warn("unknown_scheme", str(scheme))
        for scheme in sorted(expected - self._found):
            findings.error("signature_stripped", f"v{scheme}")

    def _verify_sections(
        self,
        signer: JarSigner,
        others: Iterator[Section],
        findings: Findings,
        *,
        by_signtool: bool,
        whole: bool,
    ) -> bool:
        """Verify section by section; whether the file of digests is to be passed over."""
        names: set[bytes] = set()
        ignored = False
        for number, section in enumerate(others, 1):
            name = section.name
            if name is None or name in names:
                word = "unnamed_section" if name is None else "duplicate_section"
                findings.error(word, f"section {number} of {shown(signer.file.raw)}")
                return True
            names.add(name)
            if whole:
                continue
            if name not in self._sections:
                findings.error("no_digest", shown(name))
                ignored = True
            else:
                self._verify_section(section, name, findings, by_signtool=by_signtool)
        signer.names = frozenset(names)
        return ignored

    def _is_whole(self, main: dict[bytes, bytes], suffix: bytes, findings: Findings) -> bool:
        """Whether the list of digests is signed as a whole, and is the one that was signed."""
        stated = digests_to_verify(main, suffix, self._sdk)
        if not stated:
            findings.warn("no_manifest_digest")
            return False
        if all(is_digest(each, self.manifest) for each in stated):
            return True
        findings.warn("digest_mismatch", shown(MANIFEST))
        return False

    def _verify_section(
        self, section: Section, name: bytes, findings: Findings, *, by_signtool: bool
    ) -> None:
        stated = digests_of(section, self._sdk)
        if not stated:
            findings.error("no_digest", shown(name))
            return
        body = self._body(self._sections[name])
        if by_signtool and body.endswith(b"\n\n"):
            body = body[:-1]
        for each in stated:
            if not is_digest(each, body):
                findings.error("section_mismatch", shown(name))

    def _verify_entries(self, signers: list[JarSigner]) -> list[JarSigner]:
        """Compare the entries with their digests; return who signed them all."""
        findings = self._findings
        first: list[JarSigner] | None = None
        for entry in sorted(self._entries, key=lambda each: each.at):
            name = entry.raw
            if name.startswith(FOLDER):
                continue
            section = self._sections.get(name)
            if section is None:
                findings.error("no_digest", shown(name))
                continue
            by = [each for each in signers if name in each.names]
            if not by:
                findings.error("entry_not_signed", shown(name))
                continue
            first = first or by
            stated = digests_of(section, self._sdk)
            if len(signers) > 1 and list(map(id, by)) != list(map(id, first)):
                findings.error("entry_signers_differ", shown(name))
            elif not stated:
                findings.error("no_digest", shown(name))
            elif not self._is_entry(entry, stated):
                findings.error("digest_mismatch", shown(name))
        if first is None:
            findings.error("no_signed_entries")
        return first or []

    def _is_entry(self, entry: Entry, stated: list[Digest]) -> bool:
        pieces = iter(self._reader.pieces(entry))
        first = next(pieces, b"")
        methods = [METHODS[method](first) for method, _ in stated]
        for piece in pieces:
            for method in methods:
                method.update(piece)
        try:
            return all(
                stands_for(text, method.digest())
                for (_, text), method in zip(stated, methods, strict=True)
            )
        except ParseError:
            return False

    def _warn_of_unprotected(self, signers: list[JarSigner]) -> None:
        own = {
            MANIFEST,
            *(each.block.raw for each in signers),
            *(each.file.raw for each in signers),
        }
        for entry in self._entries:
            if entry.raw.startswith(FOLDER) and entry.raw not in own:
                self._findings.warn("unprotected_entry", shown(entry.raw))


def shown(name: bytes) -> str:
    """Return the name of an entry as a person may see it."""
    return safe_text(name[:400].decode("utf-8", "replace"), 100)
