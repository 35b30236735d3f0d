"""What a finding is about, so that it is known again in another scan of the same device."""

from __future__ import annotations

from scanner.changes.noise import policy
from scanner.model.findings import Finding

Matter = tuple[object, ...]


def matter(finding: Finding) -> Matter:
    """Return what tells a finding from others: its rule, its subject, and what matched of it.

    The parts of a key by which the same thing is not found again (the number of a process, the
    far end of a connection) are left out; the name of it and what matched stand for them.
    """
    subject = finding.subject
    noise = policy().get(subject.entity)
    lasting = frozenset(subject.key if noise is None else noise.identity)
    key = tuple(sorted((name, str(subject.key[name])) for name in subject.key if name in lasting))
    if len(key) == len(subject.key):
        return finding.rule, subject.entity, key
    return (
        finding.rule,
        subject.entity,
        key,
        tuple(sorted(subject.about.items())),
        _matched(finding),
    )


def _matched(finding: Finding) -> Matter:
    """Return the words that matched; numbers count days and processes."""
    return tuple(
        sorted(
            (each.field, *sorted(str(value) for value in each.values if isinstance(value, str)))
            for each in finding.matched
        )
    )
