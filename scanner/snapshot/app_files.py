"""The files of the apps of a device: which is whose, by path, by digest or by version.

The file of an app lies at its path or below it, or has a digest that the device states of such a
file. Where nothing says so, it is the only one of the app's package and version that was read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import cast

from msgspec import Struct

from scanner.model.entities import App, AppFile, InstalledFile
from scanner.snapshot.joined import Joined

Origin = tuple[object, object]  # where a file lies, and its SHA-256
_WHOLE = frozenset({"apk", "ipa", "app"})  # what an app may consist of alone
_DEPTH_LIMIT = 32  # folders above a file; Android has less than ten


class Own(Struct, frozen=True, kw_only=True):
    """The files of one app that were read."""

    base: Joined
    splits: tuple[Joined, ...] = ()
    certain: bool = True  # the device says that they are; else they have its name and version

    @property
    def file(self) -> AppFile:
        return cast("AppFile", self.base.entity)

    @property
    def parts(self) -> tuple[Joined, ...]:
        return self.base, *self.splits


class AppFiles:
    """All files of apps of one device, by what tells whose they are."""

    def __init__(
        self, files: Iterable[Joined], origins: Iterable[Origin], claimed: Iterable[Joined]
    ) -> None:
        self._by_digest: dict[str, Joined] = {}
        self._by_package: dict[str, list[Joined]] = defaultdict(list)
        self._splits: dict[str, list[Joined]] = defaultdict(list)
        for joined in files:
            file = cast("AppFile", joined.entity)
            self._by_digest[file.sha256] = joined
            if isinstance(file.package, str):
                kinds = self._splits if file.kind == "split" else self._by_package
                if file.kind in {"split", *_WHOLE}:
                    kinds[file.package].append(joined)
        # Files of the same bytes are one entity, which states one origin: all of them count.
        self._below: dict[str, dict[str, None]] = defaultdict(dict)
        self._at: dict[str, set[str]] = defaultdict(set)
        for path, sha256 in origins:
            if isinstance(path, str) and isinstance(sha256, str) and path.startswith("/"):
                self._at[path].add(sha256)
                for folder in _upwards(path):
                    self._below[folder][sha256] = None
        self._claims: dict[str, list[Joined]] = defaultdict(list)
        for joined in claimed:
            self._claims[cast("InstalledFile", joined.entity).package].append(joined)

    def of(self, app: App) -> Own | None:
        """Return the files of an app; None where they were not read, or are not told apart."""
        if not self._by_digest:
            return None
        lying, stated = self._lying(app), self._stated(app)
        for found in (lying, stated):
            bases = [each for each in found.values() if _kind(each) in _WHOLE]
            if len(bases) == 1:
                return Own(base=bases[0], splits=tuple(self._splits_of(app, stated)))
            if bases:
                return None
        return self._named(app)

    def claims(self, app: App) -> Iterator[Joined]:
        """Yield the files that the device, or who collected from it, states of an app."""
        for joined in self._claims.get(app.package, ()):
            path = cast("InstalledFile", joined.entity).path
            if not isinstance(app.path, str) or _folder(app.path) in _upwards(path):
                yield joined

    def at(self, path: str) -> set[str]:
        """Return the digests of what was read at a path."""
        return self._at.get(path, set())

    def _lying(self, app: App) -> dict[str, Joined]:
        """Return the files at or below the path of an app."""
        return self._read(self._below.get(app.path, ()) if isinstance(app.path, str) else ())

    def _splits_of(self, app: App, stated: Container[str]) -> Iterator[Joined]:
        """Yield the splits of an app: they lie beside its base, or have a digest stated of them."""
        beside = self._below.get(_folder(app.path), {}) if isinstance(app.path, str) else {}
        for joined in self._splits.get(app.package, ()):
            sha256 = cast("AppFile", joined.entity).sha256
            if sha256 in beside or sha256 in stated:
                yield joined

    def _stated(self, app: App) -> dict[str, Joined]:
        """Return the files with a digest that is stated of a file of an app."""
        digests = (cast("InstalledFile", each.entity).sha256 for each in self.claims(app))
        return self._read(each for each in digests if isinstance(each, str))

    def _named(self, app: App) -> Own | None:
        """Return the only file of the package and the version of an app."""
        fitting = [each for each in self._by_package.get(app.package, ()) if _fits(app, each)]
        archives = {cast("AppFile", each.entity).sha256 for each in fitting}
        outer = [each for each in fitting if cast("AppFile", each.entity).within not in archives]
        return Own(base=outer[0], certain=False) if len(outer) == 1 else None

    def _read(self, digests: Iterable[str]) -> dict[str, Joined]:
        return {each: self._by_digest[each] for each in digests if each in self._by_digest}


def _folder(path: str) -> str:
    """Return where the files of an app lie: a base APK by its own name has its splits beside it."""
    return path.rpartition("/")[0] if path.endswith(".apk") else path


def _upwards(path: str) -> Iterator[str]:
    """Yield a path and the folders above it."""
    for _ in range(_DEPTH_LIMIT):
        yield path
        path = path.rpartition("/")[0]
        if not path:
            return


def _kind(joined: Joined) -> object:
    return cast("AppFile", joined.entity).kind


def _fits(app: App, joined: Joined) -> bool:
    """Whether a file of the package of an app is of its version."""
    file = cast("AppFile", joined.entity)
    if isinstance(app.version_code, int):
        return file.version_code == app.version_code
    if isinstance(app.bundle_version, str):
        return file.bundle_version == app.bundle_version
    return False
