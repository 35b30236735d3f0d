"""A simulated fleet: managed phones that live on from day to day, some of them with a plant."""

from scanner.simulate.fleet.cases import in_case, write_cases
from scanner.simulate.fleet.fleet import Fleet
from scanner.simulate.fleet.life import Push
from scanner.simulate.fleet.plantings import KINDS, Planted

__all__ = ["KINDS", "Fleet", "Planted", "Push", "in_case", "write_cases"]
