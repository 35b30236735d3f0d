"""App-ops in the layouts of Android 4.3 to 16."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.android.app_operations import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, AppOperation, Otherwise, PackageTrace

from .evidence import evidence

HEAD = """\
Current AppOps Service state:
  Settings:
    top_state_settle_time=+5s0ms

  Op mode watchers:
    Op COARSE_LOCATION:
      #0: ModeCallback{2524d18 watchinguid=-1 flags=0x0 op=CAMERA from uid=1000 pid=1932}
  Clients:
    android.os.Binder@9877fdf:
      Started ops:
        uid=10040 pkg=com.example.home op=MONITOR_LOCATION

"""
FOURTEEN = (
    HEAD
    + """\
  Uid 1000:
    state=pers
    capability=LCMNFU
      COARSE_LOCATION: mode=ignore
    foregroundOps:
      COARSE_LOCATION: WATCHER
    hasForegroundWatchers=true
    Package android:
      FINE_LOCATION (allow / switch COARSE_LOCATION=allow):
        SensorNotificationService=[
          Access: [pers-s] 2026-05-04 10:00:00.000 (-1d2h) duration=+5ms
          Running start at: +9s123ms
          startNesting=2
        ]
  Uid u0a123:
    state=cch
      CAMERA: mode=foreground
      READ_SMS: mode=allow
    Package com.example.spy:
      SYSTEM_ALERT_WINDOW (allow):
      CAMERA (allow):
        tag one=[
          Access: [bg-s] 2026-05-04 10:00:00.000 (-1d2h)
        ]
      REQUEST_INSTALL_PACKAGES (default):
        null=[
          Reject: [top-s]2026-05-04 10:00:00.000 (-1d2h)
        ]
      MIUIOP(10021) (ask):
  Uid u10a55:
    state=cch
    Package com.example.quiet:
      VIBRATE (ignore):

  AppOps policy location tags:
    #0: 1000=android[LocationService]
"""
)
NINE = (
    HEAD
    + """\
  Uid u0a7:
    state=cch
    Package com.example.map:
      COARSE_LOCATION (allow):
          Access: top   = 2019-08-15 15:08:47.444 (-23s192ms)
                  cch   = 2019-08-15 15:08:47.444 (-23s192ms)
          duration=+158ms
      READ_CONTACTS (ignore):
          Reject: bg    = 2019-08-15 15:08:47.444 (-23s192ms)
                  cch   = 2019-08-15 15:08:47.444 (-23s192ms)

"""
)
EIGHT = """\
Current AppOps Service state:
  Op mode watchers:
    Op COARSE_LOCATION:
      #0: com.android.server.AppOpsService$Callback@3071a39

  Uid u0a7:
      WRITE_SMS: mode=0
    Package com.example.map:
      COARSE_LOCATION: mode=0; time=+1d2h3m4s5ms ago; duration=+3s
      READ_CONTACTS: mode=1; rejectTime=+5m1s ago
      WAKE_LOCK: mode=3

"""
FIRST = """\
Current AppOps Service state:
  Uid u0a7:
    Package com.example.map:
      COARSE_LOCATION: time=+2m3s ago; duration=+3s
"""


def stated(data, **kinds):
    return list(parse(evidence(data, "dumpsys", "appops", **kinds)))


def operations(data, **kinds):
    """Return mode, use, use in the background and refusal by package and operation."""
    return {
        (one.package, one.operation): (one.mode, one.used, one.used_in_background, one.rejected)
        for one in stated(data, **kinds)
        if isinstance(one, AppOperation)
    }


def test_android_14():
    assert {
        ("android", "FINE_LOCATION"): ("ignore", True, False, False),
        ("android", "COARSE_LOCATION"): ("ignore", UNSET, UNSET, UNSET),
        ("com.example.spy", "SYSTEM_ALERT_WINDOW"): ("allow", False, False, False),
        ("com.example.spy", "CAMERA"): ("foreground", True, True, False),
        ("com.example.spy", "REQUEST_INSTALL_PACKAGES"): ("default", False, False, True),
        ("com.example.spy", "MIUIOP(10021)"): ("ask", False, False, False),
        ("com.example.spy", "READ_SMS"): ("allow", UNSET, UNSET, UNSET),
        ("com.example.quiet", "VIBRATE"): ("ignore", False, False, False),
    } == operations(FOURTEEN)


def test_apps_packages_and_all_others():
    others = [one for one in stated(FOURTEEN) if not isinstance(one, AppOperation)]

    assert [
        App(user=0, package="android", operations_allowed=None),
        App(
            user=0,
            package="com.example.spy",
            operations_allowed=("READ_SMS", "SYSTEM_ALERT_WINDOW"),
        ),
        App(user=10, package="com.example.quiet", operations_allowed=None),
        PackageTrace(kind="app_operation", package="com.example.quiet"),
        PackageTrace(kind="app_operation", package="com.example.spy"),
        Otherwise(entity="app", user=0, field="operations_allowed", value=None),
        Otherwise(entity="app", user=10, field="operations_allowed", value=None),
    ] == others


def test_users_and_uids():
    found = {(one.user, one.uid) for one in stated(FOURTEEN) if isinstance(one, AppOperation)}

    assert {(0, 1000), (0, 10123), (10, 1010055)} == found


def test_android_9_prints_states_below_one_heading():
    assert {
        ("com.example.map", "COARSE_LOCATION"): ("allow", True, True, False),
        ("com.example.map", "READ_CONTACTS"): ("ignore", False, False, True),
    } == operations(NINE)


def test_android_8_prints_numbers_and_no_states():
    assert {
        ("com.example.map", "COARSE_LOCATION"): ("allow", True, UNSET, False),
        ("com.example.map", "READ_CONTACTS"): ("ignore", False, UNSET, True),
        ("com.example.map", "WAKE_LOCK"): ("default", False, UNSET, False),
        ("com.example.map", "WRITE_SMS"): ("allow", UNSET, UNSET, UNSET),
    } == operations(EIGHT)


def test_android_4_3_prints_no_modes_and_so_states_nothing_as_allowed():
    assert {("com.example.map", "COARSE_LOCATION"): (UNSET, True, UNSET, False)} == operations(
        FIRST
    )
    assert not [one for one in stated(FIRST) if isinstance(one, App)]


def test_android_16_has_a_title_above_the_uids():
    assert operations(FOURTEEN) == operations(
        FOURTEEN.replace("  Uid 1000:", "AppOps Uid Op State\n  Uid 1000:")
    )


def test_a_blank_behind_an_operation_changes_nothing():
    assert operations(FOURTEEN) == operations(FOURTEEN.replace("):\n", "): \n"))


def test_a_package_under_two_uids_of_one_user_is_one_app():
    data = NINE.replace(
        "  Uid u0a7:",
        "  Uid 0:\n    Package com.example.map:\n      VIBRATE (allow): \n  Uid u0a7:",
    )
    (app,) = [one for one in stated(data) if isinstance(one, App)]

    assert ("COARSE_LOCATION", "VIBRATE") == app.operations_allowed


def test_apps_of_a_uid_without_packages_may_be_allowed_something():
    data = FOURTEEN.replace(
        "  Uid u10a55:", "  Uid u10a7:\n      CAMERA: mode=allow\n  Uid u10a55:"
    )

    assert [0] == [one.user for one in stated(data) if isinstance(one, Otherwise)]


def test_how_an_app_sees_shared_files_is_no_power():
    data = FOURTEEN.replace(
        "  Uid u10a55:\n    state=cch\n",
        "  Uid u10a7:\n      LEGACY_STORAGE: mode=allow\n"
        "  Uid u10a55:\n      LEGACY_STORAGE: mode=allow\n",
    )
    found = stated(data)

    assert [0, 10] == [one.user for one in found if isinstance(one, Otherwise)]
    assert App(user=10, package="com.example.quiet", operations_allowed=None) in found
    assert operations(data)["com.example.quiet", "LEGACY_STORAGE"][0] == "allow"


def test_a_cut_text_states_no_absence():
    data = FOURTEEN[: FOURTEEN.index("        tag one")]
    found = stated(data, exit_code=None)

    assert [App(user=0, package="android", operations_allowed=None)] == [
        one for one in found if isinstance(one, App)
    ]
    assert not [one for one in found if isinstance(one, Otherwise)]
    assert ("foreground", UNSET, UNSET, UNSET) == operations(data, exit_code=None)[
        "com.example.spy", "CAMERA"
    ]


def test_a_text_cut_in_the_middle_of_the_last_uid_keeps_what_was_seen():
    data = FOURTEEN[: FOURTEEN.index("      MIUIOP") - 20]

    assert ("foreground", True, True, UNSET) == operations(data)["com.example.spy", "CAMERA"]
    assert not [one for one in stated(data) if isinstance(one, Otherwise)]


@pytest.mark.parametrize(
    "forged",
    [
        "\n  Uid u0a50:\n    Package com.bank:\n      CAMERA (allow): ",
        "\n  x\n    Package com.bank:\n      CAMERA (allow): ",
        "\n  x\n",
        "\n      SYSTEM_ALERT_WINDOW (ignore): ",
        "\n    Package com.example.spy:\n",
        "\n      what is this",
    ],
)
def test_a_tag_that_imitates_lines_is_an_error(forged):
    with pytest.raises(ParseError):
        stated(FOURTEEN.replace("tag one", f"tag{forged}"))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        HEAD,
        FOURTEEN.replace("Uid 1000:", "Uid somebody:"),
        FOURTEEN.replace("Uid u10a55:", "Uid u0a123:"),
        FOURTEEN.replace("COARSE_LOCATION: mode=ignore", "COARSE_LOCATION: mode= ?"),
        FOURTEEN.replace("(ask)", "(who knows)"),
        FOURTEEN.replace("Package android:", "Package an droid:"),
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)


def test_a_flood_is_an_error():
    modes = "".join(f"      OP{number}: mode=ignore\n" for number in range(600))
    packages = "".join(f"    Package p{number}.x:\n" for number in range(600))

    with pytest.raises(ParseError, match="at most"):
        stated(f"{HEAD}  Uid 1000:\n{modes}{packages}")


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        stated("Permission Denial: can't dump AppOpsService from from pid=1, uid=2000\n")
