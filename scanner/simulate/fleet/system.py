"""What the system of a simulated phone shows by itself: processes, mounts, properties, settings.

Names of processes are those that Android and iOS use; parts of makers are invented. Not all of them
run at any moment: each has a probability, drawn anew for every look.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

from scanner.simulate.fleet.stock import Build, Model
from scanner.simulate.fleet.words import named, process

Listed = tuple[str, float]  # a name, and how likely it is seen at a moment

_ANDROID = named("""
    init ueventd logd servicemanager hwservicemanager vndservicemanager vold netd installd
    lmkd surfaceflinger zygote64 system_server audioserver cameraserver mediaserver
    keystore2 gatekeeperd statsd traced traced_probes wificond tombstoned adbd gpuservice
    storaged credstore apexd media.extractor media.metrics media.swcodec drmserver mdnsd
    bootstat watchdogd
""")
_ROOT = frozenset(named("init ueventd vold netd installd zygote64 adbd apexd update_engine"))
_ANDROID_NOW_AND_THEN = named("""
    incidentd update_engine idmap2d dumpstate perfetto uncrypt mtpd netmgrd snapuserd gsid
    iorapd profcollectd heapprofd cppreopts bugreportd artd odrefresh update_verifier
    ip6tables simpleperf_app_runner virtmngr
""")
_IOS = named("""
    launchd SpringBoard backboardd mediaserverd locationd CommCenter wifid bluetoothd
    securityd trustd mobileassetd nsurlsessiond apsd assistantd fairplayd.H2 UserEventAgent
    powerd configd logd notifyd symptomsd identityservicesd imagent accountsd aggregated
    cloudd containermanagerd coreduetd dasd diskimagesiod fseventsd healthd installd
    itunesstored keybagd lockdownd mDNSResponder misd mobileactivationd profiled rapportd
    routined runningboardd searchpartyd sharingd suggestd tccd timed usbmuxd usermanagerd
    watchdogd corespeechd nfcd passd
""")
_IOS_NOW_AND_THEN = named("""
    softwareupdateservicesd ReportCrash spindump replayd AirPlayXPCHelper photoanalysisd
    mediaanalysisd MTLCompilerService BackupAgent2 afcd sysdiagnose_helper
    mobile_storage_proxy streaming_zip_conduit osanalyticshelper quicklookd assetsd geod
    mapspushd homed parsecd siriknowledged translationd walletd weatherd
""")
_MOUNTS = named("""
    / /system_ext /product /vendor /odm /vendor_dlkm /dev /dev/pts /proc /sys /sys/fs/selinux /apex
    /linkerconfig /apex/com.android.runtime /apex/com.android.art /apex/com.android.adbd /data
    /metadata
""")
_CODE_NAMES = 22  # daemons of a maker, some of them of one model only


@cache
def processes(model: Model, build: Build) -> tuple[Listed, ...]:
    """Return the system's processes of a build, and how likely each is seen."""
    ios = model.platform == "ios"
    steady = [(name, 0.998) for name in (_IOS if ios else _ANDROID)]
    random = Random(f"{model.platform}/now and then")  # noqa: S311 - the same in each fleet
    rare = _IOS_NOW_AND_THEN if ios else _ANDROID_NOW_AND_THEN
    sometimes = [(name, random.choice((0.03, 0.1, 0.3, 0.6, 0.9))) for name in rare]
    own = [(name, random.choice((0.5, 0.95, 0.998, 0.998))) for name in _of_maker(model)]
    release = [(f"{name}d{build.release.split('.')[0]}", 0.998) for name in ("feature", "engine")]
    newest = [(f"service_{build.build.lower().replace('.', '_')}", 0.97)]
    listed = (*steady, *sometimes, *own, *(newest if not ios else ()), *release)
    return listed if ios else tuple((process(_owner(name), name), often) for name, often in listed)


def _owner(name: str) -> str:
    """Return the user of Android that a part of the system runs as."""
    return "root" if name in _ROOT else "system"


def _of_maker(model: Model) -> Iterator[str]:
    if model.platform == "ios":
        return
    maker = model.manufacturer.lower()
    for number in range(_CODE_NAMES):
        yield f"vendor.{maker}.hardware.part{number}-service"
    for number in range(5):
        yield f"{maker}_{model.name.lower().replace(' ', '_')}_unit{number}"


def passing_process(model: Model, number: int) -> str:
    """Return the nth of the helpers that a maker's system starts once in a while."""
    if model.platform == "ios":
        return f"com.apple.helper{number}.xpc"
    return process("system", f"vendor.{model.manufacturer.lower()}.helper{number}")


@cache
def mounts(model: Model) -> tuple[str, ...]:
    """Return where a model has file systems mounted."""
    if model.platform == "ios":
        return ()
    extra = ("/prism", "/optics", "/efs", "/omr") if model.manufacturer == "samsung" else ()
    return (*_MOUNTS, *extra)


@cache
def fingerprint(model: Model, build: Build) -> str:
    """Return what Android calls the fingerprint of a build."""
    name = model.name.lower().replace(" ", "_")
    maker = model.manufacturer.lower()
    return f"{maker}/{name}/{name}:{build.release}/{build.build}:user/release-keys"


def api_level(release: str) -> str:
    """Return the API level of a version of Android."""
    return str(int(release) + 20)


@cache
def properties(model: Model) -> tuple[str, ...]:
    """Return the properties that are the same on all phones of a model."""
    samsung = ("ro.boot.warranty_bit=0",) if model.manufacturer == "samsung" else ()
    return (
        "ro.adb.secure=1",
        "ro.boot.flash.locked=1",
        "ro.boot.vbmeta.device_state=locked",
        "ro.boot.verifiedbootstate=green",
        "ro.boot.veritymode=enforcing",
        *samsung,
        "ro.build.tags=release-keys",
        "ro.build.type=user",
        f"ro.build.version.sdk={api_level(model.builds[0].release)}",
        "ro.crypto.state=encrypted",
        "ro.crypto.type=file",
        "ro.debuggable=0",
        "ro.organization_owned=true",
        "ro.secure=1",
    )


SETTINGS: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = (
    ("global/adb_enabled", (("0", 0.985), ("1", 0.015))),
    ("global/development_settings_enabled", (("0", 0.97), ("1", 0.03))),
    ("global/stay_on_while_plugged_in", (("0", 0.985), ("3", 0.01), ("7", 0.005))),
    ("global/package_verifier_user_consent", (("1", 0.995), ("-1", 0.005))),
    ("global/private_dns_mode", (("opportunistic", 0.97), ("off", 0.03))),
    ("global/ota_disable_automatic_update", (("0", 0.96), ("1", 0.04))),
    ("global/auto_time", (("1", 0.99), ("0", 0.01))),
    ("secure/location_mode", (("3", 0.8), ("0", 0.2))),
    ("secure/lock_screen_show_notifications", (("1", 0.9), ("0", 0.1))),
    ("secure/lock_screen_allow_private_notifications", (("0", 0.7), ("1", 0.3))),
    ("secure/lock_screen_lock_after_timeout", (("5000", 0.9), ("0", 0.08), ("15000", 0.02))),
    ("system/show_password", (("1", 0.93), ("0", 0.07))),
    (
        "system/screen_off_timeout",
        (("60000", 0.6), ("30000", 0.3), ("15000", 0.07), ("120000", 0.025), ("600000", 0.005)),
    ),
)
"""Settings of Android that people choose, and how often which value stands there."""
