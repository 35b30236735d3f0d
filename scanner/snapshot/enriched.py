"""What the files of an app add to it: who signed it, what it can do, where it is not as stated.

A difference is named only where the system takes a value from the manifest as it is. Permissions
that a platform version adds by itself (`split-permission` of its platform.xml, and those that came
after an app's target version) differ on every phone: compared are some that none of them implies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast, get_args

from msgspec import UNSET, structs

from scanner.model.entities import App, InstalledFile, Signature
from scanner.model.evidence import Provenance
from scanner.snapshot.app_files import AppFiles, Own
from scanner.snapshot.joined import Joined

Source = tuple[Joined, str]  # an entity, and the field that something follows from
_STRENGTH: tuple[Provenance, ...] = get_args(Provenance)
_SAME = ("package", "target_sdk", "debuggable", "test_only", "shared_user")
_SAME_IOS = ("package", "bundle_version", "version_name", "debuggable", "team")
_LOW = 0xFFFF_FFFF  # of a version code, which some tools print without its major part
_UNITED = {"capabilities": "capabilities", "packers": "packers", "file_anomalies": "anomalies"}
_NEVER_IMPLIED = frozenset(
    f"android.permission.{name}"
    for name in (
        "ACCESS_FINE_LOCATION",
        "CAMERA",
        "INTERNET",
        "PROCESS_OUTGOING_CALLS",
        "QUERY_ALL_PACKAGES",
        "READ_CONTACTS",
        "READ_SMS",
        "RECEIVE_BOOT_COMPLETED",
        "RECEIVE_SMS",
        "RECORD_AUDIO",
        "REQUEST_INSTALL_PACKAGES",
        "SEND_SMS",
        "SYSTEM_ALERT_WINDOW",
    )
)


def enrich(joined: Joined, files: AppFiles) -> Joined:
    """Add to an app what its files state; nothing where they were not read."""
    own = files.of(cast("App", joined.entity))
    if own is None:
        return joined
    adding = _Adding(joined)
    adding.take(own)
    if own.certain:
        adding.compare(own)
    adding.compare_digests(own, files)
    return adding.joined()


class _Adding:
    """The fields of one app while its files are read."""

    def __init__(self, joined: Joined) -> None:
        self._app, self._joined = cast("App", joined.entity), joined
        self._values: dict[str, object] = {}
        self._evidence = dict(joined.evidence)
        self._provenance = dict(joined.provenance)

    def joined(self) -> Joined:
        entity = structs.replace(self._app, **self._values)
        return Joined(entity, self._evidence, self._provenance)

    def take(self, own: Own) -> None:
        """Take over what the file states."""
        file, base = own.file, own.base
        self._add("file_sha256", file.sha256, [(base, "sha256")])
        for name in ("label", "label_skeleton"):
            self._add(name, getattr(file, name), [(base, name)])
        if (signature := file.signature) is not UNSET:
            by = [(base, "signature")]
            self._add("signature_verified", signature and signature.verified, by)
            self._add("signature_schemes", (signature and signature.schemes) or None, by)
            signers = tuple(each.sha256 for each in signature.signers) if signature else ()
            self._add("signers", signers or None, by)
        for name, field in _UNITED.items():
            if getattr(file, field) is not UNSET:
                parts = [each for each in own.parts if getattr(each.entity, field) is not UNSET]
                self._add(name, _union(parts, field), [(each, field) for each in parts])

    def compare(self, own: Own) -> None:
        """Say on which fields the system and the file disagree, where any is comparable."""
        compared = list(_compared(self._app, own))
        if compared:
            differ = tuple(sorted(name for name, differs in compared if differs)) or None
            sources = [(each, name) for name, _ in compared for each in (self._joined, own.base)]
            self._add("file_differs", differ, sources)

    def compare_digests(self, own: Own, files: AppFiles) -> None:
        """Say whether the device states another digest of a file than its bytes have."""
        decided: list[bool] = []
        sources: list[Source] = [(own.base, "sha256")]
        claimed: set[object] = set()
        whole = True
        for joined in files.claims(self._app):
            claim = cast("InstalledFile", joined.entity)
            claimed.add(claim.sha256)
            whole = whole and isinstance(claim.sha256, str)
            sources.append((joined, "sha256"))
            if isinstance(claim.sha256, str) and (read := files.at(claim.path)):
                decided.append(claim.sha256 not in read)
        if not decided and claimed and whole:
            # Where the file lay is not known: then it is one of those, or none of them.
            decided.append(own.file.sha256 not in claimed)
        if decided:
            self._add("claimed_digest_differs", any(decided), sources)

    def _add(self, name: str, value: object, sources: Iterable[Source]) -> None:
        if value is UNSET:
            return
        sources = list(sources)
        vouched = (joined.provenance_of(field) for joined, field in sources)
        evidence = (one for joined, field in sources for one in joined.evidence_of(field))
        self._values[name] = value
        self._provenance[name] = max(vouched, key=_STRENGTH.index)
        self._evidence[name] = tuple(dict.fromkeys(evidence))


def _union(parts: Iterable[Joined], field: str) -> tuple[str, ...] | None:
    found = {one for each in parts for one in getattr(each.entity, field) or ()}
    return tuple(sorted(found)) or None


def _shorts(own: Own) -> set[str]:
    """Return how Android names the signers of a file; none where it may take an older one."""
    signature = own.file.signature
    if not isinstance(signature, Signature) or not signature.verified or signature.lineage:
        return set()
    return {each.short for each in signature.signers if each.short}


def _compared(app: App, own: Own) -> Iterator[tuple[str, bool]]:
    """Yield each field that both state, with whether they disagree."""
    file = own.file
    on_ios = file.kind in {"ipa", "app"}
    for name in _SAME_IOS if on_ios else _SAME:
        ours, theirs = getattr(app, name), getattr(file, name)
        if isinstance(ours, str | int) and isinstance(theirs, str | int):
            yield name, ours != theirs
    if on_ios:
        return
    if isinstance(app.version_code, int) and isinstance(file.version_code, int):
        yield "version_code", bool((app.version_code ^ file.version_code) & _LOW)
    if isinstance(app.launcher, bool) and file.launcher is True:
        yield "launcher", not app.launcher  # an icon of a split is none of this file
    if isinstance(app.signer, str) and (known := _shorts(own)):
        stated = {each.rjust(8, "0") for each in app.signer.split(",")}
        yield "signer", stated != known
    listed = app.permissions_requested
    if isinstance(listed, tuple) and file.permissions_requested is not UNSET:
        asked = _union(own.parts, "permissions_requested")
        yield "permissions_requested", not _NEVER_IMPLIED.intersection(listed).issubset(asked or ())
