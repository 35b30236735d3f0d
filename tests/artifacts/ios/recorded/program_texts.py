"""The files of a sysdiagnose that name programs, as an iPhone writes them; all names invented."""

from __future__ import annotations

import json
import plistlib
from typing import Any

from scanner.model.requests import Diagnostic

UUID = "BDBDD550-2B15-382C-BB61-1798AFD60460"
OTHER_UUID = "58AB16CE-D7E0-32D3-946D-4F68FB1A4A17"
APP = "/private/var/containers/Bundle/Application/0A1B2C3D-0000-4000-8000-000000000001/My App.app"

PS = f"""\
USER             UID PRSNA   PID  PPID        F  %CPU %MEM PRI NI      VSZ    RSS WCHAN    TT  \
STAT STARTED      TIME COMMAND
root               0     -     1     0     4004   0.0  0.3   0  0        0      0 -        ??  \
?s   Tue09PM   0:27.40 /sbin/launchd
mobile           501  1000   344     1  4004044   0.0  0.0   0  0        0      0 -        ??  \
?s    7:56AM   0:00.00 {APP}/My App --token secret
root               0    99   345   344  4004004   0.0  0.0   0  0        0      0 -        ??  \
?     7:56AM   0:00.00 /private/var/tmp/helper -x /tmp/other
mobile           501     -   346     1  4004004   0.0  0.0   0  0        0      0 -        ??  \
?     7:56AM 123456:00.00 (exampled)
root               0     -   400     1  4004004   0.0  0.0   0  0        0      0 -        ??  \
?    10:00AM   0:00.00 ps -axo user,pid
"""
PS_BEFORE_16 = """\
USER             UID   PID  PPID  %CPU %MEM PRI NI      VSZ    RSS WCHAN    TT  STAT STARTED      \
TIME COMMAND
root               0     1     0   0.0  0.4  37  0  4226848   8912 -        ??  Ss   14Jan19   \
7:27.40 /sbin/launchd
"""
PS_THREAD = """\
USER             PID   TT   %CPU STAT PRI     STIME     UTIME COMMAND  PPID        F %MEM PRI NI  \
    VSZ    RSS WCHAN  STARTED      TIME COMMAND
root               1   ??    0.0 S    31T   0:00.00   0:00.00 /sbin/l     0   104004  0.7 31T  0 \
407931472  13728 -       1:25PM   0:02.37 /sbin/launchd
                   1         0.0 S    37T   0:00.00   0:00.08             0   104004  0.7 37T  0 \
407931472  13728 -       1:25PM   0:02.37
root           10030   ??    0.0 S    31T   0:00.00   0:00.17 My Ap b     1  4004004  0.9 31T  0 \
407965120  18224 -       1:25PM 12345:02.38 /usr/libexec/exampled (System)
root             300 s000    0.0 S    31T   0:00.00   0:00.08 -zsh      298  4004006  0.1 31T  0 \
407919648   2640 -       1:27PM   0:00.08 -zsh
"""


def taskinfo(*processes: tuple[int, str], count: int | None = None) -> str:
    """Return a list of tasks; the kernel counts as one and is not listed."""
    tasks = len(processes) + 1 if count is None else count
    return f"num tasks: {tasks}\n\n" + "".join(map(_task, processes))


def _task(process: tuple[int, str]) -> str:
    pid, name = process
    return (
        f'process: "{name}" [{pid}] [unique ID: {pid}]\n'
        "architecture: arm64e\nsuspend count: 0\nrun time: 34083 s\nrequested policy\n"
        "\treq apptype: TASK_APPTYPE_NONE\nthreads:\n\tthread ID: 0x3a48 / 14920\n"
        "\timportance in task: 0\n\n"
    )


TASKINFO = taskinfo((1, "launchd"), (344, "My App"), (345, "helper"), (346, "exampled"))

SPINDUMP = f"""\
Date/Time:        2026-11-01 13:29:15.759 +0100
End time:         2026-11-01 13:29:17.757 +0100
OS Version:       iPhone OS 26.1 (Build 23B85)
Architecture:     arm64e
Report Version:   35.1
Data Source:      Stackshots
Path:             /not/of/a/process

--------------------------------------------------
Heavy format: stacks are sorted by count
Use -i and -timeline to re-report with chronological sorting
------------------------------------------------------------

Process:          kernel_task [0]
UUID:             {OTHER_UUID}
UID:              0
Num samples:      8 (1-8)

  Thread 0x64    8 samples (1-8)    priority 95 (base 95)
 *8  ??? [0xfffffff0071a86d4]

Process:          launchd [1]
UUID:             {UUID}
Path:             /sbin/launchd
Parent:           kernel_task [0]
UID:              0
Time Since Fork:  34083s

  Binary Images:
           0x1027f4000 -                ???  launchd (1)           <{UUID}>  /sbin/launchd

Process:          My App [344] [unique pid 696637] (suspended)
UUID:             {UUID}
Path:             {APP}/My App
Identifier:       com.example.app
Parent:           launchd [1]
UID:              501
Note:             1 idle work queue thread omitted

  Thread 0x8b6    DispatchQueue "com.apple.main-thread"(1)    8 samples (1-8)    priority 31
  8  ??? (dyld + 99536) [0x102c504d0]

  Binary Images:
           0x1027f4000 -                ???  My App (1)             <{UUID}>  {APP}/My App
           0x102c38000 -        0x102ca3fff  hook.dylib             <{OTHER_UUID}>  \
/private/var/jb/usr/lib/hook.dylib
           0x103c38000 -        0x103ca3fff  Kit                    <{OTHER_UUID}>  \
{APP}/Frameworks/Kit.framework/Kit
           0x180a95000 -        0x180ed2fff  CoreFoundation         <{OTHER_UUID}>  \
/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation
  *0xffffff8000210000 - 0xffffff8000c0ffff  kernel (8020.121.3)    <{OTHER_UUID}>  \
/private/var/tmp/kernel

Spindump binary format
YmluYXJ5
Process:          not a process [9]
"""

STATISTICS = """\
--- !logd statistics record
type  : File Rotate
file  : /private/var/db/diagnostics/Persist/0000000000000001.tracev3
time  : 2026-11-01 07:42:54-0700
total : 9733361
procs :
    - [    3117304,  32.0, /usr/libexec/exampled ]
    - [     422120,   4.3, /kernel ]
    - [     188800,   1.9, /private/var/tmp/a ] b ]
--- !logd statistics record
type  : Memory Rollover
time  : 2026-11-02 07:42:54-0700
procs :
    - [        100,   1.0, /usr/libexec/exampled ]
"""
STATISTICS_JSON = "".join(
    json.dumps(record) + "\n"
    for record in (
        {
            "type": "File Rotate",
            "file": "Persist/1.tracev3",
            "unixTime": 1762000000,
            "processList": [
                {"process": "/usr/libexec/exampled", "size": 1},
                {"process": "/private/var/tmp/helper", "size": 2},
                {"process": ""},
            ],
        },
        {"type": "Memory Rollover", "unixTime": 1762000001, "processList": []},
    )
)

SHUTDOWN = f"""\
After 0.86s, these clients are still here:
\t\tremaining client pid: 0 (/kernel/{OTHER_UUID})
SIGTERM: [1762000000] All buffers flushed
After 1.26s, these clients are still here:
\t\tremaining client pid: 99 (/private/var/tmp/x (beta)/bh/{UUID})
\t\tremaining client pid: 45 (/usr/libexec/exampled/{OTHER_UUID})
After 2.53s, these clients are still here:
\t\tremaining client pid: 99 (/private/var/tmp/x (beta)/bh/{UUID})
After 0.50s, these clients are still here:
\t\tremaining client pid: 7 (/usr/libexec/plain)
SIGTERM: [1762012800] All buffers flushed
SIGTERM: [1762022800] All buffers flushed
After 0.75s, these clients are still here:
\t\tremaining client pid: 8 (/usr/libexec/exampled/{OTHER_UUID})
"""

REMOTECTL = """\
Local device
\tUUID: 00000000-0000-4000-8000-000000000001
\tMessaging Protocol Version: 7
\tProduct Type: iPhone15,2
\tOS Build: 26.1 (23B85)
\tProperties: {
\t\tAppleInternal => false
\t\tBuildVersion => 23B85
\t\tOSVersion => 26.1
\t\tProductType => iPhone15,2
\t\tSerialNumber => EXAMPLE00001
\t\tUniqueDeviceID => 00008110-000A1B2C3D4E5F60
\t\tEncryptedRemoteXPCPopulatedOIDs => [<capacity = 2>
\t\t\t0: 1.2.840.113635.100.6.83
\t\t]
\t}
\tServices:
\t\tcom.apple.osanalytics.logTransfer
\t\t\tProperties: {
\t\t\t\tUsesRemoteXPC => true
\t\t\t}
\t\tcom.apple.instruments.dtservicehub
\t\tcom.apple.coredevice.deviceinfo
\t\tcom.apple.dt.remotepairingdeviced.lockdown.shim.remote
\tLocal Services:
\t\tcom.example.not-offered

Found ncm-host-0 (ncm-host)
\tState: connected (connectable)
\tProperties: {
\t\tSerialNumber => OF-A-COMPUTER
\t}
\tServices:
\t\tcom.example.of-a-computer
"""

DISKS = """\
Filesystem       Size   Used  Avail Capacity iused      ifree %iused  Mounted on
/dev/disk1s1   228Gi  9.8Gi   52Gi    16%  461337  542480880    0%   /
devfs           38Ki   38Ki    0Bi   100%     132          0  100%   /dev
/dev/disk1s2   228Gi  161Gi   52Gi    76% 1094830  542480880    0%   /private/var
/private/preboot/0A1B/jb my  228Gi  161Gi  52Gi  76%  1094830  542480880  0%   /usr/lib/my libs
/dev/disk9s1     1Gi    1Gi    0Bi   100%     132          0  100%   \
/private/var/mobile/Library/LiveFiles/com.apple.filesystems.userfsd/Card of a person
"""
MOUNT = """\
/dev/disk1s1 on / (apfs, sealed, local, nosuid, read-only, journaled, noatime)
devfs on /dev (devfs, local, nosuid, nobrowse)
/dev/disk1s2 on /private/var (apfs, local, nodev, nosuid, journaled, noatime, protect)
/private/preboot/0A1B/jb on /usr/lib (bindfs, local, nosuid, read-only)
"""


def log_archive(**values: Any) -> bytes:
    """Return the Info.plist of a log archive."""
    stated = {
        "ArchiveIdentifier": UUID,
        "OSArchiveVersion": 5,
        "EndTimeRef": {"ContinuousTime": 1, "WallTime": 1762012800_000000000, "UUID": OTHER_UUID},
        "PersistMetadata": {"OldestTimeRef": {"WallTime": 1761000000_000000000, "UUID": UUID}},
        "SpecialMetadata": {"OldestTimeRef": {"WallTime": 1760000000_000000000, "UUID": UUID}},
        "SignpostMetadata": {},
    }
    return plistlib.dumps(stated | values)


HEADER = {
    "app_name": "My App",
    "timestamp": "2026-11-01 09:15:12.00 +0100",
    "bug_type": "309",
    "os_version": "iPhone OS 26.1 (23B85)",
    "name": "My App",
    "bundleID": "com.example.app",
}
BODY = {
    "userID": 501,
    "captureTime": "2026-11-01 09:15:10.9453 +0100",
    "pid": 344,
    "procName": "My App",
    "procPath": f"{APP}/My App",
    "parentProc": "launchd",
    "parentPid": 1,
    "exception": {"codes": "0x1, 0x8", "type": "EXC_BAD_ACCESS", "signal": "SIGSEGV"},
    "threads": [{"frames": [{"imageOffset": 1, "symbol": "secret"}]}],
    "usedImages": [
        {"source": "P", "uuid": UUID.lower(), "path": f"{APP}/My App", "name": "My App"},
        {"source": "P", "uuid": OTHER_UUID.lower(), "path": "/private/var/jb/usr/lib/hook.dylib"},
        {"source": "P", "uuid": OTHER_UUID.lower(), "path": "/usr/lib/libobjc.A.dylib"},
        {"source": "A", "size": 0},
    ],
}


def report(header: dict[str, Any] | None, body: dict[str, Any] | str) -> bytes:
    """Return a crash report: a line of JSON, and what stands below it."""
    head = "" if header is None else json.dumps(header) + "\n"
    return (head + (body if isinstance(body, str) else json.dumps(body, indent=2))).encode()


CRASH_TEXT = f"""\
Incident Identifier: {UUID}
CrashReporter Key:   of the phone
Hardware Model:      iPhone15,2
Process:             My App [455]
Path:                {APP}/My App
Identifier:          com.example.app
Version:             1.0 (1)
Parent Process:      launchd [1]

Date/Time:           2026-11-01 15:28:37.3451 +0900
OS Version:          iPhone OS 26.1 (23B85)

Exception Type:  EXC_BREAKPOINT (SIGTRAP)
Triggered by Thread:  0

Thread 0 Crashed:
0   libswiftCore.dylib            \t       0x18a98520c secret + 312

Binary Images:
       0x18a94d000 -        0x18aeb5fff hook.dylib arm64e  <{OTHER_UUID.replace("-", "").lower()}> \
/private/var/jb/usr/lib/hook.dylib
       0x102230000 -        0x102237fff My App arm64  <{UUID.replace("-", "").lower()}> {APP}/My App

EOF
"""
JETSAM = report(
    {
        "bug_type": "298",
        "timestamp": "2026-11-01 15:08:19.00 -0600",
        "os_version": "iPhone OS 26.1 (23B85)",
    },
    {
        "build": "iPhone OS 26.1 (23B85)",
        "largestProcess": "My App",
        "processes": [
            {"pid": 76, "name": "backboardd", "rpages": 19240},
            {"pid": 344, "name": "My App", "reason": "per-process-limit"},
            {"pid": 2**64, "name": "odd"},
            {"pid": "7", "name": "odd"},
            {"pid": 5},
        ],
    },
)
PANIC = report(
    {"bug_type": "210", "timestamp": "2026-11-01 15:08:19.00 -0600"},
    {"panicString": "panic(cpu 1)", "processByPid": {"1": {"pid": 1, "procname": "launchd"}}},
)
SUMMARY = """\
Crash and spin logs:
/private/var/mobile/Library/Logs/CrashReporter/imagent-2026-11-01-091512.ips, 12345 bytes
/private/var/mobile/Library/Logs/CrashReporter/Retired/Example 2018-11-01-091512 Phone.ips (9 bytes)
/var/mobile/Library/Logs/CrashReporter/JetsamEvent-2026-11-01-091512.ips.synced
/var/mobile/Library/Logs/CrashReporter/Analytics-2026-11-01-091512.ips.ca.synced
/var/mobile/Library/Logs/CrashReporter/ExcUserFault_exampled-2026-11-01-091512.ips
"""

ANSWERS: dict[str, tuple[tuple[Diagnostic, bytes], ...]] = {
    "ios.process_tables": (
        (Diagnostic(name="ps.txt"), PS.encode()),
        (Diagnostic(name="ps_thread.txt"), PS_THREAD.encode()),
    ),
    "ios.task_info": ((Diagnostic(name="taskinfo.txt"), TASKINFO.encode()),),
    "ios.sampled_processes": ((Diagnostic(name="spindump-nosymbols.txt"), SPINDUMP.encode()),),
    "ios.logged_programs": (
        (
            Diagnostic(name="logs/tailspindb/UUIDToBinaryLocations"),
            plistlib.dumps({UUID: f"{APP}/My App"}),
        ),
        (
            Diagnostic(name="system_logs.logarchive/Extra/logdata.statistics.0.jsonl"),
            STATISTICS_JSON.encode(),
        ),
        (
            Diagnostic(name="system_logs.logarchive/Extra/logdata.statistics.0.txt"),
            STATISTICS.encode(),
        ),
    ),
    "ios.shutdown_logs": (
        (Diagnostic(name="system_logs.logarchive/Extra/shutdown.log"), SHUTDOWN.encode()),
    ),
    "ios.crash_programs": (
        (Diagnostic(name="crashes_and_spins/My App.ips"), report(HEADER, BODY)),
        (Diagnostic(name="crashes_and_spins/JetsamEvent-2026-11-01-150819.ips"), JETSAM),
        (Diagnostic(name="crashes_and_spins/Panics/panic-full-2026-11-01-150819.ips"), PANIC),
        (Diagnostic(name="crashes_and_spins/x.crash"), CRASH_TEXT.encode()),
    ),
    "ios.crash_summary": ((Diagnostic(name="summaries/crashes_and_spins.log"), SUMMARY.encode()),),
    "ios.remote_services": ((Diagnostic(name="remotectl_dumpstate.txt"), REMOTECTL.encode()),),
    "ios.log_archive": ((Diagnostic(name="system_logs.logarchive/Info.plist"), log_archive()),),
    "ios.mounts": (
        (Diagnostic(name="disks.txt"), DISKS.encode()),
        (Diagnostic(name="mount.txt"), MOUNT.encode()),
    ),
    "ios.system_version": (
        (
            Diagnostic(name="logs/SystemVersion/SystemVersion.plist"),
            plistlib.dumps({"ProductVersion": "26.1", "ProductBuildVersion": "23B85"}),
        ),
    ),
}
"""What a sysdiagnose answers to each artifact that reads it."""
