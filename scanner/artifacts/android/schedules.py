"""What wakes apps: jobs from `dumpsys jobscheduler`, alarms from `dumpsys alarm`.

JobSchedulerService.dump, Android 7 to 16 (recordings of 8.1, 9, 10, 12 and 14):

    Registered 2 jobs:
      JOB #u0a12/7: 1a2b3c com.example/.Service         14: `JOB namespace:u0a12/7: ...`
        Source: uid=u0a12 user=0 pkg=com.example        whose work it is
        JobInfo:
          Service: com.example/.Service                 what runs
          PERSISTED

AlarmManagerService.dump, the same versions. Pending alarms do not tell the user that they belong
to; those that went off since the start do, so they are what is counted:

      Alarm Stats:
      u0a12:com.example +450ms running, 1 wakeups:      `*ACTIVE* ` before it: one is going off
        +440ms 1 wakes 30 alarms, last -1m4s111ms:
          *walarm*:com.example/.Receiver                may be personal, never read

Extras, tags and names of jobs are an app's own words, some of them accounts and addresses: they
are not read. They may imitate lines, so the number of jobs must be the one that is announced, and
no app with alarms may stand behind the end of their list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import component, package_name
from scanner.formats.lines import ends_whole, raw_lines
from scanner.formats.uids import USER_RANGE, printed_uid
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Schedule
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

_JOBS = re.compile(rb"Registered (\d{1,7}) jobs:")
_SOURCE = re.compile(rb" {4}Source: uid=\w{1,20} user=(\d{1,6}) pkg=(\S{1,255})\s*\Z")
_SERVICE = re.compile(rb" {6}Service: (\S{3,600})\s*\Z")
_ALARMS = b"  Alarm Stats:"
_APP = re.compile(r"(?:\*ACTIVE\* )?(\w{1,20}):(\S{1,255}) \S{1,40} running, (\d{1,9}) wakeups:\Z")
_WENT_OFF = re.compile(
    rb" {4}(?:\*ACTIVE\* )?\S{1,40} (?:running, )?\d{1,9} wakes (\d{1,9}) alarms\b"
)
_LIMIT = 100_000  # jobs, or apps with alarms


class _Job(Struct):
    user: int | None = None
    package: str = ""
    component: str = ""
    persisted: bool = False


def parse_jobs(file: EvidenceFile) -> Iterator[Schedule]:
    """Yield the jobs of each app, counted by the service that runs."""
    counts: dict[tuple[int, str, str], int] = {}
    persisted: set[tuple[int, str, str]] = set()
    for job in _jobs(raw_lines(answer(file))):
        if job.user is None or not job.component:
            raise ParseError("'Source:' and 'Service:' of each job expected")
        key = (job.user, job.package, job.component)
        counts[key] = counts.get(key, 0) + 1
        if job.persisted:
            persisted.add(key)
    for key, count in counts.items():
        user, package, name = key
        yield Schedule(
            kind="job",
            user=user,
            package=package,
            component=name,
            count=count,
            persisted=key in persisted,
        )


def _jobs(lines: Iterator[bytes]) -> list[_Job]:
    """Return the registered jobs; ParseError where there are not as many as announced."""
    announced = _announced(lines)
    jobs: list[_Job] = []
    for number, line in enumerate(lines, start=1):
        if not line.startswith(b" "):
            if line.strip():
                break
        elif line.startswith(b"  JOB "):
            jobs.append(_Job())
            if len(jobs) > announced:
                raise ParseError("more jobs than announced", line=number)
        elif jobs:
            _read_job(jobs[-1], line)
    if len(jobs) != announced:
        raise ParseError("as many jobs as announced expected")
    return jobs


def _announced(lines: Iterator[bytes]) -> int:
    for line in lines:
        if match := _JOBS.match(line):
            if int(match[1]) > _LIMIT:
                raise ParseError(f"at most {_LIMIT} jobs expected")
            return int(match[1])
    raise ParseError("'Registered ... jobs:' expected")


def _read_job(job: _Job, line: bytes) -> None:
    """Read a line of a job; what stands first counts, extras come later."""
    if job.user is None and (match := _SOURCE.match(line)):
        package = match[2].decode("utf-8", "replace")
        if package_name(package) is not None:
            job.user, job.package = int(match[1]), package
    elif not job.component and (match := _SERVICE.match(line)):
        found = component(match[1].decode("utf-8", "replace"))
        job.component = found[1] if found else ""
    elif line.rstrip() == b"      PERSISTED":
        job.persisted = True


def parse_alarms(file: EvidenceFile) -> Iterator[Schedule]:
    """Yield the apps whose alarms went off since the start, and whether any woke the phone."""
    found: dict[tuple[int, str], list[int]] = {}
    current: tuple[int, str] | None = None
    heard = ended = False
    for number, line in enumerate(raw_lines(answer(file)), start=1):
        if not heard:
            heard = line.startswith(_ALARMS)
        elif match := _WENT_OFF.match(line):
            if current is not None:
                found[current][0] += int(match[1])
        elif not line.startswith(b"    ") and line.strip():
            current = _app(found, line, number)
            if current is not None and ended:
                raise ParseError("apps with alarms without a break expected", line=number)
            ended = current is None
    if not heard:
        raise ParseError("'Alarm Stats:' expected")
    if current is not None and not ended and not ends_whole(file):
        del found[current]  # the last app of a cut text may have more
    for (user, package), (count, wakeups) in found.items():
        yield Schedule(
            kind="alarm",
            user=user,
            package=package,
            component=None,
            count=count,
            wakes=wakeups > 0,
        )


def _app(
    found: dict[tuple[int, str], list[int]], line: bytes, number: int
) -> tuple[int, str] | None:
    """Begin an app; None where the line is of another part."""
    match = _APP.match(line.decode("utf-8", "replace").strip())
    if match is None:
        return None
    uid = printed_uid(match[1])
    if uid is None or package_name(match[2]) is None:
        raise ParseError("'uid:package' of an app with alarms expected", line=number)
    key = (uid // USER_RANGE, match[2])
    # An app of the system may stand under several uids of one user.
    numbers = found.setdefault(key, [0, 0])
    numbers[1] += int(match[3])
    if len(found) > _LIMIT:
        raise ParseError(f"at most {_LIMIT} apps with alarms expected")
    return key


SCHEDULES = Artifact(
    name="android.schedules",
    title="Jobs and alarms",
    platform="android",
    profile=Profile.STANDARD,
    states=(Stated(Schedule),),
    readings=(
        Reading(Dumpsys(service="jobscheduler"), parse_jobs, ("jobs",)),
        Reading(Dumpsys(service="alarm"), parse_alarms, ("alarms",)),
    ),
)
