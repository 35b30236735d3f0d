"""Bytes in the formats of real files, made from plain data.

They carry the structure that a rule asks for and nothing else: no code in them runs. A YARA rule
proves itself on them, so that no file of a stranger has to lie in this project.
"""

from __future__ import annotations

from scanner.detect.made.maker import KINDS, Maker

__all__ = ["KINDS", "Maker"]
