"""What somebody may change of an Android system between two scans, and what must be said of it."""

from __future__ import annotations

from fixtures.building.changing import adb_keys, appended, printed, prop, setting, substituted
from tests.changes.phones.android import CAS
from tests.changes.phones.planted import Planted

_FILES = "find /data/local/tmp"
_TRACES = "stat -c"

SYSTEM = (
    Planted(
        "an authority is trusted",
        (printed(CAS, "c8f3a1d0.0\n"),),
        "a-certificate-authority-was-added-that-was-not-there-before",
        "certificate",
    ),
    Planted(
        "a computer may debug",
        (adb_keys("of the owner", "of a stranger"),),
        "another-computer-was-allowed-to-debug-this-phone",
        "adb_key",
    ),
    Planted(
        "a proxy for all",
        (setting("global", "http_proxy", "198.51.100.77:8080"),),
        "a-proxy-was-set-for-the-whole-phone-or-for-the-network-in-use",
        "setting",
        "value",
    ),
    Planted(
        "a proxy of the network",
        (
            substituted(
                "dumpsys connectivity",
                "262144,524288,16777216 Routes: [ fe80",
                "262144,524288,16777216 HttpProxy: [198.51.100.77] 8080 xl= Routes: [ fe80",
            ),
        ),
        "a-proxy-was-set-for-the-whole-phone-or-for-the-network-in-use",
        "network",
        "proxy_host",
    ),
    Planted(
        "names are resolved elsewhere",
        (setting("global", "private_dns_mode", "hostname"),),
        "names-are-resolved-in-another-way-than-before-on-any-network",
        "setting",
        "value",
    ),
    Planted(
        "an older patch level",
        (prop("ro.build.version.security_patch", "2026-03-01"),),
        "the-system-is-older-than-it-was",
        "build",
        "security_patch",
    ),
    Planted(
        "another system starts",
        (prop("ro.boot.verifiedbootstate", "orange"),),
        "the-start-of-the-phone-is-less-protected-than-before",
        "build",
        "verified_boot",
    ),
    Planted(
        "the boot loader is open",
        (prop("ro.boot.flash.locked", "0"), prop("ro.boot.vbmeta.device_state", "unlocked")),
        "the-start-of-the-phone-is-less-protected-than-before",
        "build",
        "bootloader_locked",
    ),
    Planted(
        "SELinux only watches",
        (printed("getenforce", "Permissive\n"),),
        "the-start-of-the-phone-is-less-protected-than-before",
        "build",
        "selinux",
    ),
    Planted(
        "the boot loader may be opened",
        (prop("sys.oem_unlock_allowed", "1"),),
        "unlocking-of-the-boot-loader-was-allowed",
        "property",
        "value",
    ),
    Planted(
        "debugging over Wi-Fi",
        (setting("global", "adb_wifi_enabled", "1"),),
        "debugging-over-the-network-was-switched-on",
        "setting",
        "value",
    ),
    Planted(
        "the service of debugging over Wi-Fi",
        (substituted("dumpsys adb", "      enabled=false\n", "      enabled=true\n"),),
        "debugging-over-the-network-was-switched-on",
        "debugging",
        "wireless",
    ),
    Planted(
        "debugging over a port",
        (prop("persist.adb.tcp.port", "5555"),),
        "debugging-over-the-network-was-switched-on",
        "property",
    ),
    Planted(
        "developer options",
        (setting("global", "development_settings_enabled", "1"),),
        "debugging-over-a-cable-or-the-developer-options-were-switched-on",
        "setting",
        "value",
    ),
    Planted(
        "Play Protect is refused",
        (setting("global", "package_verifier_user_consent", "-1"),),
        "new-apps-are-verified-less-than-before",
        "setting",
        "value",
    ),
    Planted(
        "no lock",
        (setting("secure", "lockscreen.disabled", "1"),),
        "the-lock-of-the-screen-was-switched-off",
        "setting",
        "value",
    ),
    Planted(
        "no protection",
        (setting("secure", "advanced_protection_mode", "0"),),
        "advanced-protection-was-switched-off",
        "setting",
        "value",
    ),
    Planted(
        "apps from anywhere",
        (setting("secure", "install_non_market_apps", "1"),),
        "apps-from-anywhere-were-allowed",
        "setting",
        "value",
    ),
    Planted(
        "no updates",
        (setting("global", "ota_disable_automatic_update", "1"),),
        "updates-of-the-system-are-not-installed-by-themselves-any-more",
        "setting",
        "value",
    ),
    Planted(
        "no look for a sign-in",
        (setting("global", "captive_portal_mode", "0"),),
        "networks-that-want-a-sign-in-are-not-looked-for-any-more",
        "setting",
        "value",
    ),
    Planted(
        "a file system over the system",
        (appended("cat /proc/mounts", "overlay /system/bin overlay rw,relatime 0 0"),),
        "another-file-system-lies-over-a-part-of-the-system",
        "mount",
    ),
    Planted(
        "a program as root",
        (
            appended(
                "ps -A",
                " 9001     1 root         u:r:su:s0                      09:40:00 su"
                "                          su --daemon",
            ),
        ),
        "a-program-runs-that-did-not-before-and-is-no-part-of-the-system",
        "process",
    ),
    Planted(
        "a program among temporary files",
        (
            appended(
                _FILES,
                "81ed 1284608 2000 shell 1795109000 u:object_r:shell_data_file:s0"
                " /data/local/tmp/.sysupd",
            ),
        ),
        "a-program-appeared-in-the-folder-for-temporary-files",
        "file",
    ),
    Planted(
        "a file that gives root",
        (appended(_TRACES, "8ded 59 0 root 1795109000 u:object_r:system_file:s0 /system/xbin/su"),),
        "a-file-that-gives-all-rights-appeared-or-was-changed",
        "file",
    ),
    Planted(
        "a second user",
        (
            appended("pm list users", "\tUserInfo{11:Visita:404}"),
            substituted(
                "dumpsys user",
                "  UserInfo{10:",
                "  UserInfo{11:Visita:404} serialNo=11 isPrimary=false\n"
                "    Type: android.os.usertype.full.GUEST\n    Flags: 1028 (FULL|GUEST)\n"
                "    State: -1\n  UserInfo{10:",
            ),
        ),
        "a-user-or-a-profile-was-added-to-the-phone",
        "user",
    ),
)
