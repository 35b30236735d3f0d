"""Lists of stalkerware in YAML: an app to an entry, with its packages, signers and servers.

Format: https://github.com/AssoEchap/stalkerware-indicators (`ioc.yaml`, `watchware.yaml`). An entry
is `name`, `names`, `type`, `packages`, `ios_bundles`, `certificates`, `c2` with `ips` and
`domains`, and the `websites` and places of `distribution` where the app is offered. Those two are
listed and not matched: who looks at the offer has nothing on the phone. The same apps are made for
open use by parents and employers (`watchware`): such an entry has a low confidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.detect.feeds.attributes import digest_kind
from scanner.detect.feeds.draft import Draft, atom, kept_names
from scanner.detect.feeds.yaml_data import YamlList
from scanner.detect.problems import Problems
from scanner.model.indicators import Indicator

_OPEN_USE = 25  # confidence in an app that is not hidden from the one who is watched
_KINDS = {"packages": "package", "ios_bundles": "package", "certificates": "certificate"}
_SERVERS = {"ips": "ip", "ip": "ip", "domains": "host"}
_OFFERS = ("websites", "distribution")
_DESCRIBING = frozenset({"name", "names", "type", "c2", *_KINDS, *_OFFERS})


def read_stalkerware(data: bytes, draft: Draft) -> None:
    """Read a list of apps. RuleErrors for entries of another shape."""
    problems = Problems(draft.path)
    found = YamlList(problems).read(data)
    checked = [_checked(number, entry, problems) for number, entry in enumerate(found)]
    problems.raise_any()
    offers = 0
    for entry in checked:
        offers += sum(len(_texts(entry.get(key))) for key in _OFFERS)
        for indicator in _indicators(entry, draft):
            draft.add(indicator)
        for key in sorted(entry.keys() - _DESCRIBING):
            draft.leave_out(f"{entry.get('name', '')}: {key}", "no observable that is looked up")
    if offers:
        reason = "where an app is offered: a visit leaves nothing on the phone"
        draft.leave_out(f"{offers} websites", reason, offers)


def _checked(number: int, entry: Any, problems: Problems) -> dict[str, Any]:
    if not isinstance(entry, dict):
        problems.add((number,), "a map expected", "an entry begins with `- name:`")
        return {}
    if not isinstance(entry.get("name"), str):
        problems.add((number, "name"), "a text expected", "name the app")
    for key in (*_KINDS, *_OFFERS, "names"):
        _check_texts((number, key), entry.get(key), problems)
    servers = entry.get("c2")
    if not isinstance(servers, dict | None):
        problems.add((number, "c2"), "a map expected", "`ips` and `domains` stand in it")
    else:
        for key in _SERVERS:
            _check_texts((number, "c2", key), (servers or {}).get(key), problems)
    return entry


def _check_texts(place: tuple[str | int, ...], value: Any, problems: Problems) -> None:
    if value is None or value == "":
        return
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        problems.add(place, "a list of texts expected", "write `- ` before each value")


def _indicators(entry: dict[str, Any], draft: Draft) -> Iterator[Indicator]:
    names = kept_names([entry["name"], *_texts(entry.get("names"))])
    confidence = _OPEN_USE if entry.get("type") == "watchware" else None
    seen: set[str] = set()
    for kind, written in _values(entry):
        try:
            type, value = atom(digest_kind(kind, written), written)
        except ValueError as error:
            draft.leave_out(f"{entry['name']}: {kind}", str(error))
            continue
        id = f"{type}:{value}"
        if id not in seen:
            seen.add(id)
            yield Indicator(type=type, value=value, id=id, names=names, confidence=confidence)


def _values(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, kind in _KINDS.items():
        for written in _texts(entry.get(key)):
            yield kind, written
    for key, kind in _SERVERS.items():
        for written in _texts((entry.get("c2") or {}).get(key)):
            yield kind, written


def _texts(value: Any) -> list[str]:
    return value if isinstance(value, list) else []
