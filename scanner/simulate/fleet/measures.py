"""What a ranking of a simulated fleet is worth, as figures; and a naive one to hold it against."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from scanner.model.fleet import DeviceFacts

WORK_LIST = 20  # lines that somebody looks at first


class Worth(Struct, frozen=True, kw_only=True):
    """How well a ranking separates planted phones from ordinary ones."""

    planted: int
    ranks: tuple[int, ...]  # of the planted phones, from 1, ascending
    auc: float  # area under the ROC curve
    average_precision: float

    @property
    def found(self) -> int:
        """How many planted phones stand in the first lines."""
        return sum(rank <= WORK_LIST for rank in self.ranks)


def worth(ranking: Sequence[str], planted: Collection[str]) -> Worth:
    """Measure a ranking, the most deviant first, of all phones by pseudonym."""
    ranks = [place for place, name in enumerate(ranking, start=1) if name in planted]
    if len(ranks) != len(planted):
        raise ValueError("a planted phone is missing in the ranking")
    count, rest = len(ranks), len(ranking) - len(ranks)
    before = sum(rank - place for place, rank in enumerate(ranks, start=1))
    precisions = [place / rank for place, rank in enumerate(ranks, start=1)]
    return Worth(
        planted=count,
        ranks=tuple(ranks),
        auc=1 - before / (count * rest),
        average_precision=math.fsum(precisions) / count,
    )


def rarity_in_fleet(devices: Iterable[DeviceFacts]) -> list[str]:
    """Rank phones by how rare their facts are in the whole fleet: no peers, no facets, no limits.

    The sum of -log2 of each fact's share among the phones of its platform.
    """
    looked_at = list(devices)
    sizes = Counter(device.platform for device in looked_at)
    counts = Counter(
        (device.platform, facet, fact.value)
        for device in looked_at
        for facet, held in device.facets.items()
        for fact in held.facts
    )
    scores = {
        device.device: math.fsum(
            -math.log2(counts[device.platform, facet, fact.value] / sizes[device.platform])
            for facet, held in device.facets.items()
            for fact in held.facts
        )
        for device in looked_at
    }
    return sorted(scores, key=lambda name: (-scores[name], name))
