"""App-ops, listeners, keyboards, roles, jobs and alarms of real recordings, counted apart."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from scanner.artifacts.android import (
    app_operations,
    input_methods,
    media_projection,
    notification_listeners,
    platform_compat,
    roles,
    schedules,
)
from scanner.errors import NotAvailable
from scanner.model.entities import (
    App,
    AppOperation,
    InputMethod,
    NotificationListener,
    Otherwise,
    PackageTrace,
    RoleHolder,
    Schedule,
)
from scanner.model.evidence import BytesFile
from scanner.model.requests import Dumpsys

from .conftest import REPORTS

pytestmark = pytest.mark.corpus
LINES = re.MULTILINE
TABLET = "xiaomi_pad6_A14"


def read(parse, text):
    return list(parse(BytesFile(Dumpsys(service="x"), text.encode())))


@pytest.fixture(params=(*REPORTS, TABLET))
def of(request, corpus, section):
    """Return what one recording holds of a service, as a text."""
    files = {
        "appops": "appops",
        "jobscheduler": "jobs",
        "alarm": "alarmas",
        "notification": "notificaciones",
    }

    def text(service):
        if request.param != TABLET:
            return section(request.param, service).decode("utf-8", "replace")
        if service not in files:
            return None
        path = corpus / "android-dumpsys" / TABLET / f"{files[service]}.txt"
        return path.read_text(encoding="utf-8", errors="replace")

    return text


def blocks(text):
    """Return the text below each uid of app-ops, and the uid."""
    start = re.search(r"^  Uid ", text, LINES)
    assert start is not None
    end = re.search(r"^(  [^ U\n]|[^ \n])", text[start.start() :], LINES)
    part = text[start.start() :][: end.start() if end else None]
    return re.findall(r"^  Uid (\w+):\n((?:(?!  Uid ).*\n)*)", part, LINES)


def pairs_of(text):
    """Return (user, package, operation) of all that is printed below a package, once each."""
    found = set()
    for uid, block in blocks(text):
        user = int(re.sub(r"^u(\d+)\D.*|.*", r"\1", uid) or 0)
        for package in re.split(r"^    Package ", block, flags=LINES)[1:]:
            name, _, rest = package.partition(":\n")
            ops = re.findall(r"^ {6}(\w+(?:\(\d+\))?)(?: \(|: mode=)", rest, LINES)
            found |= {(user, name, op) for op in ops}
            before = block.partition("    Package ")[0]
            found |= {(user, name, op) for op in re.findall(r"^ {6}(\w+): mode=", before, LINES)}
    return found


def test_every_operation_of_every_package(of):
    text = of("appops")
    found = [one for one in read(app_operations.parse, text) if isinstance(one, AppOperation)]
    expected = pairs_of(text)

    assert len(expected) > 100
    assert len(expected) == len(found)
    assert expected == {(one.user, one.package, one.operation) for one in found} or pytest.fail(
        "other operations", pytrace=False
    )


def test_packages_of_app_operations(of):
    text = of("appops")
    stated = read(app_operations.parse, text)
    named = set(re.findall(r"^    Package (\S+):$", text, LINES))
    packages = {name for name in named if "." in name}  # the rest are uids of the system
    traces = {one.package for one in stated if isinstance(one, PackageTrace)}

    assert len(packages) > 20
    assert len(packages) == len(traces & packages) == len(traces)


def test_accesses_and_refusals(of):
    """Of a uid with one package that is printed nowhere else, by lines of the text."""
    text = of("appops")
    found = [one for one in read(app_operations.parse, text) if isinstance(one, AppOperation)]
    used, rejected = Counter(), Counter()
    for one in found:
        used[one.package] += one.used is True
        rejected[one.package] += one.rejected is True
    names = Counter(re.findall(r"^    Package (\S+):$", text, LINES))
    compared = 0
    for _, block in blocks(text):
        for package in re.split(r"^    Package ", block, flags=LINES)[1:]:
            name, _, rest = package.partition(":\n")
            if names[name] > 1:
                continue
            ops = re.split(r"^ {6}(?=\S)", rest, flags=LINES)[1:]
            with_access = sum(bool(re.search(r"Access:|Running start|; time=", op)) for op in ops)
            with_refusal = sum("Reject:" in op or "rejectTime=" in op for op in ops)
            assert (with_access, with_refusal) == (used.pop(name, 0), rejected.pop(name, 0))
            compared += 1

    assert compared > 3


def test_what_is_allowed_where_no_uid_says_otherwise(of):
    text = of("appops")
    apps = {
        (one.user, one.package): one.operations_allowed
        for one in read(app_operations.parse, text)
        if isinstance(one, App)
    }
    names = Counter(re.findall(r"^    Package (\S+):$", text, LINES))
    compared = wrong = 0
    for uid, block in blocks(text):
        before, *packages = re.split(r"^    Package ", block, flags=LINES)
        if ": mode=" in before or not uid.startswith("u0a"):
            continue
        for package in packages:
            name, _, rest = package.partition(":\n")
            if names[name] == 1:
                plain = r"^ {6}(\w+(?:\(\d+\))?)(?: \(allow\)|: mode=0\b)"
                switched = r"^ {6}(\w+) \(\w+ / switch \w+=allow\)"
                allowed = {*re.findall(plain, rest, LINES), *re.findall(switched, rest, LINES)}
                wrong += allowed - {"LEGACY_STORAGE"} != set(apps[0, name] or ())
                compared += 1

    assert compared > 0
    assert 0 == wrong


def test_listeners(of):
    text = of("notification")
    allowed = re.search(r"^    Allowed notification listeners:\n((?: {6}.*\n)*)", text, LINES)
    if allowed is None:
        with pytest.raises(NotAvailable):
            read(notification_listeners.parse, text)
        return
    found = read(notification_listeners.parse, text)
    listeners = [one for one in found if isinstance(one, NotificationListener)]
    primary = [line for line in allowed[1].splitlines() if "isPrimary: true" in line]
    listed = [name for line in primary for name in line.split("(")[0].strip().split(":") if name]
    live = re.search(r"^    Live notification listeners \(\d+\):\n((?: {6}.*\n)*)", text, LINES)
    assert live is not None
    bound = [one for one in listeners if f"{{{one.component}}} (user {one.user})" in live[1]]

    numbers = [len(listed), len(bound), len(primary)]
    assert numbers == [
        sum(isinstance(one, NotificationListener) for one in found),
        sum(one.bound is True for one in listeners),
        sum(isinstance(one, Otherwise) for one in found),
    ]


@pytest.mark.parametrize("report", REPORTS)
def test_keyboards(section, report):
    text = section(report, "input_method").decode("utf-8", "replace")
    listed = re.search(r"^    mEnabledInputMethodsStrCache=(\S+)$", text, LINES)
    current = re.search(r"^  mCurMethodId=(\S+)$", text, LINES)
    assert listed is not None
    assert current is not None
    enabled = [
        one for one in read(input_methods.parse_enabled, text) if isinstance(one, InputMethod)
    ]
    used = [one for one in read(input_methods.parse_current, text) if isinstance(one, InputMethod)]

    assert listed[1].count(":") + 1 == len(enabled)
    assert [True] == [one.package == current[1].partition("/")[0] for one in used]


def test_roles(section):
    text = section("bugreport-sailfish-A10-QP1A.zip", "role").decode()
    found = read(roles.parse, text)
    holders = [one for one in found if isinstance(one, RoleHolder)]

    assert text.count("holders=") == len(holders) > 5
    assert set(map(int, re.findall(r"user_id=(\d+)", text))) == {
        one.user for one in found if isinstance(one, Otherwise)
    }


@pytest.mark.parametrize("report", REPORTS)
def test_nobody_saw_the_screen(section, report):
    text = section(report, "media_projection").decode()

    assert "\nnull\n" in text
    assert [Otherwise(entity="app", user=None, field="projecting", value=False)] == read(
        media_projection.parse, text
    )


def test_jobs(of):
    text = of("jobscheduler")
    compare_jobs(text)


def test_jobs_of_android_12(corpus):
    path = corpus / "android-dumpsys" / "redmi_lime_A12" / "dumpsysjobscheduler.txt"
    compare_jobs(path.read_text(encoding="utf-8", errors="replace"))


def compare_jobs(text):
    found = [one for one in read(schedules.parse_jobs, text) if isinstance(one, Schedule)]
    registered = re.search(r"^Registered (\d+) jobs:", text, LINES)
    assert registered is not None
    part = text[registered.end() :]
    end = re.search(r"^\S", part, LINES)
    assert end is not None
    part = part[: end.start()]
    packages = Counter(re.findall(r"^    Source: .* pkg=(\S+)$", part, LINES))
    counted: Counter[str] = Counter()
    for one in found:
        assert isinstance(one.count, int)
        counted[one.package] += one.count
    kept = [job for job in re.split(r"^  JOB ", part, flags=LINES) if "\n      PERSISTED\n" in job]

    assert int(registered[1]) == sum(counted.values()) > 20
    assert packages == counted or pytest.fail("other jobs", pytrace=False)
    assert {re.findall(r"pkg=(\S+)", job)[0] for job in kept} == {
        one.package for one in found if one.persisted
    } or pytest.fail("other persisted jobs", pytrace=False)


def test_alarms(of):
    text = of("alarm")
    found = [one for one in read(schedules.parse_alarms, text) if isinstance(one, Schedule)]
    part = text[text.index("  Alarm Stats:\n") :]
    lines = re.findall(r"^  \S*?:(\S+) \S+ running, (\d+) wakeups:$", part, LINES)
    times = sum(map(int, re.findall(r"^ {4}\S+ \d+ wakes (\d+) alarms", part, LINES)))

    assert len({name for name, _ in lines}) == len(found) > 1
    assert times == sum(one.count for one in found if isinstance(one.count, int))
    assert {name for name, count in lines if int(count)} == {
        one.package for one in found if one.wakes
    } or pytest.fail("other alarms", pytrace=False)


def test_compatibility_overrides(corpus):
    path = corpus / "mvt" / "android_data" / "dumpsys_platform_compat.txt"
    text = path.read_text(encoding="utf-8")
    lists = re.findall(r"Overrides=\{([^}]*)\}", text)
    names = {entry.split("=")[0].strip() for one in lists for entry in one.split(",")}
    found = read(platform_compat.parse, text)

    assert 3 == len(names) == len(found)
