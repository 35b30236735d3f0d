"""Two states of one device, compared: what changed, and what cannot be told."""

from scanner.changes.comparing import Compared, compare, compared, ended, ruled
from scanner.changes.matters import matter
from scanner.changes.newness import Newness
from scanner.changes.noise import is_compared
from scanner.changes.seen import seen
from scanner.changes.sides import Lack, Side

__all__ = [
    "Compared",
    "Lack",
    "Newness",
    "Side",
    "compare",
    "compared",
    "ended",
    "is_compared",
    "matter",
    "ruled",
    "seen",
]
