"""pySigma's validators of rules, those that need no network and fit what the scanner evaluates.

They see the documents as they were written, never what was made of them. What is left out, and why,
is said by `LEFT_OUT`. pySigma 2: https://github.com/SigmaHQ/pySigma/tree/main/sigma/validators/core
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct
from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule
from sigma.validators.base import SigmaRuleValidator, SigmaValidationIssue
from sigma.validators.core.condition import (
    AllOfThemConditionValidator,
    ThemConditionWithSingleDetectionValidator,
)
from sigma.validators.core.metadata import (
    CustomAttributesValidator,
    DuplicateReferencesValidator,
    DuplicateTitleValidator,
)
from sigma.validators.core.modifiers import InvalidModifierCombinationsValidator
from sigma.validators.core.values import (
    ControlCharacterValidator,
    DoubleWildcardValidator,
    EscapedWildcardValidator,
    WildcardsInsteadOfModifiersValidator,
)

from scanner.detect.documents import Document
from scanner.detect.sigma.values import POLICY

VALIDATORS: tuple[type[SigmaRuleValidator], ...] = (
    AllOfThemConditionValidator,
    ControlCharacterValidator,
    CustomAttributesValidator,
    DoubleWildcardValidator,
    DuplicateReferencesValidator,
    DuplicateTitleValidator,
    EscapedWildcardValidator,
    InvalidModifierCombinationsValidator,
    ThemConditionWithSingleDetectionValidator,
    WildcardsInsteadOfModifiersValidator,
)
_TAGS = "the tags of a rule are techniques of ATT&CK for Mobile, checked when it is loaded"
LEFT_OUT: dict[str, str] = {
    "ATTACKTagValidator": "downloads the list; the one that ships is used",
    "D3FENDTagValidator": "downloads the list",
    "CARTagValidator": _TAGS,
    "CVETagValidator": _TAGS,
    "DetectionTagValidator": _TAGS,
    "NamespaceTagValidator": _TAGS,
    "STPTagValidator": _TAGS,
    "TLPTagValidator": _TAGS,
    "TLPv1TagValidator": _TAGS,
    "TLPv2TagValidator": _TAGS,
    "TagFormatValidator": _TAGS,
    "DuplicateTagValidator": "the lint `tags` says it",
    "DanglingConditionValidator": "such a rule does not load",
    "DanglingDetectionValidator": "the lint `selections` says it",
    "IdentifierExistenceValidator": "such a rule does not load",
    "IdentifierUniquenessValidator": "such a file does not load",
    "DuplicateFilenameValidator": "a name may stand in the folders of both platforms",
    "FilenameLengthValidator": "the file is named as the title, whose length a lint limits",
    "FieldnameLogsourceValidator": "fields are held against the entity when the rule is loaded",
    "SpecificInsteadOfGenericLogsourceValidator": "knows log sources of Windows only",
    "NumberAsStringValidator": "a value fits the type of its field: a setting holds text",
}
# A list of ours may hold each of several whole values: `all` without `contains` asks for that.
_UNFIT = frozenset({"AllWithoutContainsModifierIssue"})
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Issue(Struct, frozen=True, kw_only=True):
    """What a validator says of a document."""

    name: str
    reason: str
    document: Document


def name_of(validator: type[SigmaRuleValidator]) -> str:
    """Return the name of a validator among lints: `sigma-double-wildcard`."""
    return "sigma-" + _HUMP.sub("-", validator.__name__.removesuffix("Validator")).lower()


def validate(documents: Iterable[Document]) -> Iterator[Issue]:
    """Yield what the validators say of documents, each on its own and then all together."""
    validators = [validator() for validator in VALIDATORS]
    of: dict[int, Document] = {}
    kept = []  # while rules live, their ids in memory are their own
    for document in documents:
        rule = _rule(document)
        if rule is None:
            continue
        kept.append(rule)
        of[id(rule)] = document
        for validator in validators:
            yield from _issues(validator, validator.validate(rule), of)
    for validator in validators:
        yield from _issues(validator, validator.finalize(), of)


def _rule(document: Document) -> SigmaRule | SigmaCorrelationRule | None:
    data: dict[str, Any] = document.data
    if "id" not in data:  # a base rule: it makes no findings, so its title need not be its own
        data = data | {"title": f"{document.path}: {data.get('name')}"}
    try:
        if "correlation" in data:
            return SigmaCorrelationRule.from_dict(data, collect_errors=True)
        rule = SigmaRule.from_dict(data, collect_errors=True, policy=POLICY)
    except SigmaError:
        return None  # what is wrong with it was said when it was loaded
    return rule if rule.detection is not None else None


def _issues(
    validator: SigmaRuleValidator,
    issues: Iterable[SigmaValidationIssue],
    of: dict[int, Document],
) -> Iterator[Issue]:
    for issue in issues:
        if type(issue).__name__ not in _UNFIT:
            for rule in issue.rules:
                yield Issue(
                    name=name_of(type(validator)),
                    reason=_said(issue),
                    document=of[id(rule)],
                )


def _said(issue: SigmaValidationIssue) -> str:
    about = ("string", "detection_item", "title", "reference", "fieldname")
    values = (getattr(issue, name, None) for name in about)
    shown = next((str(getattr(value, "field", value)) for value in values if value), "")
    text = " ".join(issue.description.split()).rstrip(".")
    return f"{text}: {shown[:80]}" if shown else text
