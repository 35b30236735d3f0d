"""Rules that were written for another program: none is refused, each is usable or says why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.detect import RuleErrors, RulePack, lint, load
from scanner.detect.aliases import sources
from scanner.detect.foreign import is_foreign
from scanner.detect.rules import Correlation, Rule
from scanner.detect.sigma import CATEGORIES, fields
from scanner.model.entities import App, Crash, Entity, Process, Socket
from scanner.model.findings import Message
from tests.detect.devices import device, one_check
from tests.detect.rule_files import rule_data, write


def foreign(category: str | None, detection: dict[str, Any], **changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "title": "A rule of others",
        "id": "5d8b0d4e-2c1f-4b7a-9a55-0a6d9f2b1107",
        "status": "stable",
        "level": "high",
        "logsource": {"product": "android", "category": category},
        "detection": detection,
        "tags": ["attack.execution", "attack.t1417", "other.words"],
    }
    data.update(changed)
    return {key: value for key, value in data.items() if value is not None}


def one(folder: Path, data: dict[str, Any]) -> RulePack:
    return load([write(folder, data)], shipped=False)


INSTALL = {"event_type": "START_INSTALL", "originatingPackageName|contains": ["browser", "files"]}
STORE = {"installerPackageName": ["com.android.vending", "com.example.store"]}
USABLE: dict[str, tuple[str, dict[str, Any], Entity, Entity]] = {
    # category, detection, what matches, what does not
    "an installation": (
        "package_install",
        {"a": INSTALL, "b": STORE, "condition": "a and not b"},
        App(user=0, package="a", system=False, originating_installer="x.browser", installer=None),
        App(user=0, package="a", system=True, originating_installer="x.browser", installer=None),
    ),
    "a package": (
        "package_install",
        {"a": {"package_name|startswith": "com.example."}, "b": STORE, "condition": "a and not b"},
        App(user=0, package="com.example.a", installer="com.android.shell"),
        App(user=0, package="com.example.a", installer="com.android.vending"),
    ),
    "a process by its name": (
        "process",
        {"a": {"event_type": "process_running", "user": "root", "cmd|contains": "frida"},
         "condition": "a"},
        Process(source="ps", pid=1, started=None, owner="root", name="frida", executable=None),
        Process(source="ps", pid=1, started=None, owner="root", name="init", executable=None),
    ),
    "a process by its program": (
        "process",
        {"a": {"event_type": "process_running"}, "b": {"cmd|startswith": "/data/local/"},
         "condition": "a and b"},
        Process(source="ps", pid=1, started=None, name="x", executable="/data/local/tmp/x"),
        Process(source="ps", pid=1, started=None, name="x", executable="/system/bin/x"),
    ),
    "a connection": (
        "network",
        {"a": {"event_type": "network_socket", "protocol": "tcp", "state": "ESTABLISHED"},
         "b": {"remote_port": [80, 443]}, "condition": "a and not b"},
        Socket(source="proc", protocol="tcp", local_address="10.0.0.2", local_port=40000,
               remote_address="192.0.2.1", remote_port=4444, uid=10100, state="established"),
        Socket(source="proc", protocol="tcp", local_address="10.0.0.2", local_port=40000,
               remote_address="192.0.2.1", remote_port=443, uid=10100, state="established"),
    ),
    "a crash": (
        "crash",
        {"a": {"event_type": "native_crash", "crash_type": "tombstone", "signal": "SIGABRT"},
         "condition": "a"},
        Crash(file="tombstone_00", signal="SIGABRT"),
        Crash(file="tombstone_00", signal="SIGSEGV"),
    ),
    "a category of ours": (
        "app",
        {"a": {"debuggable": True}, "condition": "a"},
        App(user=0, package="a", debuggable=True),
        App(user=0, package="a", debuggable=False),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", USABLE)
def test_a_rule_of_others_runs_for_review(name: str, tmp_path: Path):
    category, detection, match, other = USABLE[name]

    (rule,) = one(tmp_path, foreign(category, detection)).rules

    assert isinstance(rule, Rule)
    assert rule.evaluate(match) is True
    assert rule.evaluate(other) is False
    check, findings = one_check(device([(match, "list")]), rule)
    assert "review" == check.status
    assert findings[0].review


_FORMS = ("contains", "startswith", "endswith", "cased", "re")
UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "no log source": (
        foreign(None, {"a": {"pkg": "x"}, "condition": "a"}, logsource=None),
        "no log source",
    ),
    "no product": (
        foreign("x", {"a": {"b": 1}, "condition": "a"}, logsource={"category": "process"}),
        "a log source without product",
    ),
    "no category": (
        foreign("x", {"a": {"b": 1}, "condition": "a"}, logsource={"product": "android"}),
        "a log source without category",
    ),
    "another product": (
        foreign("x", {"a": {"b": 1}, "condition": "a"}, logsource={"product": "windows",
                                                                   "category": "x"}),
        "a rule for `windows`",
    ),
    "a category that is not read": (
        foreign("battery", {"a": {"event_type": "battery_app_stats"}, "condition": "a"}),
        "no entity of the category `battery`",
    ),
    "an event that is not read": (
        foreign("crash", {"a": {"event_type": "anr_trace"}, "condition": "a"}),
        "no entity for events of the type `anr_trace`",
    ),
    "no event where one is needed": (
        foreign("usb", {"a": {"connected": True}, "condition": "a"}),
        "the category `usb` without the type of an event",
    ),
    "an event that is not named": (
        foreign("network", {"a": {"remote_port": 1}, "condition": "a"}),
        "no field of network for `remote_port`",
    ),
    "part of an event": (
        foreign("process", {"a": {"event_type|contains": "run"}, "condition": "a"}),
        "`event_type|contains`: an event is named in full",
    ),
    "fields that are not read": (
        foreign(
            "process",
            {"a": [{"event_type": "process_running"}, {"thread_count": 3, "nice": 1}],
             "condition": "a"},
        ),
        "no field of process for `thread_count`, `nice`",
    ),
    "very many names": (
        foreign(
            "process",
            {"a": {f"cmd|{one}": "x" for one in _FORMS},
             "condition": "a"},
        ),
        "too many fields of several names in one selection",
    ),
    "another constant": (
        foreign(
            "crash", {"a": {"event_type": "native_crash", "crash_type": "java"}, "condition": "a"}
        ),
        "`crash_type` is always `tombstone` here",
    ),
    "two tests of one field": (
        foreign("package_install", {"a": {"pkg": "x", "package_name": "y"}, "condition": "a"}),
        "two tests of `package` in one selection",
    ),
    "a value of another type": (
        foreign("package_install", {"a": {"versionCode": "1.2"}, "condition": "a"}),
        "detection.a.version_code: a number expected, not `1.2`",
    ),
    "a search without a field": (
        foreign("process", {"a": ["frida"], "condition": "a"}),
        "detection.a.0: a map of fields and values expected",
    ),
    "an old aggregation": (
        foreign("process", {"a": {"pid": 1}, "condition": "a | count() > 5"}),
        "detection.condition: ",
    ),
    "an unknown modifier": (
        foreign("process", {"a": {"cmd|has": "x"}, "condition": "a"}),
        "unknown modifier `has`",
    ),
    "deprecated": (
        foreign("process", {"a": {"pid": 1}, "condition": "a"}, status="deprecated"),
        "its status is deprecated",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_rule_of_others_is_never_refused(name: str, tmp_path: Path):
    data, reason = UNUSABLE[name]

    pack = one(tmp_path, data)

    assert () == pack.rules
    (listed,) = pack.unusable
    assert reason in str(listed.params["reason"])


def test_what_it_says_of_itself_is_kept_as_far_as_it_can_be(tmp_path: Path):
    detection = {"a": {"pid": 1}, "condition": "a"}
    data = foreign("process", detection, falsepositives="One.", references=["https://example.org"])

    (rule,) = one(tmp_path, data).rules

    assert ("5d8b0d4e-2c1f-4b7a-9a55-0a6d9f2b1107", "A rule of others") == (rule.id, rule.title)
    assert ("high", "compromise", "low") == (rule.level, rule.rule_class, rule.confidence)
    assert ("experimental", ("attack.t1417",)) == (rule.status, rule.tags)
    assert (("One.",), ("https://example.org",)) == (rule.falsepositives, rule.references)
    assert "A rule of others" == rule.description
    assert ["foreign"] == [each.name for each in lint(rule)]


def test_a_title_of_others_is_one_plain_line(tmp_path: Path):
    data = foreign("process", {"a": {"pid": 1}, "condition": "a"}, title="a\x1b[2J\nb\u202e c")

    (rule,) = one(tmp_path, data).rules

    assert "a [2J b c" == rule.title


@pytest.mark.parametrize("stated", [None, "example-01", "5D8B0D4E-2C1F-4B7A-9A55-0A6D9F2B1107"])
def test_a_rule_without_a_uuid_has_one_that_stays(stated: str | None, tmp_path: Path):
    data = foreign("process", {"a": {"pid": 1}, "condition": "a"}, id=stated)

    (first,) = one(tmp_path, data).rules
    (again,) = one(tmp_path, data).rules

    assert first.id == again.id != stated


def test_an_id_that_stands_twice_is_listed(tmp_path: Path):
    for number in (1, 2):
        detection = {"a": {"pid": number}, "condition": "a"}
        write(tmp_path, foreign("process", detection), f"{number}.yml")

    pack = load([tmp_path], shipped=False)

    assert 1 == len(pack.rules)
    reason = "the id is that of 1.yml"
    assert (Message("rule.unusable", {"path": "2.yml", "reason": reason}),) == pack.unusable


@pytest.mark.parametrize("key", ["class", "confidence", "tests"])
def test_a_rule_with_any_key_of_ours_is_ours_and_held_to_all(key: str, tmp_path: Path):
    data = foreign("process", {"a": {"pid": 1}, "condition": "a"})
    data[key] = rule_data()[key]

    with pytest.raises(RuleErrors) as caught:
        one(tmp_path, data)

    assert "the key is missing" in {error.reason for error in caught.value.errors}


def test_what_is_no_rule_is_refused():
    assert not is_foreign({"title": "x"})
    assert not is_foreign({"title": ["x"], "detection": {"a": 1}})
    assert not is_foreign({"detection": {"a": 1}})
    assert is_foreign({"title": "x", "detection": {"a": 1}})


def test_a_correlation_of_others_runs_with_its_names(tmp_path: Path):
    documents = (
        foreign("package_install", {"a": {"pkg|contains": "."}, "condition": "a"}, name="there"),
        foreign(
            "network",
            {"a": {"event_type": "network_socket", "remote_port": 4444}, "condition": "a"},
            name="talks",
        ),
        {
            "title": "Both",
            "correlation": {
                "type": "temporal",
                "rules": ["there", "talks"],
                "group-by": ["name"],
                "aliases": {"name": {"there": "pkg", "talks": "package_name"}},
                "timespan": "1h",
            },
        },
    )
    text = "\n---\n".join(json.dumps(document) for document in documents)

    (rule,) = load([write(tmp_path, text)], shipped=False).rules

    assert isinstance(rule, Correlation)
    assert [("package",), ("packages",)] == [base.group for base in rule.bases]
    assert rule.review


def test_a_correlation_of_others_that_is_wrong_is_listed(tmp_path: Path):
    data = {"title": "Both", "correlation": {"type": "near", "rules": ["x"], "timespan": "1h"}}

    (listed,) = one(tmp_path, data).unusable

    assert "correlation.type: one of event_count" in str(listed.params["reason"])


def test_the_table_names_entities_and_fields_that_are_there():
    for category, source in sources().items():
        entities = {event.entity for event in source.events.values()}
        entities |= {name for name in (source.entity, category) if name in CATEGORIES}
        known = {name for entity in entities for name in fields(CATEGORIES[entity])}

        assert {name for ours in source.fields.values() for name in ours} <= known, category
        for event in source.events.values():
            names = {name.partition("|")[0] for name in event.tests}
            assert names <= fields(CATEGORIES[event.entity]).keys(), category
