"""Files of apps from which the fuzzing of readings starts; made by us."""

from __future__ import annotations

from tests.artifacts.app_answers import answers

_LARGEST = 64 * 1024  # bytes: what is larger takes long, and shows no more
APP_SEEDS: dict[str, tuple[bytes, ...]] = {
    name: tuple(data for _, file in files if len(data := file.read()) <= _LARGEST)
    for name, files in answers().items()
}
