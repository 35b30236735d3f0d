"""Fleets: what each case contributes, and the comparison of thousands of them."""

from scanner.pipeline.fleet.comparing import compare_fleet

__all__ = ["compare_fleet"]
