"""Real recordings; a test that needs them fails where they are absent.

They are recordings of private phones: a test says counts and types, never a value of theirs, so
comparisons are made before `assert` sees them.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPORTS = (
    "bugreport-sailfish-A8.1-OPM1.zip",
    "bugreport-emulator-A9-PSR1.zip",
    "bugreport-sunmi-T2s_LITE-A9.zip",
    "bugreport-sailfish-A10-QP1A.zip",
)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of the recordings."""
    path = Path(os.environ.get("SCANNER_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not path.is_dir():
        pytest.fail("the corpus is absent: set SCANNER_CORPUS", pytrace=False)
    return path


@pytest.fixture(scope="session")
def bugreport(corpus: Path) -> Callable[[str], bytes]:
    """Return the main text of a bugreport."""
    texts: dict[str, bytes] = {}

    def text(name: str) -> bytes:
        if name not in texts:
            with zipfile.ZipFile(corpus / "android-bugreports" / name) as archive:
                (main,) = [
                    one
                    for one in archive.namelist()
                    if one.startswith("bugreport-") and one.endswith(".txt")
                ]
                texts[name] = archive.read(main)
        return texts[name]

    return text


@pytest.fixture(scope="session")
def section(bugreport: Callable[[str], bytes]) -> Callable[[str, str], bytes]:
    """Return what one service printed into a bugreport."""

    def text(name: str, service: str) -> bytes:
        found = re.search(
            rb"^DUMP OF SERVICE %b:\n(.*?)^--------- [\d.]+s was the duration" % service.encode(),
            bugreport(name),
            re.DOTALL | re.MULTILINE,
        )
        assert found is not None, service
        return found[1]

    return text


def recordings(folder: Path, pattern: str, at_least: int) -> Iterator[Path]:
    """Yield files of the corpus; too few of them is a failure."""
    found = sorted(folder.glob(pattern))
    assert len(found) >= at_least, pattern
    yield from found
