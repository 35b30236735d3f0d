"""The logs of installd and containermanagerd."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded.mobile_installation import (
    MOBILE_INSTALLATION,
    parse,
    parse_containers,
)
from scanner.errors import ParseError
from scanner.model.entities import AppEvent
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic, File

HEAD = "Mon Mar  2 08:30:15 2026 [672] <notice> (0x16d54b000) "
AT = datetime(2026, 3, 2, 8, 30, 15, tzinfo=UTC)
BEGUN = (
    "-[MIInstaller _installInstallable:containingSymlink:error:]: Installing "
    "<MIInstallableBundle ID=com.example.app; Version=592, ShortVersion=7.6.1>"
)
DONE = (
    "-[MIInstaller performInstallationWithError:]: Install Successful for "
    "({}:com.example.app); Staging: 0.01s; Waiting: 0.00s"
)


def read(*messages, parser=parse):
    data = "".join(f"{HEAD}{message}\n" for message in messages).encode()
    name = "logs/MobileInstallation/mobile_installation.log.0"
    return list(parser(BytesFile(Diagnostic(name=name), data)))


def event(kind, version=UNSET, source="mobile_installation"):
    return AppEvent(
        source=source,
        package="com.example.app",
        kind=kind,
        at=AT,
        version=version,
        precision="second",
        clock="device_local",
    )


def test_an_installation_is_stated_once_with_its_version():
    assert [event("install", "7.6.1")] == read(BEGUN, DONE.format("Customer"))


def test_the_end_alone_is_an_installation_without_a_version():
    assert [event("install")] == read(DONE.format("System"))


def test_an_icon_is_not_yet_an_app():
    assert [event("place")] == read(DONE.format("Placeholder"))


def test_a_patch_makes_it_an_update():
    patch = "+[MIDelta patch]: Attempting Delta patch update of com.example.app from 1 to 2"
    found = read(patch, BEGUN, DONE.format("Customer"), DONE.format("Customer"))

    assert [event("update", "7.6.1"), event("install")] == found


def test_a_removal():
    message = "-[MIUninstaller run]: Uninstalling identifier com.example.app"

    assert [event("remove")] == read(BEGUN, message)


def test_a_failure():
    assert [event("failure")] == read(
        "-[MIInstaller x]: Install Failed for (Customer:com.example.app)"
    )


def test_other_messages_and_other_lines_state_nothing():
    moved = "Data container for com.example.app is now at /private/var/mobile/Containers/Data/X"

    assert [] == read(moved, "Made container live for com.example.app at /private/var", "{")


def test_what_follows_a_message_is_not_one():
    data = f"{HEAD}begun\nInstall Successful for (Customer:com.example.app)\n".encode()

    assert [] == list(parse(BytesFile(Diagnostic(name="x"), data)))


def test_versions_that_nobody_asks_for_do_not_grow_without_end():
    begun = [
        BEGUN.replace("com.example.app", f"com.example.app{number}") for number in range(1_200)
    ]
    (first, last) = read(
        *begun,
        DONE.format("Customer").replace("example.app", "example.app0"),
        DONE.format("Customer").replace("example.app", "example.app1199"),
    )

    assert ("7.6.1", UNSET) == (first.version, last.version)


def test_folders_that_go_are_no_removal_of_an_app():
    message = (
        "-[MCMContainer destroy]: Destroying container with identifier com.example.app "
        "at /private/var/mobile/Containers/Data/Application/X"
    )

    assert [event("other", source="container_manager")] == read(message, parser=parse_containers)


@pytest.mark.parametrize("parser", [parse, parse_containers])
@pytest.mark.parametrize("data", [b"no log\n", b"\xff\x00" * 50, b"{}"])
def test_what_is_no_such_log_is_refused(parser, data):
    with pytest.raises(ParseError):
        list(parser(BytesFile(Diagnostic(name="x"), data)))


def test_a_moment_that_there_is_not_is_none():
    line = f"Mon Xyz 42 25:00:00 2026 [1] <notice> (0x1) {DONE.format('Customer')}\n"
    (found,) = parse(BytesFile(Diagnostic(name="x"), line.encode()))

    assert None is found.at


@pytest.mark.parametrize(
    "asked",
    [
        Diagnostic(name="logs/MobileInstallation/mobile_installation.log"),
        Diagnostic(name="logs/MobileInstallation/mobile_installation.log.1"),
        Diagnostic(name="logs/MobileContainerManager/containermanagerd.log.0"),
        File(
            path="/private/var/installd/Library/Logs/MobileInstallation/mobile_installation.log.0"
        ),
    ],
)
def test_recordings_answer(asked):
    assert any(reading.fits(asked) for reading in MOBILE_INSTALLATION.readings)
