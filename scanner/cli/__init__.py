"""The command line: parses, calls, prints."""

from scanner.cli.main import main

__all__ = ["main"]
