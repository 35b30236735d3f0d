"""Identifiers of the platform's attributes that are read, and their names.

Source: AOSP `core/res/res/values/public.xml` and `public-final.xml`.
"""

from __future__ import annotations

LABEL = 0x01010001
ICON = 0x01010002
NAME = 0x01010003
PERMISSION = 0x01010006
READ_PERMISSION = 0x01010007
WRITE_PERMISSION = 0x01010008
SHARED_USER = 0x0101000B
HAS_CODE = 0x0101000C
ENABLED = 0x0101000E
DEBUGGABLE = 0x0101000F
EXPORTED = 0x01010010
PROCESS = 0x01010011
AUTHORITIES = 0x01010018
PRIORITY = 0x0101001C
TARGET_PACKAGE = 0x01010021
SCHEME = 0x01010027
SOURCE = 0x01010119
DRAWABLE = 0x01010199
TARGET_ACTIVITY = 0x01010202
MIN_SDK = 0x0101020C
VERSION_CODE = 0x0101021B
VERSION_NAME = 0x0101021C
TARGET_SDK = 0x01010270
MAX_SDK = 0x01010271
TEST_ONLY = 0x01010272
ALLOW_BACKUP = 0x01010280
EXTRACT_NATIVE_LIBS = 0x010104EA
CLEARTEXT = 0x010104EC
NETWORK_SECURITY = 0x01010527
ROUND_ICON = 0x0101052C
VERSION_CODE_MAJOR = 0x01010576
TARGET_SANDBOX = 0x0101054C

NAMES: dict[int, str] = {
    LABEL: "label",
    ICON: "icon",
    NAME: "name",
    PERMISSION: "permission",
    READ_PERMISSION: "readPermission",
    WRITE_PERMISSION: "writePermission",
    SHARED_USER: "sharedUserId",
    HAS_CODE: "hasCode",
    ENABLED: "enabled",
    DEBUGGABLE: "debuggable",
    EXPORTED: "exported",
    PROCESS: "process",
    AUTHORITIES: "authorities",
    PRIORITY: "priority",
    TARGET_PACKAGE: "targetPackage",
    SCHEME: "scheme",
    SOURCE: "src",
    DRAWABLE: "drawable",
    TARGET_ACTIVITY: "targetActivity",
    MIN_SDK: "minSdkVersion",
    VERSION_CODE: "versionCode",
    VERSION_NAME: "versionName",
    TARGET_SDK: "targetSdkVersion",
    MAX_SDK: "maxSdkVersion",
    TEST_ONLY: "testOnly",
    ALLOW_BACKUP: "allowBackup",
    EXTRACT_NATIVE_LIBS: "extractNativeLibs",
    CLEARTEXT: "usesCleartextTraffic",
    NETWORK_SECURITY: "networkSecurityConfig",
    ROUND_ICON: "roundIcon",
    VERSION_CODE_MAJOR: "versionCodeMajor",
    TARGET_SANDBOX: "targetSandboxVersion",
}
