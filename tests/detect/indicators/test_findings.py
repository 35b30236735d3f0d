"""The findings of indicators: subject, weight and what matched."""

from __future__ import annotations

import pytest

from scanner.model.entities import (
    AdbKey,
    FileEntry,
    InstalledFile,
    Mount,
    Network,
    Payload,
    Process,
    Profile,
    Property,
    Setting,
    Socket,
    User,
)
from scanner.model.findings import Message
from tests.detect.devices import NOW, artifact
from tests.detect.indicators.compared import (
    DIGEST,
    FILES,
    KEYS,
    NETWORKS,
    PRESENT,
    PROCESSES,
    PROFILES,
    PROPERTIES,
    SETTINGS,
    SOCKETS,
    SPY,
    app,
    device,
    inspected,
    one,
)
from tests.detect.indicators.feeds import feed, indicator


def test_an_installed_app():
    known = feed(indicator("package", SPY, id="indicator--1", names=("Made",)), tlp="amber")
    check, (finding,) = one(device(app("com.example.ok"), app(), User(id=0)), [known])

    assert ("indicators:made:package", "indicators", "finding", 2, 1) == (
        check.rule,
        check.kind,
        check.status,
        check.examined,
        check.matched,
    )
    assert ("app", {"user": 0, "package": SPY}) == (finding.subject.entity, finding.subject.key)
    assert [("package", f"is {SPY}", (SPY,), ("e1",))] == [
        (each.field, each.pattern, each.values, each.evidence) for each in finding.matched
    ]
    assert ("high", "medium", "compromise", False) == (
        finding.level,
        finding.confidence,
        finding.rule_class,
        finding.review,
    )
    assert finding.indicator is not None
    assert ("made", "indicator--1", ("Made",), "amber") == (
        finding.indicator.feed,
        finding.indicator.id,
        finding.indicator.names,
        finding.indicator.tlp,
    )
    assert "review_app" in finding.advice


def test_each_feed_names_its_own():
    feeds = [feed(indicator("package", SPY), id="x"), feed(indicator("package", SPY), id="y")]
    results = inspected(device(app(), User(id=0)), feeds)

    assert ["x", "y"] == [found[0].indicator.feed for _, found in results]
    assert 2 == len({found[0].id for _, found in results})


def test_one_finding_of_one_value_however_often_a_feed_says_it():
    known = feed(*(indicator("package", SPY, id=f"i{n}") for n in range(5)))

    _, found = one(device(app(), User(id=0)), [known])

    assert ["i0"] == [each.indicator.id for each in found]


def test_a_finding_has_the_names_of_all_objects_of_its_value():
    known = feed(
        indicator("package", SPY, id="a", names=("Alpha", "Both")),
        indicator("package", SPY, id="b", names=("Both", "Beta"), tlp="clear"),
        indicator("package", SPY, id="c", names=("Secret",), tlp="amber"),
        indicator("package", "com.example.other", id="d", names=("Other",)),
    )
    _, found = one(device(app(), User(id=0)), [known])

    assert [("a", ("Alpha", "Both", "Beta"))] == [
        (each.indicator.id, each.indicator.names) for each in found if each.indicator
    ]


def test_the_names_of_a_finding_are_bounded():
    known = feed(*(indicator("package", SPY, id=f"i{n}", names=(f"Name {n}",)) for n in range(50)))
    _, (finding,) = one(device(app(), User(id=0)), [known])

    assert finding.indicator is not None
    assert [f"Name {n}" for n in range(20)] == list(finding.indicator.names)


@pytest.mark.parametrize(
    ("type", "written", "statement", "stated", "field"),
    [
        (
            "sha256",
            DIGEST,
            InstalledFile(package=SPY, path="/a/b.apk", sha256=DIGEST),
            FILES,
            "sha256",
        ),
        (
            "certificate_sha1",
            "cd" * 20,
            InstalledFile(package=SPY, path="/a/b.apk", signer_sha1="cd" * 20),
            FILES,
            "signer_sha1",
        ),
        ("file_name", "b.apk", InstalledFile(package=SPY, path="/a/b.apk"), FILES, "path"),
        (
            "process",
            "com.example.spyware",
            Process(source="ps", pid=7, started=None, name="example.spyware"),
            PROCESSES,
            "name",
        ),
        (
            "package",
            SPY,
            Process(source="ps", pid=7, started=None, name=f"{SPY}:remote"),
            PROCESSES,
            "name",
        ),
        (
            "domain",
            "evil.example.com",
            Network(interface="wlan0", private_dns_server="dns.evil.example.com"),
            NETWORKS,
            "private_dns_server",
        ),
        (
            "ip",
            "198.51.100.0/24",
            Network(interface="wlan0", dns_servers=("203.0.113.1", "198.51.100.7")),
            NETWORKS,
            "dns_servers",
        ),
        (
            "domain",
            "evil.example.com",
            Setting(user=0, namespace="global", name="http_proxy", value="evil.example.com:8080"),
            SETTINGS,
            "value",
        ),
        ("adb_key", "0a" * 16, AdbKey(fingerprint=":".join(["0A"] * 16)), KEYS, "fingerprint"),
        ("property", "init.svc.frida", Property(name="init.svc.frida"), PROPERTIES, "name"),
        (
            "profile",
            "com.example.profile",
            Profile(identifier="com.example.profile", uuid=None, file=None),
            PROFILES,
            "identifier",
        ),
        (
            "domain",
            "evil.example.com",
            Payload(profile="p", file=None, index=0, hosts=("a.example.org", "evil.example.com")),
            PROFILES,
            "hosts",
        ),
    ],
)
def test_fields_that_carry_observables(type, written, statement, stated, field):
    _, (finding,) = one(device(statement), [feed(indicator(type, written))], statements=(stated,))

    assert [field] == [each.field for each in finding.matched]


def test_many_sockets_to_one_address_are_one_finding():
    sockets = [
        Socket(
            source="proc",
            protocol="tcp",
            local_address="192.0.2.1",
            local_port=port,
            remote_address="198.51.100.1",
            remote_port=443,
            uid=None,
        )
        for port in range(1100)
    ]
    _, found = one(device(*sockets), [feed(indicator("ip", "198.51.100.1"))], statements=(SOCKETS,))

    assert [("198.51.100.1",)] == [each.values for each in found[0].matched]
    assert 1 == len(found)


def test_many_files_below_one_folder_are_one_finding_of_bounded_size():
    entries = [FileEntry(path=f"/data/local/x/{n}.so") for n in range(300)]
    files = artifact("files", (FileEntry, ("path",)))
    known = feed(indicator("file_path", "/data/local/x"))
    _, (finding,) = one(device(*entries), [known], statements=(files,))
    _, (again,) = one(device(*entries[7:]), [known], statements=(files,))

    assert 20 == len(finding.matched)
    assert finding.id == again.id


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [
        (None, ("high", "finding")),
        (100, ("high", "finding")),
        (70, ("high", "finding")),
        (69, ("medium", "finding")),
        (30, ("medium", "finding")),
        (29, ("low", "review")),
        (0, ("low", "review")),
    ],
)
def test_how_sure_a_feed_is(confidence, expected):
    known = feed(indicator("sha256", DIGEST, confidence=confidence))
    file = InstalledFile(package=SPY, path="/a/b.apk", sha256=DIGEST)
    check, (finding,) = one(device(file), [known], statements=(FILES,))

    assert expected == (finding.confidence, check.status)


def test_a_name_that_was_cut_is_for_review():
    process = Process(source="ps", pid=7, started=None, name="example.spyware")
    known = feed(indicator("process", "com.example.spyware"))
    check, (finding,) = one(device(process), [known], statements=(PROCESSES,))

    assert ("review", "low", True) == (check.status, finding.confidence, finding.review)
    assert "cut from com.example.spyware" == finding.matched[0].pattern


def test_two_values_of_one_entity_are_one_finding_each():
    entry = FileEntry(path="/data/local/x/spy.apk")
    files = artifact("files", (FileEntry, ()))
    known = feed(indicator("file_path", "/data/local/x"), indicator("file_name", "spy.apk"))
    results = inspected(device(entry), [known], statements=(files,))

    assert ["is spy.apk", "below /data/local/x"] == [
        found[0].matched[0].pattern for _, found in results
    ]


@pytest.mark.parametrize(
    ("together", "sha256", "package", "expected"),
    [
        (True, DIGEST, SPY, 1),
        (True, "cd" * 32, SPY, 0),
        (True, DIGEST, "com.example.ok", 0),
        (False, DIGEST, "com.example.ok", 1),
        (False, "cd" * 32, SPY, 0),
    ],
)
def test_patterns_with_and(together, sha256, package, expected):
    both = indicator("package", SPY, also=(("sha256", DIGEST),), together=together)
    phone = device(
        app(), InstalledFile(package=package, path="/a/b.apk", sha256=sha256), User(id=0)
    )
    check, found = one(phone, [feed(both)], statements=(*PRESENT, FILES))

    assert expected == len(found)
    assert ("finding" if expected else "pass") == check.status
    for finding in found:
        assert "app" == finding.subject.entity
        assert {"package", "installed_file.sha256"} == {
            each.field for each in finding.matched if each.field != "installed_file.package"
        }


@pytest.mark.parametrize("together", [True, False])
def test_the_subject_of_a_pattern_is_the_user_who_has_the_app(together):
    both = indicator("package", SPY, also=(("sha256", DIGEST),), together=together)
    phone = device(
        app(user=0, installed=False),
        app(user=10, installed=True),
        InstalledFile(package=SPY, path="/a/b.apk", sha256=DIGEST),
        User(id=0),
        User(id=10),
    )
    _, (finding,) = one(phone, [feed(both)], statements=(*PRESENT, FILES))

    assert {"user": 10, "package": SPY} == finding.subject.key


def test_the_own_key_of_the_examiner_is_explained():
    fingerprint = ":".join(["0A"] * 16)
    key = AdbKey(fingerprint=fingerprint, last_connected_at=NOW)
    _, (finding,) = one(
        device(key),
        [feed(indicator("adb_key", fingerprint))],
        statements=(KEYS,),
        host_keys=(fingerprint,),
        started_at=NOW,
    )

    assert Message("explained.own_adb_key") == finding.explained_by_scan


def test_ids_are_the_same_in_every_scan():
    known = [feed(indicator("package", SPY))]
    first = one(device(app(), User(id=0)), known)[1][0]
    second = one(device(User(id=0), app("com.example.ok"), app()), known)[1][0]

    assert first.id == second.id


def test_mounts_are_compared_by_both_of_their_paths():
    mounts = artifact("mounts", (Mount, ()))
    mount = Mount(point="/data/local/x/y", device="/dev/block/x", filesystem="ext4")
    known = feed(indicator("file_path", "/dev/block/x"), indicator("file_path", "/data/local/x"))
    _, found = one(device(mount), [known], statements=(mounts,))

    assert ["device", "point"] == sorted(each.matched[0].field for each in found)


def test_parts_of_a_pattern_hold_for_one_file_not_for_two():
    both = indicator("file_path", "/data/local/x", also=(("sha256", DIGEST),))
    files = artifact("files", (FileEntry, ("path", "sha256")))
    inside = FileEntry(path="/data/local/x/a", sha256="cd" * 32)
    outside = FileEntry(path="/data/local/y", sha256=DIGEST)
    same = FileEntry(path="/data/local/x/b", sha256=DIGEST)

    def matched(*entries: FileEntry) -> list[object]:
        known = [feed(both, id="x"), feed(both, id="y")]
        results = inspected(device(*entries), known, statements=(files,))
        return [each.subject.key["path"] for _, found in results for each in found]

    assert [] == matched(inside, outside)
    assert ["/data/local/x/b"] * 2 == matched(inside, outside, same)


def test_parts_of_a_pattern_of_files_hold_for_one_file_of_an_app():
    both = indicator("file_name", "evil.apk", also=(("sha256", DIGEST),))
    named = InstalledFile(package=SPY, path="/data/app/x/evil.apk", sha256="cd" * 32)
    other = InstalledFile(package=SPY, path="/data/app/x/other.apk", sha256=DIGEST)
    same = InstalledFile(package="com.example.b", path="/data/app/y/evil.apk", sha256=DIGEST)

    assert () == one(device(named, other), [feed(both)], statements=(FILES,))[1]
    _, (finding,) = one(device(named, other, same), [feed(both)], statements=(FILES,))
    assert "/data/app/y/evil.apk" == finding.subject.key["path"]
