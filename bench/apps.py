"""Speed and memory of reading apps: against SHA-256, androguard and apkid, on the same files.

Tier 0 is what tells what an app is and who signed it: the archive's directory and its anomalies,
the manifest, and every signature verified over the whole file (`tier0.py`). The full inspection
(`inspection.py`) adds the code, the native libraries, what is embedded, and rules of bytes.

Both sides are taken in one run, one after the other, several times; the median counts. With
`SCANNER_CORPUS` set, its apps are measured; else apps made by us. Nothing is asserted here: figures
depend on the machine.
"""

from __future__ import annotations

import os
from pathlib import Path

from inspection import compare
from tier0 import compare_tier0

from scanner.model.requests import MiB

FILES = 60  # the largest
SMALL = 32 * 1024  # bytes: below, a clock tells too little


def apps() -> list[Path]:
    """Return the apps to measure, the largest first."""
    folder = os.environ.get("SCANNER_CORPUS")
    root = Path(folder) if folder else Path("fixtures/apps")
    found = sorted(root.rglob("*.apk"), key=lambda path: -path.stat().st_size)
    return [path for path in found if path.stat().st_size >= SMALL][:FILES]


def main() -> None:
    """Print all figures."""
    paths = apps()
    size = sum(path.stat().st_size for path in paths)
    print(
        f"{len(paths)} apps, {size / MiB:.1f} MiB, the largest {paths[0].stat().st_size / MiB:.1f}"
    )
    compare_tier0(paths)
    compare(paths)


if __name__ == "__main__":
    main()
