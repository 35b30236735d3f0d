"""The activation of the phone, from mobileactivationd and from lockdownd.

mobileactivationd answers `GetActivationStateRequest` with a dictionary whose Value is one word:
Activated, Unactivated, FactoryActivated, SoftActivated, MismatchedIMEI and a few more; lockdownd
states the same word as ActivationState in its domain without a name. Two voices of one phone: where
they differ, something stands between them.

Sources: pymobiledevice3 mobile_activation.py, libimobiledevice mobileactivation.c.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.ios.reply import value_of, values_of
from scanner.errors import ParseError
from scanner.formats.plists import Value
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import DeviceState
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Lockdown, ServiceCall

_WORD = re.compile(r"[A-Za-z]{1,60}")


def parse(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield what mobileactivationd states."""
    yield _state(value_of(file))


def parse_value(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield what lockdownd states."""
    yield _state(values_of(file).get("ActivationState"))


def _state(word: Value) -> DeviceState:
    if not isinstance(word, str) or not _WORD.fullmatch(word):
        raise ParseError("a state of activation expected")
    return DeviceState(activation=word)


ACTIVATION = Artifact(
    name="ios.activation",
    title="Activation",
    platform="ios",
    states=(Stated(DeviceState, ("activation",)),),
    readings=(
        Reading(
            ServiceCall(
                service="com.apple.mobileactivationd",
                arguments=(("Command", "GetActivationStateRequest"),),
            ),
            parse,
        ),
        Reading(Lockdown(), parse_value),
    ),
)
