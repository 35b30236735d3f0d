"""The case: the folder that one acquisition produces, verifiable by anyone."""

from scanner.case.bag import Problem
from scanner.case.contents import LastFile
from scanner.case.lock import device_lock
from scanner.case.pseudonym import device_key, installation_key, pseudonym
from scanner.case.reader import Case
from scanner.case.verify import Verification, require_unchanged, verify
from scanner.case.writer import OpenCase

__all__ = [
    "Case",
    "LastFile",
    "OpenCase",
    "Problem",
    "Verification",
    "device_key",
    "device_lock",
    "installation_key",
    "pseudonym",
    "require_unchanged",
    "verify",
]
