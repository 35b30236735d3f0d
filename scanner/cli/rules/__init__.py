"""`scanner rules`."""

from scanner.cli.rules.group import rules

__all__ = ["rules"]
