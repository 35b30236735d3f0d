"""A fleet, compared: what few devices have, what all have and the reference lacks."""

from scanner.fleet.compare import compare
from scanner.fleet.facets import FACETS, facets_of
from scanner.fleet.facts import facets
from scanner.fleet.meanings import MEANING

__all__ = ["FACETS", "MEANING", "compare", "facets", "facets_of"]
