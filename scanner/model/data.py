"""Where the data that we ship stands."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_CHECKOUT = {"rules": "rules", "phones": "fixtures/phones"}


def data_folder(name: Literal["rules", "phones"]) -> Path:
    """Return the folder of our rules or of our recorded phones, in a wheel or in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_data" / name
    return packaged if packaged.is_dir() else package.parent / _CHECKOUT[name]
