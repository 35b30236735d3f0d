"""Real layouts, written by us, from which the fuzzing of readings starts: texts by artifact."""

from __future__ import annotations

from tests.artifacts import network_texts, power_texts

_KEY = "QAAAA" + "A" * 87
_OURS: dict[str, tuple[str, ...]] = {
    "android.getprop": ("[ro.build.type]: [user]\n[ro.debuggable]: [0\nx]\n[ro.serialno]: [S]\n",),
    "android.users": (
        "Users:\n\tUserInfo{0:Owner:13} running\n\tUserInfo{10:x\ny:30}\n",
        "Users:\n  UserInfo{0:n:13} serialNo=0\n    Type: a.b\n    State: RUNNING\n",
    ),
    "android.user_restrictions": (
        (
            "Users:\n  UserInfo{0:Owner:13} serialNo=0\n    Effective restrictions:\n"
            "      no_debugging_features\n    Account name: com.a\n"
        ),
    ),
    "android.settings": (
        "adb_enabled=1\nhttp_proxy=a\nb\nenabled_accessibility_services=a.b/.C:d.e/f.G\nz=1\n",
        (
            "GLOBAL SETTINGS (user 0)\n_id:1 name:adb_enabled pkg:a.b value:1 default:1 "
            "defaultSystemSet:true tag:x\nSECURE SETTINGS (user 0)\n_id:2 name:assistant value:a\n"
            "b\n_id:3 name:enabled_accessibility_services value:a.b/.C\nSYSTEM SETTINGS (user 0)\n"
        ),
    ),
    "android.packages": (
        (
            "package:/data/app/x==/base.apk=com.a versionCode:7  installer=null uid:10001\n"
            "package:com.b\n"
        ),
        (
            "Packages:\n  Package [com.a] (1):\n    flags=[ SYSTEM ]\n    User 0: installed=true\n"
            "  Package [android] (2):\n    User 0: installed=true enabled=1\n"
            "\nDexopt state:\n  [com.a]\n\nCompiler stats:\n"
        ),
        (
            '[{"name": "com.a", "files": [{"path": "/data/a.apk"}],\n"installer": "null",\n'
            '"uid": 10001,\n"disabled": false, "system": true, "third_party": false}]\n'
        ),
    ),
    "android.package_details": (
        (
            "Receiver Resolver Table:\n  Non-Data Actions:\n      a.b.C:\n        1a com.a/.R\n\n"
            "Packages:\n  Package [com.a] (1):\n    userId=10001\n"
            "    sharedUser=SharedUserSetting{1 s/1}\n"
            "    versionCode=7 minSdk=1 targetSdk=2\n    versionName=1\n    flags=[ SYSTEM ]\n"
            "    signatures=PackageSignatures{1 version:1, signatures:[ab], past signatures:[]}\n"
            "    install permissions:\n      p.Q: granted=true\n"
            "    User 0: installed=true enabled=1\n      runtime permissions:\n"
            "        p.R: granted=true\n"
            "\nShared users:\n  SharedUser [s] (2):\n    User 0:\n      runtime permissions:\n"
            "        p.S: granted=true\n\nPackage Changes:\n"
        ),
        (
            "Activity Resolver Table:\n  Non-Data Actions:\n      android.intent.action.MAIN:\n"
            "        4a com.a/.M filter 4b\n\nPackages:\n  Package [com.a] (1):\n"
            "    userId=10001 gids=[]\n    sharedUser=null\n    targetSdk=10\n"
            "    pkgFlags=0x1 installStatus=1 enabled=0\n    disabledComponents:\n      com.a.M\n"
            "    grantedPermissions:\n      p.Q\n\nShared users:\n"
        ),
    ),
    "android.installed_files": (
        (
            '[{"name": "com.a", "files": [{"path": "/data/a.apk",\n"md5": "",\n'
            f'"sha1": "{"0a" * 20}",\n"sha256": "{"0b" * 32}",\n"verified_certificate": true,\n'
            f'"certificate": {{"Md5": "",\n"Sha1": "{"0c" * 20}"}}}}]}}]\n'
        ),
    ),
    "android.processes": (
        (
            "  PID  PPID USER         LABEL      STIME NAME   ARGS\n"
            "    1     0 root         u:r:init:s0 17:16 init   /bin/init x\n"
            "    2     1 u0_a1                   17:16 a b    a b c\n"
        ),
        (
            "USER  PID PPID VSIZE PCY ABI WCHAN    PC         NAME\n"
            "root  1   0    328   fg  64  ffffffff 00000000 S /init\n"
            "app_1 2   1    328   bg      ffffffff 00000000 S com.a b\n"
        ),
        '[{"pid": 1, "ppid": 0, "uid": 0,\n"filename": "(init)",\n"command_line": ["/init"]}]\n',
    ),
    "android.accessibility": (
        (
            "ACCESSIBILITY MANAGER (dumpsys accessibility)\nUser state[attributes:{id=0, x\n"
            "     Bound services:{}\n     Enabled services:{{a.b/.C}, {d.e/f.G}}\n"
        ),
        (
            "ACCESSIBILITY MANAGER\nUser state[attributes:{id=0, x\n  enabled services: {\n"
            "    0 : a.b/.C\n  }\n  bound services:{\n    0 : a.b/.C\n  }\n"
        ),
    ),
    "android.device_policy": (
        (
            "Current Device Policy Manager state:\n"
            "  Device Owner:\n    admin=ComponentInfo{a.b/c.D}\n"
            "    User ID: 0\n  Enabled Device Admins (User 0, x: 0):\n"
            "    a.b/.C:\n      policies:\n"
            "        wipe-data\n    mPasswordOwner=-1\n"
        ),
        (
            "Current Device Policy Manager state:\n  Enabled Device Admins:\n  a.b/.C:\n"
            "    policies:\n      wipe-data\n    userRestrictions:\n  mPasswordOwner=-1\n"
        ),
        "1 owner:\nUser  0: admin=a.b/.C,DeviceOwner\n",
    ),
    "android.adb_keys": (
        (
            f"ADB MANAGER STATE\n{{\n  debugging_manager={{\n    user_keys={_KEY} a@b\n    {_KEY}\n"
            f'    keystore=<?xml ?>\n<keyStore>\n<adbKey key="{_KEY} a" lastConnection="17" />\n'
            "</keyStore>\n  }\n}\n"
        ),
        f"  debugging_manager={{\n    keystore=ABX\0\0{_KEY} a\0lastConnection\0\n  }}\n",
    ),
    "android.mounts": (
        "/dev/x / erofs ro,seclabel 0 0\noverlay /system/bin overlay rw 0 0\n",
        "1 2 0:1 / /system ro,noatime master:1 - ext4 /dev/x rw\n",
        '["/dev/x /system ext4 rw 0 0", "tmpfs on /sbin type tmpfs (rw)"]\n',
    ),
    "android.selinux": ("Enforcing\n",),
    "android.root_traces": (
        (
            "81ed 1 0 root 1230768000 ? /system/bin/sh\n"
            "8ded 59 0 root 1230768000 u:object_r:su_exec:s0 /system/xbin/su\n"
        ),
        '["/system/bin/su\\n/system/xbin/su", "/sbin/su"]\n',
    ),
    "android.files": (
        (
            "41f9 3452 2000 shell 1230768000 ? /data/local/tmp\n"
            "81ed 9 2000 shell 1230768001 u:object_r:shell_data_file:s0 /data/local/tmp/a b\n"
        ),
        (
            "41f9 3452 0 root 1230768000 ? /sdcard/Download\n"
            "81b0 9 0 root 1230768001 u:object_r:fuse:s0 /sdcard/Download/com.a.apk\n"
        ),
        '[{"path":"/tmp/com.a.so","size":1,"mode":"-rwsr-xr-x","modified_time":1}]\n',
    ),
    "android.battery_daily": (
        (
            'Battery History (1% used):\n  0 (2) 100 +job=u0a1:"com.a/.B"\n'
            "Daily stats:\n  Current start time: 2026-11-20-01-15-45\n    Package changes:\n"
            "      Update com.a vers=3\n\n"
            "  Daily from 2026-11-19-01-02-03 to 2026-11-20-01-15-45:\n"
            "    Package changes:\n      Update com.a vers=4\n      Uninstall a.b\n"
            "\nStatistics since last charge:\n"
        ),
    ),
    "android.databases": (
        "Applications Database Info:\nConnection pool for /data/user/0/com.a/databases/x:\n",
    ),
    "android.tombstones": (
        (
            "*** *** ***\nBuild fingerprint: 'x'\nTimestamp: 2026-11-20 10:00:00.123456789+0100\n"
            "Process uptime: 5s\npid: 1, tid: 2, name: a  >>> com.a <<<\nuid: 10123\n"
            "signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0\n"
        ),
        "\x08\x01\x12\x01x\x22\x01x\x4a\x05com.a\x52\x09\x12\x07SIGABRT",
    ),
}
SEEDS = {
    name: tuple(text for _, text in found)
    for name, found in (power_texts.texts("x") | network_texts.texts("x")).items()
} | _OURS
