"""Each artifact of programs reads what it asks for, and states what it says it states."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.crash_reports import CRASH_REPORTS
from scanner.artifacts.ios.recorded.crash_programs import CRASH_PROGRAMS
from scanner.artifacts.ios.recorded.crash_summary import CRASH_SUMMARY
from scanner.artifacts.ios.recorded.log_archive import LOG_ARCHIVE
from scanner.artifacts.ios.recorded.logged_programs import LOGGED_PROGRAMS
from scanner.artifacts.ios.recorded.mounts import IOS_MOUNTS
from scanner.artifacts.ios.recorded.process_tables import PROCESS_TABLES
from scanner.artifacts.ios.recorded.remote_services import REMOTE_SERVICES
from scanner.artifacts.ios.recorded.sampled_processes import SAMPLED_PROCESSES
from scanner.artifacts.ios.recorded.shutdown_logs import SHUTDOWN_LOGS
from scanner.artifacts.ios.recorded.system_version import SYSTEM_VERSION
from scanner.artifacts.ios.recorded.task_info import TASK_INFO
from scanner.model.evidence import BytesFile
from scanner.model.requests import CrashReports, Diagnostic, File, is_answered_by

from .program_texts import ANSWERS

ARTIFACTS = (
    CRASH_PROGRAMS,
    CRASH_SUMMARY,
    IOS_MOUNTS,
    LOGGED_PROGRAMS,
    LOG_ARCHIVE,
    PROCESS_TABLES,
    REMOTE_SERVICES,
    SAMPLED_PROCESSES,
    SHUTDOWN_LOGS,
    SYSTEM_VERSION,
    TASK_INFO,
)


def readings(artifact, request):
    return [each for each in artifact.readings if each.fits(request)]


def stated(artifact):
    return [
        one
        for request, data in ANSWERS[artifact.name]
        for reading in readings(artifact, request)
        for one in reading.parse(BytesFile(request, data))
    ]


def test_each_artifact_has_an_answer():
    assert sorted(ANSWERS) == sorted(artifact.name for artifact in ARTIFACTS)


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_one_reading_reads_each_answer(artifact):
    assert [1] * len(ANSWERS[artifact.name]) == [
        len(readings(artifact, request)) for request, _ in ANSWERS[artifact.name]
    ]


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_it_states_all_that_it_says_and_nothing_else(artifact):
    found = {
        (type(one), field)
        for one in stated(artifact)
        for field in one.__struct_fields__
        if getattr(one, field) is not UNSET
    }

    assert {(one.entity, field) for one in artifact.states for field in one.names()} == found


@pytest.mark.parametrize(
    "request_",
    [
        CrashReports(),
        Diagnostic(name="crashes_and_spins/x.ips"),
        Diagnostic(name="crashes_and_spins/Panics/x.ips"),
        File(path="/private/var/mobile/Library/Logs/CrashReporter/x.ips"),
        File(path="/private/var/mobile/Library/Logs/CrashReporter/Retired/x.ips.synced"),
        File(path="/private/var/mobile/Library/Logs/CrashReporter/x.crash"),
    ],
)
def test_crash_reports_are_read_wherever_they_lie(request_):
    assert 1 == len(readings(CRASH_REPORTS, request_))


@pytest.mark.parametrize(
    "path",
    [
        "/private/var/db/diagnostics/shutdown.log",
        "/private/var/db/diagnostics/shutdown.0.log",
    ],
)
def test_shutdowns_are_read_from_a_file_system(path):
    assert is_answered_by(SHUTDOWN_LOGS.readings[1].request, File(path=path))
