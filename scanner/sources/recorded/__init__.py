"""Recordings that somebody else made: bugreports, androidqf, loose outputs of commands."""

from scanner.sources.recorded.names import is_given
from scanner.sources.recorded.survey import survey

__all__ = ["is_given", "survey"]
