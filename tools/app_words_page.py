"""Make `docs/app-words.md`: every word of the closed sets that describe files of apps.

The sets stand beside the readers that use them; here they are put into tables.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar, get_args

from scanner.formats.apk import anomalies as apk
from scanner.formats.apk_signing.reasons import ISSUES, REASONS
from scanner.formats.macho import anomalies as macho
from scanner.formats.macho import reasons as code_signing
from scanner.formats.programs import dex, elf
from scanner.formats.programs.api_use import Capability, capabilities
from scanner.formats.programs.packers import Packer, packers
from tools.tables import table

W = TypeVar("W", bound=str)
_SCHEME: Final = re.compile("V[234]_SIG_")

# What of a file a reason speaks of.
ANDROID_SCHEMES: Final[Mapping[str, str]] = {
    "archive": "the file as a whole, or what its manifest asks for",
    "v1": "the oldest way: each entry by itself, as in a JAR",
    "v2": "the whole file, in a block before its directory; known from Android 7 (24) on",
    "v3": "the same, with a history of keys; from Android 9 (28) on",
    "v3.1": "the same, for a key that newer versions alone shall take; from Android 13 (33) on",
    "v4": "a file `.idsig` beside the APK; from Android 11 (30) on, and only beside v2 or newer",
    "source_stamp": "the stamp of a store; it decides nothing",
}
IOS_SCHEMES: Final[Mapping[code_signing.Scheme, str]] = {
    "code": "the code directory, and what it covers beside the pages: requirements, entitlements",
    "pages": "the bytes of the program",
    "cms": "who signed the code directory",
    "resources": "the other files of an app",
    "profile": "the provisioning profile that lets an app run",
}
_INTRO = """\
What is said of a file of an app is said in words of closed sets, and each has one sentence.
The fields of [`app_file`, `code_file` and `app`](entities.md#app_file) hold these words, and rules
ask for them: [write a rule about apps](how-to/write-a-rule-about-apps.md) shows how.
A word states what was seen. What it may mean is the matter of [rules](rules.md)."""
_ANOMALIES = """\
Ordinary tools write none of this, so each word is worth a look; none is proof of intent.
*Also by faulty tools*: packers that make files smaller, and tools with a defect, leave these, too.
All others make programs of analysis fail, or read something else than Android does."""
_REASONS = """\
Each reason stands beside the scheme that it befalls, in `signature.errors`.
What speaks against a signature without making it fail stands in `signature.warnings`, in the same
words. The last column names the issues of AOSP's `apksig` that a word stands for; `V*` is the
number of the scheme."""
_IOS_REASONS = """\
*Open*: where nothing else speaks against a signature, `signature.verified` is none: not decided."""
_CAPABILITIES = """\
What code can do, by what it calls of Android. None of it says that it is wanted for ill, and most
apps have several; each can do only what its permissions allow.
Names that code puts together while it runs are not seen, nor is code that it loads later: that a
capability is absent proves nothing."""
_PACKERS = """\
What packs, encrypts or hides the code of an app. Banks and games use such protectors as well as
malware does. A trace tells that the code that was read is not all of it: the rest is there only
while the app runs."""


def parts() -> Iterator[str]:
    """Yield the page, heading by heading."""
    yield _INTRO
    yield from _anomalies()
    yield from _android_reasons()
    yield from _ios_reasons()
    yield f"## What code can do\n\nIn `capabilities`.\n\n{_CAPABILITIES}"
    rows = [(f"`{name}`", one.means, _told_by(one)) for name, one in sorted(capabilities().items())]
    yield table(("word", "means", "told by"), rows)
    yield f"## Protectors\n\nIn `packers`.\n\n{_PACKERS}"
    known = [(f"`{name}`", _leaves(one), one.source) for name, one in sorted(packers().items())]
    yield table(("word", "leaves", "who names it so"), known)


def _anomalies() -> Iterator[str]:
    yield f"## What is odd about an Android app\n\nIn `anomalies`.\n\n{_ANOMALIES}"
    rows = [
        (f"`{word}`", meaning, "also by faulty tools" if word in apk.ODD else "")
        for word, meaning in sorted(apk.ANOMALIES.items())
    ]
    yield table(("word", "means", "left"), rows)
    yield "## What is odd about code for Android\n\nIn `anomalies`, of a DEX or an ELF."
    of_code = {("DEX", *each) for each in dex.ANOMALIES.items()}
    of_code |= {("ELF", *each) for each in elf.ANOMALIES.items()}
    yield table(
        ("word", "of", "means"),
        [(f"`{word}`", kind, meaning) for kind, word, meaning in sorted(of_code)],
    )
    yield "## What is odd about an app of iOS\n\nIn `anomalies`, of an app or of a program."
    yield table(("word", "means"), _sentences(macho.SENTENCES))


def _android_reasons() -> Iterator[str]:
    yield f"## Why a signature of Android does not hold\n\n{_REASONS}"
    yield table(("scheme", "is"), _sentences(ANDROID_SCHEMES, ordered=True))
    names: dict[str, set[str]] = defaultdict(set)
    for issue, (_, word) in ISSUES.items():
        names[word].add(_SCHEME.sub("V*_SIG_", issue))
    rows = [
        (f"`{word}`", meaning, ", ".join(f"`{name}`" for name in sorted(names[word])))
        for word, meaning in sorted(REASONS.items())
    ]
    yield table(("reason", "means", "of AOSP"), rows)


def _ios_reasons() -> Iterator[str]:
    yield f"## Why a signature of iOS does not hold\n\n{_IOS_REASONS}"
    yield table(("scheme", "is"), _sentences(IOS_SCHEMES, ordered=True))
    rows = [
        (f"`{word}`", code_signing.SENTENCES[word], "open" if _leaves_open(word) else "")
        for word in sorted(get_args(code_signing.Reason))
    ]
    yield table(("reason", "means", ""), rows)


def _leaves_open(word: code_signing.Reason) -> bool:
    return code_signing.verdict((code_signing.error("code", word),)) is None


def _sentences(words: Mapping[W, str], *, ordered: bool = False) -> list[tuple[str, str]]:
    """Return rows of words with what they mean, by name unless their order says something."""
    listed = words.items() if ordered else sorted(words.items())
    return [(f"`{word}`", meaning) for word, meaning in listed]


def _told_by(capability: Capability) -> str:
    """Return what of code tells a capability."""
    said = [
        ("calls", _by_class(capability.methods)),
        ("derives from", _quoted(capability.extends)),
        ("reads", _by_class(capability.fields)),
        ("names", _quoted(f"content://{each}" for each in capability.providers)),
    ]
    return "; ".join(f"{verb} {what}" for verb, what in said if what)


def _by_class(members: Iterable[str]) -> str:
    """Return members behind their class, which is named once."""
    found: dict[str, list[str]] = defaultdict(list)
    for member in members:
        owner, _, name = member.rpartition(".")
        found[owner].append(name)
    return ", ".join(f"`{owner}` ({_quoted(names)})" for owner, names in found.items())


def _leaves(packer: Packer) -> str:
    said = [
        ("libraries", _quoted((*packer.libraries, *(f"{each}*" for each in packer.prefixes)))),
        ("files", _quoted(packer.files)),
        ("classes", _quoted(packer.classes)),
        ("sections", _quoted(packer.sections)),
    ]
    return "; ".join(f"{kind} {what}" for kind, what in said if what)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
