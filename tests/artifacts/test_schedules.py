"""Jobs and alarms, counted by app."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.schedules import parse_alarms, parse_jobs
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Schedule

from .evidence import evidence

JOBS = """\
Settings:
  min_ready_non_active_jobs_count=5

Started users: [0, 10]

Registered 3 jobs:
  JOB #u0a12/7: a8d0eb1 com.example.spy/.Upload
    u0a12 tag=*job*/com.example.spy/.Upload#7
    Source: uid=u0a12 user=0 pkg=com.example.spy
    JobInfo:
      Service: com.example.spy/.Upload
      PERIODIC: interval=+15m0s0ms flex=+5m0s0ms
      PERSISTED
      Extras: {url=https://example.org/somebody}
    Enqueue time: -2h31m50s174ms
  JOB somebodys:u0a12/8: a8d0eb2 @somebodys@com.example.spy/.Upload
    Source: uid=u0a12 user=0 pkg=com.example.spy
    JobInfo:
      Service: com.example.spy/.Upload
  JOB SyncManager:1000/12: cb908d6 @SyncManager@com.example/somebody@example.org:android
    1001000 tag=*job*/@SyncManager@com.example/somebody@example.org:android#12
    Source: uid=u10a55 user=10 pkg=com.example.mail
    JobInfo:
      Service: android/com.android.server.content.SyncJobService

TimeController:
  JOB tracked:
"""
ALARMS = """\
Current Alarm Manager state:
  Settings:
    min_futurity=+5s0ms
  Top Alarms:
    +1s137ms running, 48 wakeups, 48 alarms: u0a143:com.example.top
      *walarm*:com.example.TOP

  Alarm Stats:
  1000:android +4s764ms running, 0 wakeups:
    +916ms 0 wakes 154 alarms, last -47s725ms:
      *alarm*:TIME_TICK
  *ACTIVE* u10a55:com.example.spy +81ms running, 42 wakeups:
    *ACTIVE* +40ms 40 wakes 40 alarms, last -1m4s111ms:
      *walarm*:com.example.spy.SOMEBODYS
    +41ms 2 wakes 3 alarms, last -1m4s111ms:
      *walarm*:com.example.spy/.Receiver

  Alarm manager stats:
    REORDER_ALARMS_FOR_STANDBY: count=1159, total=147.5ms
"""


def jobs(data, **kinds):
    return list(parse_jobs(evidence(data, "dumpsys", "jobscheduler", **kinds)))


def alarms(data, **kinds):
    return list(parse_alarms(evidence(data, "dumpsys", "alarm", **kinds)))


def job(user, package, component, count, *, persisted):
    return Schedule(
        kind="job",
        user=user,
        package=package,
        component=component,
        count=count,
        persisted=persisted,
    )


def alarm(user, package, count, *, wakes):
    return Schedule(
        kind="alarm", user=user, package=package, component=None, count=count, wakes=wakes
    )


def test_jobs_by_the_app_whose_work_they_are():
    assert [
        job(0, "com.example.spy", "com.example.spy/com.example.spy.Upload", 2, persisted=True),
        job(
            10,
            "com.example.mail",
            "android/com.android.server.content.SyncJobService",
            1,
            persisted=False,
        ),
    ] == jobs(JOBS)


def test_no_jobs():
    assert [] == jobs("Registered 0 jobs:\n\nPending queue:\n")


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        "Registered jobs:\n",
        JOBS.replace("Registered 3", "Registered 4"),
        JOBS.replace("Registered 3", "Registered 2"),
        JOBS.replace("Registered 3", "Registered 9999999"),
        JOBS.replace("url=", "url=\nTimeController:\n"),
        JOBS.replace("url=", "url=\n  JOB #u0a1/1: a com.bank/.S\n"),
        JOBS.replace("      Service: com.example.spy/.Upload\n", ""),
        JOBS[: JOBS.index("    Source: uid=u10a55")],
    ],
)
def test_other_output_for_jobs_is_an_error(data):
    with pytest.raises(ParseError):
        jobs(data)


def test_alarms_that_went_off():
    assert [
        alarm(0, "android", 154, wakes=False),
        alarm(10, "com.example.spy", 43, wakes=True),
    ] == alarms(ALARMS)


def test_the_last_app_of_a_cut_text_is_left_out():
    data = ALARMS[: ALARMS.index("    +41ms") + 9]

    assert [alarm(0, "android", 154, wakes=False)] == alarms(data)


def test_an_app_under_two_uids_is_counted_once():
    data = ALARMS.replace("*ACTIVE* u10a55:com.example.spy", "1001:android")

    assert [alarm(0, "android", 197, wakes=True)] == alarms(data)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        ALARMS[: ALARMS.index("  Alarm Stats")],
        ALARMS.replace("TIME_TICK", "TIME\nx\n"),
        ALARMS.replace("u10a55", "u10x55"),
    ],
)
def test_other_output_for_alarms_is_an_error(data):
    with pytest.raises(ParseError):
        alarms(data)


def test_a_refusal_is_no_answer():
    for read in (jobs, alarms):
        with pytest.raises(NotAvailable):
            read("Permission Denial: can't dump this from from pid=1, uid=2000\n")
