"""A new file of YARA rules with its proofs beside it: valid, and TO DO where its author speaks."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from pathlib import PurePosixPath

from scanner.detect.header import techniques
from scanner.detect.lints import TO_DO
from scanner.detect.workbench.scaffold import Asked, Scaffold, file_name
from scanner.detect.yara_proofs import SUFFIX
from scanner.errors import UsageError

# Of each kind of content: the test of its first bytes, and made bytes around a text.
_KINDS: dict[str, tuple[str, str]] = {
    "elf": ("uint32be(0) == 0x7f454c46", "elf: {{text: [{text}]}}"),
    "dex": ("uint32be(0) == 0x6465780a", "dex: {{strings: [{text}]}}"),
    "macho": ("uint32(0) == 0xfeedfacf", "macho: {{text: [{text}]}}"),
    "text": ("filesize < 1MB", "text: {text}"),
}
KINDS = tuple(_KINDS)


def yara_rule(asked: Asked, kind: str) -> tuple[Scaffold, Scaffold]:
    """Return a new file of one rule, and its proofs. UsageError for what it cannot be about."""
    stem = file_name(asked.title)
    if not stem:
        raise UsageError("a title without letters", remedy="say what is seen")
    for one in asked.techniques:
        if one.upper() not in techniques():
            remedy = "for example T1453 or T1636.004"
            raise UsageError(f"`{one[:80]}` is no technique of ATT&CK for Mobile", remedy=remedy)
    name = _rule_name(stem)
    begins, made = _KINDS[kind]
    path = PurePosixPath(asked.platform, f"{stem}.yar")
    text = _RULE.format(
        name=name,
        tags=_tags(asked.techniques),
        id=uuid.uuid4(),
        title=json.dumps(asked.title, ensure_ascii=False),
        todo=TO_DO,
        platform=asked.platform,
        kind=kind,
        begins=begins,
    )
    proofs = _PROOFS.format(
        name=name,
        other=made.format(text="com.example.ordinary"),
        same=made.format(text="com.example.strange"),
    )
    return Scaffold(path=path, text=text), Scaffold(path=path.with_suffix(SUFFIX), text=proofs)


def _rule_name(stem: str) -> str:
    """Return a title as the name of a rule, which YARA writes in ASCII and begins with a letter."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in stem)
    words = "_".join(word.capitalize() for word in plain.split("_") if word)
    return words if words[:1].isalpha() else f"Rule_{words}".rstrip("_")


def _tags(techniques_: Sequence[str]) -> str:
    named = " ".join(f"attack_{one.lower().replace('.', '_')}" for one in techniques_)
    return f" : {named}" if named else ""


_RULE = """\
rule {name}{tags}
{{
    meta:
        id = "{id}"
        title = {title}
        description = "{todo}: what was seen, and why it matters to the owner of the phone."
        status = "experimental"  // matches are for review
        level = "low"            // informational, low, medium, high, critical
        class = "posture"        // compromise: a trace of an attack
        confidence = "low"       // low, medium, high, confirmed
        platform = "{platform}"
        filetype = "{kind}"
        advice = "save_evidence_first"
        falsepositives = "{todo}: what else explains a match."
    strings:
        $text = "com.example.strange"
    condition:
        {begins} and $text
}}
"""
_PROOFS = """\
{name}:
  no_match:  # the benign look-alike first
    - {other}
  match:
    - {same}
"""
