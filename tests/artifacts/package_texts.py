"""Texts of `dumpsys package`, written by us in the layouts of Android 2.3, 4.4, 8, 10 and 14."""

from __future__ import annotations

TABLES = """\
Activity Resolver Table:
  Non-Data Actions:
      android.intent.action.MAIN:
        1a2b3c com.example/.Main
      com.android.phone.DIAL:
        1a2b3d com.android.phone/.Dialer

Receiver Resolver Table:
  Schemes:
      package:
        1a2b3c com.example/.Packages
  Non-Data Actions:
      android.intent.action.BOOT_COMPLETED:
        1a2b3c com.example/.Boot (2 filters)
        1a2b3d com.other/com.other.Boot filter 5e6f
          Action: "android.intent.action.BOOT_COMPLETED"
      android.provider.Telephony.SMS_RECEIVED:
        1a2b3e com.example/.Sms

Service Resolver Table:
  Non-Data Actions:
      android.accessibilityservice.AccessibilityService:
        1a2b3f com.example/.Reader

"""
EXAMPLE_14 = """\
  Package [com.example] (1a2b3c):
    appId=10123
    pkg=Package{5437d30 com.example}
    codePath=/data/app/~~V7==/com.example-_ng==
    versionCode=7 minSdk=24 targetSdk=34
    versionName=1.0 beta=2
    splits=[base]
    apkSigningVersion=3
    flags=[ DEBUGGABLE HAS_CODE TEST_ONLY ]
    privateFlags=[ PARTIALLY_DIRECT_BOOT_AWARE ]
    lastUpdateTime=2026-05-12 11:50:54
    installerPackageName=com.store
    installInitiatingPackageName=com.android.chrome
    installOriginatingPackageName=com.mail
    updateOwnerPackageName=com.store
    packageSource=4
    signatures=PackageSignatures{1011da9 version:3, signatures:[fbf02084, 1], past signatures:[2]}
    installPermissionsFixed=true
    pkgFlags=[ DEBUGGABLE HAS_CODE TEST_ONLY ]
    declared permissions:
      com.example.OWN: prot=signature, INSTALLED
    requested permissions:
      android.permission.INTERNET
      android.permission.CAMERA
      android.permission.READ_SMS: restricted=true
    install permissions:
      android.permission.INTERNET: granted=true
      android.permission.SYSTEM_ALERT_WINDOW: granted=false
    User 0: ceDataInode=1 installed=true hidden=false suspended=false enabled=0 instant=false
      installReason=0
      firstInstallTime=2026-05-01 10:00:00
      overlay paths:
        /data/resource-cache/x.frro
      gids=[1023]
      runtime permissions:
        android.permission.CAMERA: granted=true, flags=[ USER_SET ]
        android.permission.READ_SMS: granted=false, flags=[ ]
      disabledComponents:
        com.example.Hidden
    User 10: ceDataInode=2 installed=true hidden=true suspended=true enabled=3 instant=false
      firstInstallTime=2026-05-02 10:00:00
      runtime permissions:
    User 11: ceDataInode=0 installed=false hidden=false suspended=false stopped=true enabled=1
"""
PHONE_14 = """\
  Package [com.android.phone] (857ad6e):
    appId=1001
    sharedUser=SharedUserSetting{7fb54b1 android.uid.phone/1001}
    codePath=/system/priv-app/Phone
    versionCode=34 minSdk=34 targetSdk=34
    versionName=null
    flags=[ SYSTEM HAS_CODE ]
    packageSource=0
    signatures=PackageSignatures{252 version:0, signatures:[], past signatures:[]}
    User 0: ceDataInode=1 installed=true hidden=false suspended=false enabled=1
"""
FRAMEWORK = """\
  Package [android] (1c9ed3):
    appId=1000
    flags=[ SYSTEM HAS_CODE ]
    User 0: ceDataInode=1 installed=true hidden=false suspended=false enabled=0
    User 10: ceDataInode=1 installed=true hidden=false suspended=false enabled=0
"""
REST = """
Hidden system packages:
  Package [com.example] (99):
    appId=10123
    versionCode=1 minSdk=1 targetSdk=1
    User 0: ceDataInode=1 installed=false hidden=false suspended=false enabled=2

Queries:
  system apps queryable: false

Shared users:
  SharedUser [android.uid.phone] (12):
    appId=1001
    Packages
      PackageSetting{e6 com.android.phone/1001}
    install permissions:
      android.permission.REBOOT: granted=true
    User 0:
      gids=[3003]
      runtime permissions:
        android.permission.READ_CALL_LOG: granted=true, flags=[ SYSTEM_FIXED ]
        android.permission.CAMERA: granted=false, flags=[ ]
    User 10:
      runtime permissions:
        android.permission.READ_CONTACTS: granted=true, flags=[ ]

Package Changes:
  Sequence number=0
"""
FOURTEEN = TABLES + "Packages:\n" + EXAMPLE_14 + PHONE_14 + FRAMEWORK + REST

EIGHT = """\
Packages:
  Package [com.example] (1a2b3c):
    userId=10123
    codePath=/data/app/com.example-qn==
    versionCode=7 minSdk=16 targetSdk=26
    versionName=1.0
    splits=[base]
    apkSigningVersion=1
    flags=[ HAS_CODE ]
    firstInstallTime=2017-10-16 12:03:07
    lastUpdateTime=2018-03-21 13:35:58
    signatures=PackageSignatures{2f3a174 [e627f73a]}
    install permissions:
      android.permission.INTERNET: granted=true
    User 0:  ceDataInode=1 installed=true hidden=false suspended=false stopped=false enabled=4
    overlay paths:
      /vendor/overlay/x.apk
      gids=[3003]
      runtime permissions:
        android.permission.CAMERA: granted=true
  Package [android] (1c9ed3):
    userId=1000
    User 0:  ceDataInode=1 installed=true hidden=false suspended=false stopped=false enabled=0

Dexopt state:
  [com.example]
"""

TWO_THREE = """\
Activity Resolver Table:
  Non-Data Actions:
      android.intent.action.MAIN:
        406f1658 com.example/.Main filter 406f17d0
        406f1659 com.android.stk/.Main filter 406f17d1

Packages:
  Package [com.example] (40789748):
    userId=10017 gids=[3003, 1015]
    sharedUser=null
    pkg=Package{407733f0 com.example}
    codePath=/data/app/com.example-1.apk
    versionCode=100
    versionName=1.0.0
    targetSdk=10
    firstInstallTime=2008-08-01 14:00:00
    lastUpdateTime=2008-08-01 14:00:00
    signatures=PackageSignatures{406b3ae8 [40742740]}
    permissionsFixed=true haveGids=true
    pkgFlags=0x0 installStatus=1 enabled=0
    grantedPermissions:
      android.permission.INTERNET
  Package [com.android.stk] (40789749):
    userId=10001 gids=[]
    sharedUser=SharedUserSetting{407781c0 android.uid.shared/10001}
    versionCode=10
    versionName=2.3
    signatures=PackageSignatures{406b3ae9 [40742741]}
    pkgFlags=0x1 installStatus=1 enabled=2
    disabledComponents:
      com.android.stk.Main
  Package [android] (40789750):
    userId=1000 gids=[]
    pkgFlags=0x1 installStatus=1 enabled=0

Shared users:
  SharedUser [android.uid.shared] (407781c0):
    userId=10001 gids=[]
    grantedPermissions:
      android.permission.READ_SMS

Settings parse messages:
Read completed successfully: 2 packages, 1 shared uids
"""
FOUR_FOUR = """\
Packages:
  Package [com.example] (42535978):
    userId=10023 gids=[1015, 3003]
    sharedUser=null
    codePath=/data/app/com.example-1.apk
    versionCode=7 targetSdk=19
    versionName=1.0
    flags=[ HAS_CODE ALLOW_BACKUP ]
    firstInstallTime=2014-06-26 12:50:44
    installerPackageName=com.store
    signatures=PackageSignatures{42535978 [42536868]}
    permissionsFixed=true haveGids=true installStatus=1
    pkgFlags=[ HAS_CODE ALLOW_BACKUP ]
    User 0:  installed=true blocked=true stopped=false notLaunched=false enabled=3
      lastDisabledCaller: shell:0
      disabledComponents:
        com.example.Main
    grantedPermissions:
      android.permission.READ_SMS
  Package [android] (42535979):
    userId=1000 gids=[]
    pkgFlags=[ SYSTEM ]
    User 0:  installed=true blocked=false stopped=false notLaunched=false enabled=0

Settings parse messages:
"""
