"""Paths at which tools lie that give somebody root, or that change programs as they run.

From the tools' own source trees and installers: SuperSU and its forerunners, Magisk, KernelSU,
APatch, Xposed and its successors, frida, busybox. That one is there says that the phone was rooted
or prepared for it, not by whom.
"""

from __future__ import annotations

_SU_FOLDERS = (
    "/system/bin",
    "/system/xbin",
    "/system/sbin",
    "/system_ext/bin",
    "/vendor/bin",
    "/vendor/xbin",
    "/product/bin",
    "/odm/bin",
    "/sbin",
    "/su/bin",
    "/su/xbin",
    "/debug_ramdisk",
    "/data/local",
    "/data/local/bin",
    "/data/local/xbin",
    "/data/local/tmp",
    "/cache",
    "/dev",
)
_SUPERUSER = (
    "/system/bin/.ext/.su",
    "/system/bin/failsafe/su",
    "/system/sd/xbin/su",
    "/system/usr/we-need-root/su-backup",
    "/system/xbin/daemonsu",
    "/system/xbin/sugote",
    "/system/xbin/supolicy",
    "/system/xbin/ku.sud",
    "/system/lib/libsupol.so",
    "/system/lib64/libsupol.so",
    "/system/etc/init.d/99SuperSUDaemon",
    "/system/etc/.installed_su_daemon",
    "/system/app/Superuser.apk",
    "/system/app/SuperSU",
    "/system/app/SuperSU.apk",
    "/system/priv-app/SuperSU",
    "/data/su.img",
)
_MAGISK = (
    "/system/bin/magisk",
    "/system/bin/magiskhide",
    "/system/bin/magiskinit",
    "/system/bin/magiskpolicy",
    "/system/bin/resetprop",
    "/system/addon.d/99-magisk.sh",
    "/sbin/magisk",
    "/sbin/magiskhide",
    "/sbin/magiskinit",
    "/sbin/magiskpolicy",
    "/sbin/.magisk",
    "/sbin/.core",
    "/debug_ramdisk/magisk",
    "/debug_ramdisk/.magisk",
    "/dev/.magisk.unblock",
    "/init.magisk.rc",
    "/cache/magisk.log",
    "/cache/.disable_magisk",
    "/data/magisk.img",
    "/data/adb/magisk",
    "/data/adb/magisk.db",
    "/data/adb/modules",
    "/data/local/tmp/magisk",
)
_KERNEL = (  # root that the kernel itself gives
    "/data/adb/ksu",
    "/data/adb/ksud",
    "/data/adb/ap",
    "/data/adb/apd",
    "/data/adb/kpatch",
)
_HOOKS = (
    "/system/bin/app_process.orig",
    "/system/bin/app_process32.orig",
    "/system/bin/app_process64.orig",
    "/system/bin/app_process32_xposed",
    "/system/bin/app_process64_xposed",
    "/system/bin/app_process_init",
    "/system/framework/XposedBridge.jar",
    "/system/framework/edxp.jar",
    "/system/lib/libxposed_art.so",
    "/system/lib64/libxposed_art.so",
    "/system/lib/libriru_edxp.so",
    "/system/lib64/libriru_edxp.so",
    "/system/xposed.prop",
    "/data/adb/lspd",
    "/data/adb/riru",
    "/data/adb/zygisksu",
    "/data/local/tmp/frida-server",
    "/data/local/tmp/re.frida.server",
)
_BUSYBOX = ("/system/bin/busybox", "/system/xbin/busybox", "/sbin/busybox")

ROOT_PATHS: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            *(f"{folder}/su" for folder in _SU_FOLDERS),
            *_SUPERUSER,
            *_MAGISK,
            *_KERNEL,
            *_HOOKS,
            *_BUSYBOX,
        )
    )
)
"""Paths to ask for, each once."""
