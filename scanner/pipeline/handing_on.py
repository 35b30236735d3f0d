"""What becomes of a file of an app once it lies in the case, while others still come."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from scanner.case import OpenCase
from scanner.case.pseudonym import home
from scanner.errors import DeviceLost
from scanner.model.artifact import Profile
from scanner.model.evidence import Evidence, PathFile
from scanner.model.requests import AppBytes
from scanner.pipeline.app_cache import AppCache
from scanner.pipeline.app_pulls import AppPulls
from scanner.pipeline.options import Options
from scanner.pipeline.plan import profile_named


class Inspection(Protocol):
    """Looks into files of apps beside the transfer of others."""

    def submit(self, evidence: Evidence, file: PathFile) -> None:
        """Take a file; waits where many wait already."""
        ...


class HandingOn:
    """Gives files of apps to who looks into them, and keeps copies; in order, in its own thread.

    Whoever takes answers of a phone waits for neither. Leaving waits until all is handed on; after
    an error other than that the phone is gone, only for what runs already.
    """

    def __init__(
        self,
        case: OpenCase,
        pulls: AppPulls,
        cache: AppCache | None,
        inspection: Inspection | None,
    ) -> None:
        self._case, self._pulls, self._cache = case, pulls, cache
        self.inspection = inspection
        self._given: list[Future[None]] = []

    def takes(self, evidence: Evidence) -> bool:
        """Whether an evidence is looked into here, and nowhere else."""
        return self.inspection is not None and isinstance(evidence.request, AppBytes)

    def give(self, evidence: Evidence) -> None:
        """Hand an evidence on, if it is a file of an app."""
        if isinstance(evidence.request, AppBytes):
            self._given.append(self._thread.submit(self._hand_on, evidence, evidence.request))

    def settle(self) -> None:
        """Wait until all is handed on; raises what went wrong with it."""
        for given in self._given:
            given.result()

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="handing-on")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        goes_on = error is None or isinstance(error, DeviceLost)
        self._thread.shutdown(wait=True, cancel_futures=not goes_on)
        if self._cache is not None:
            self._cache.trim()

    def _hand_on(self, evidence: Evidence, request: AppBytes) -> None:
        file = self._case.file(evidence)
        self._keep(evidence, request, file)
        if self.inspection is not None:
            self.inspection.submit(evidence, file)

    def _keep(self, evidence: Evidence, request: AppBytes, file: PathFile) -> None:
        identity = self._pulls.identity(request)
        whole = evidence.outcome.cut is None and not request.ranges
        if self._cache is None or identity is None or not whole or identity.size != evidence.size:
            return
        self._cache.keep(identity, evidence.sha256, file.path)


def cache_of(case: OpenCase, options: Options) -> AppCache | None:
    """Return the copies of this phone's files; none for the deepest scan: it believes nobody."""
    deep = profile_named(case.acquisition.profile) >= Profile.DEEP
    if deep or not options.app_cache:
        return None
    return AppCache(home() / "apps", case.device_key, options.app_cache)
