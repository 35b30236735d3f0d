"""Renderers: each makes one format of a report, from nothing but the report."""

from scanner.report.formats import FORMATS, render

__all__ = ["FORMATS", "render"]
