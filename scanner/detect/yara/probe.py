"""How dear rules are: the same bytes for all, and rules to compare with, timed in the same run.

A file of rules is timed by the processor time it takes on content like that of phones: text,
noise, zeros, the beginning of a DEX and of an ELF. The measure is a file of ordinary rules, timed
beside it: so a slow or busy computer makes both slow.
"""

from __future__ import annotations

import random
import struct
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from scanner.detect.yara.engine import ScanTimeout
from scanner.model.content import RuleText
from scanner.model.requests import MiB

if TYPE_CHECKING:
    from scanner.detect.yara.engine import Compiled

BUDGET = 4.0  # times the reference: what is slower reads less than about 15 MB a second
HOPELESS = 1e6  # the cost of rules that never ended
_SECONDS = 5.0
_RUNS = 2
_SEED = 20
_WORDS = (
    "android.permission", "Landroid/app/Service;", "http://example.com/", "classes.dex", "onCreate",
    "getSystemService", "/data/local/tmp/", "libc.so", "password", "0x7f0a001c", "com.example.app",
)  # fmt: skip


def cost(compiled: Compiled, reference_seconds: float) -> float:
    """Return how many times longer than the reference rules take on the probe."""
    measure = max(reference_seconds, 1e-6)
    return round(min(seconds(compiled, enough=measure) / measure, HOPELESS), 1)


def reference() -> RuleText:
    """Return ordinary rules: texts, jumps, expressions with fixed beginnings, two modules."""
    chosen = random.Random(_SEED)  # noqa: S311  # the same rules each time
    rules = ['import "dex" import "elf" rule m { condition: dex.is_dex or elf.type == elf.ET_DYN }']
    for number in range(24):
        word = "".join(chosen.choices("abcdefghijklmnopqrstuvwxyz", k=9))
        rules.append(
            f'rule r{number} {{ strings: $a = "{word}" $b = "{word[::-1]}" wide'
            f" $c = {{ 7f 45 4c 46 [4-16] {number:02x} {chosen.randrange(256):02x} 90 }}"
            f" $d = /{word[:5]}[0-9]{{2,8}}/ condition: 2 of them }}"
        )
    return RuleText(name="reference", text="\n".join(rules))


@lru_cache(maxsize=1)
def probe() -> tuple[bytes, ...]:
    """Return the bytes, a few MB, the same on every computer."""
    chosen = random.Random(_SEED)  # noqa: S311  # the same bytes each time
    words = " ".join(chosen.choices(_WORDS, k=12_000)).encode()
    noise = chosen.randbytes(MiB // 2)
    dex = b"dex\n035\0" + struct.pack("<I20xIII", 0, len(words) + 0x70, 0x70, 0x12345678)
    elf = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 3, 183, 1) + bytes(40)
    return (
        words * 4,
        chosen.randbytes(MiB),
        bytes(MiB // 2),
        dex.ljust(0x70, b"\0") + words,
        elf + noise,
    )


def seconds(compiled: Compiled, enough: float = 0.0) -> float:
    """Return the processor time that rules take on the probe, the least of few runs.

    A run that takes no longer than `enough` is not repeated.
    """
    best = HOPELESS
    for _ in range(_RUNS):
        begun = time.process_time()
        try:
            for data in probe():
                for _match in compiled.scan(data, seconds=_SECONDS):
                    pass
        except ScanTimeout:
            return HOPELESS
        best = min(best, time.process_time() - begun)
        if best <= enough or best > 1.0:
            break
    return best
