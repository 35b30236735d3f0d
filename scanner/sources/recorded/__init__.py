"""Recordings that somebody else made: bugreports, androidqf, loose outputs, profile files."""

from scanner.sources.recorded.names import is_given
from scanner.sources.recorded.parts import common_top
from scanner.sources.recorded.survey import survey

__all__ = ["common_top", "is_given", "survey"]
