// Code that lies where code does not belong, and code that fetches it from there.

rule Dex_With_Data_Behind_Its_End : attack_t1406 attack_t1406_002
{
    meta:
        id = "055946ca-8d26-5293-abcd-fcb75657ffb9"
        title = "Behind the code of an app lies data that is no part of it"
        description = "The file of code is far longer than it says itself. Android reads past nothing there; a loader does, and so protectors and droppers keep the hidden code there."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "dex"
        advice = "review_app"
        falsepositives = "Protectors that ordinary apps use do the same; A file of several DEX files in one, as Android 15 may make it"
        reference = "https://source.android.com/docs/core/runtime/dex-format"
        reference = "https://attack.mitre.org/techniques/T1406/"
    condition:
        // From version 041 on, files may follow one another in one container.
        uint32be(0) == 0x6465780a and uint32be(4) != 0x30343100
        and uint32(36) == 0x70 and uint32(32) >= 0x70
        and filesize > uint32(32) + 65536
}

rule Package_Carries_Another_Package : attack_t1407 attack_t1406
{
    meta:
        id = "94b363b4-0327-5137-9201-c7fc952c962b"
        title = "The package of an app carries another package"
        description = "Among the files of the app lies a further app. Droppers carry what they install later in this way."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "zip"
        advice = "review_app"
        falsepositives = "Apps that install a helper or an extension of their own; Tools of testers"
        reference = "https://developer.android.com/guide/topics/resources/providing-resources"
        reference = "https://attack.mitre.org/techniques/T1406/"
    strings:
        $manifest = /PK\x01\x02.{42}AndroidManifest\.xml(PK|UT|ux|[^!-~])/s
        $other = /PK\x01\x02.{42}(assets|res\/raw)\/[!-~]{1,80}\.apk(PK|UT|ux|[^!-~])/s
    condition:
        uint32be(0) == 0x504b0304 and $manifest and $other
}

rule Package_Carries_Code_Among_Its_Assets : attack_t1407 attack_t1406
{
    meta:
        id = "127086c8-44fa-5cd5-a797-aeb13e116879"
        title = "The package of an app carries code among its other files"
        description = "Code of an app lies in its root as classes.dex. A file of code among the assets is loaded later, by the app itself, and is seen by fewer checks."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "zip"
        advice = "review_app"
        falsepositives = "Advertising and payment kits that load a part of their own; Old apps that were split before Android could do it"
        reference = "https://source.android.com/docs/core/runtime/dex-format"
        reference = "https://attack.mitre.org/techniques/T1406/"
    strings:
        $manifest = /PK\x01\x02.{42}AndroidManifest\.xml(PK|UT|ux|[^!-~])/s
        $code = /PK\x01\x02.{42}assets\/[!-~]{1,80}\.dex(PK|UT|ux|[^!-~])/s
    condition:
        uint32be(0) == 0x504b0304 and $manifest and $code
}

rule Package_Disguises_Code_As_A_Picture : attack_t1406 attack_t1655
{
    meta:
        id = "cc52f269-87b0-558b-b131-45dff397970e"
        title = "Code in the package of an app bears the name of a picture or a sound"
        description = "A file that is named like a picture, a sound or a font begins as code or as a package does. Nobody does that by accident."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "zip"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "Games that keep archives under odd names"
        reference = "https://pkwaredownloads.blob.core.windows.net/pem/APPNOTE.txt"
        reference = "https://source.android.com/docs/core/runtime/dex-format"
        reference = "https://attack.mitre.org/techniques/T1655/001/"
    strings:
        // A stored member: the name ends, at most a few bytes of padding follow, and the content begins.
        $code = /PK\x03\x04.{26}(assets|res)\/[!-~]{1,80}\.(png|jpg|jpeg|gif|webp|mp3|ogg|ttf)[^!-~]{0,8}(dex\n03[0-9]\x00|\x7fELF[\x01\x02]\x01\x01)/s
    condition:
        uint32be(0) == 0x504b0304 and $code
}

rule Small_Dex_Decrypts_And_Loads_Assets : attack_t1407 attack_t1406_002
{
    meta:
        id = "527d114d-ad2e-50c2-9e88-f27d16c94f06"
        title = "A small loader decrypts a file of the app and runs it as code"
        description = "The code of this app is little more than what it takes to open a file among its assets, decrypt it and run it. The rest is hidden in that file."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "dex"
        advice = "review_app"
        falsepositives = "Protectors that ordinary apps use"
        reference = "https://developer.android.com/reference/dalvik/system/DexClassLoader"
        reference = "https://attack.mitre.org/techniques/T1407/"
    strings:
        $loader1 = "\x1eLdalvik/system/DexClassLoader;\x00"
        $loader2 = "\x26Ldalvik/system/InMemoryDexClassLoader;\x00"
        $loader3 = "\x1fLdalvik/system/PathClassLoader;\x00"
        $assets = "\x22Landroid/content/res/AssetManager;\x00"
        $open = "\x04open\x00"
        $cipher1 = "\x15Ljavax/crypto/Cipher;\x00"
        $cipher2 = "\x07doFinal\x00"
        $attach = "\x11attachBaseContext\x00"
    condition:
        uint32be(0) == 0x6465780a and filesize < 200KB
        and any of ($loader*) and all of ($cipher*) and $assets and $open and $attach
}

rule Dex_Replaces_The_Running_App : attack_t1406_002
{
    meta:
        id = "a33430e5-5b54-564b-903d-c45ae6695ed1"
        title = "Code puts another app in its own place while it starts"
        description = "The code reaches into the parts of Android that hold the running app and exchanges them, which is how a shell hands over to the code that it hid."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "dex"
        advice = "review_app"
        falsepositives = "Protectors, and kits that repair apps without an update"
        reference = "https://android.googlesource.com/platform/frameworks/base/+/refs/heads/main/core/java/android/app/ActivityThread.java"
        reference = "https://attack.mitre.org/techniques/T1406/002/"
    strings:
        $thread = "\x15currentActivityThread\x00"
        $app = "\x13mInitialApplication\x00"
        $all = "\x10mAllApplications\x00"
        $bound = "\x11mBoundApplication\x00"
        $attach = "\x11attachBaseContext\x00"
        $loader = /[\x1d-\x27]Ldalvik\/system\/(InMemoryDex|Dex|Path)ClassLoader;\x00/
    condition:
        uint32be(0) == 0x6465780a and filesize < 1MB and all of them
}
