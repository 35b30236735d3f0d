// Frameworks that change other programs while they run. Owners of rooted phones and researchers use
// them; on the phone of anybody else somebody put them there.

import "elf"

rule Package_Is_An_Xposed_Extension : attack_t1617
{
    meta:
        id = "88c84f90-ed13-5022-a735-97cec6638cc2"
        title = "The package extends Xposed or LSPosed"
        description = "The app tells the framework Xposed which of its classes to start inside other apps. It can watch and change what they do, on a phone where that framework runs."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "high"
        platform = "android"
        filetype = "zip"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "The owner changes the look or the conduct of apps with it; A researcher looks into apps with it"
        reference = "https://github.com/LSPosed/LSPosed/wiki/Develop-Xposed-Modules-Using-Modern-Xposed-API"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $manifest = /PK\x01\x02.{42}AndroidManifest\.xml(PK|UT|ux|[^!-~])/s
        $entry = /PK\x01\x02.{42}(assets\/xposed_init|META-INF\/xposed\/java_init\.list|META-INF\/xposed\/native_init\.list)(PK|UT|ux|[^!-~])/s
    condition:
        uint32be(0) == 0x504b0304 and $manifest and $entry
}

rule Dex_Hooks_Other_Apps_With_Xposed : attack_t1617
{
    meta:
        id = "24f7b734-6f3e-5863-8c49-ef48ab033940"
        title = "Code of an app hooks other apps through Xposed"
        description = "A class of this app is started by Xposed inside other apps, and replaces methods there."
        status = "test"
        level = "low"
        class = "posture"
        confidence = "high"
        platform = "android"
        filetype = "dex"
        advice = "review_app"
        falsepositives = "The owner changes the look or the conduct of apps with it; The manager of the framework itself"
        reference = "https://api.xposed.info/reference/de/robv/android/xposed/IXposedHookLoadPackage.html"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $entry1 = "\x2fLde/robv/android/xposed/IXposedHookLoadPackage;\x00"
        $entry2 = "\x2eLde/robv/android/xposed/IXposedHookZygoteInit;\x00"
        $entry3 = "\x26Lio/github/libxposed/api/XposedModule;\x00"
        $hook1 = "\x26Lde/robv/android/xposed/XposedHelpers;\x00"
        $hook2 = "\x25Lde/robv/android/xposed/XposedBridge;\x00"
        $hook3 = "\x29Lio/github/libxposed/api/XposedInterface;\x00"
    condition:
        uint32be(0) == 0x6465780a and any of ($entry*) and any of ($hook*)
}

rule Dex_Brings_A_Hooking_Library : attack_t1617
{
    meta:
        id = "0b5c85d2-c75f-5482-91f0-5e3c54398f2e"
        title = "An app brings a library that replaces methods of Android"
        description = "The app carries its own means to replace methods of Android or of code that it runs inside itself: with it, an app can run another one and look into it."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "dex"
        advice = "review_app"
        falsepositives = "Kits that measure speed, test, or run a second copy of an app"
        reference = "https://github.com/PAGalaxyLab/YAHFA"
        reference = "https://github.com/canyie/pine"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $yahfa = "\x1bLlab/galaxy/yahfa/HookMain;\x00"
        $sandhook = "\x1dLcom/swift/sandhook/SandHook;\x00"
        $pine = "\x16Ltop/canyie/pine/Pine;\x00"
        $epic = "\x19Lme/weishu/epic/art/Epic;\x00"
        $whale = "\x1dLcom/lody/whale/WhaleRuntime;\x00"
    condition:
        uint32be(0) == 0x6465780a and any of them
}

rule Elf_Is_A_Zygisk_Extension : attack_t1617 attack_t1631
{
    meta:
        id = "a0f6c126-b971-518d-a194-bd3a1867e519"
        title = "A library runs inside every app through Zygisk"
        description = "The library has the entry that Magisk's Zygisk calls in each app that starts. What is loaded there can watch and change all of them."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "high"
        platform = "android"
        filetype = "elf"
        advice = "save_evidence_first, seek_help"
        falsepositives = "The owner rooted the phone and uses such extensions"
        reference = "https://topjohnwu.github.io/Magisk/guides.html"
        reference = "https://github.com/topjohnwu/zygisk-module-sample"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $entry = "zygisk_module_entry"
    condition:
        uint32be(0) == 0x7f454c46 and $entry
        and for any symbol in elf.dynsym : ( symbol.shndx != 0 and symbol.name == "zygisk_module_entry" )
}

rule Archive_Installs_A_Magisk_Extension : attack_t1625
{
    meta:
        id = "4337f8ac-2c75-5b29-b8f8-0a75f896b671"
        title = "An archive installs an extension of Magisk"
        description = "The archive has the layout that Magisk, KernelSU and APatch install: what is in it is laid over the system or runs as root."
        status = "test"
        level = "low"
        class = "posture"
        confidence = "high"
        platform = "android"
        filetype = "zip"
        advice = "review_app"
        falsepositives = "The owner rooted the phone and keeps the archive in the downloads"
        reference = "https://topjohnwu.github.io/Magisk/guides.html"
    strings:
        $properties = /PK\x01\x02.{42}module\.prop(PK|UT|ux|[^!-~])/s
        $installer = /PK\x01\x02.{42}META-INF\/com\/google\/android\/(updater-script|update-binary)(PK|UT|ux|[^!-~])/s
        $part = /PK\x01\x02.{42}(customize\.sh|service\.sh|post-fs-data\.sh|sepolicy\.rule|zygisk\/[a-z0-9_-]{3,11}\.so|system\/)/s
    condition:
        uint32be(0) == 0x504b0304 and all of them
}

rule Elf_Hooks_Native_Code : attack_t1617 attack_t1631
{
    meta:
        id = "409ba409-19f4-5162-bb0d-e3f3f35f4143"
        title = "A library replaces functions of other programs"
        description = "The library has the functions of a well-known kit for replacing native code. An app has little use for it; what is injected into apps does."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "elf"
        advice = "review_app"
        falsepositives = "Protectors against cheating and copying; Kits that measure speed or crashes"
        reference = "https://github.com/jmpews/Dobby"
        reference = "https://iphonedev.wiki/Cydia_Substrate"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $substrate = "MSHookFunction"
        $dobby = "DobbyHook"
        $shadowhook = "shadowhook_hook_sym_name"
        $bytehook = "bytehook_hook_all"
    condition:
        uint32be(0) == 0x7f454c46 and any of them
        and for any symbol in elf.dynsym : ( symbol.shndx != 0 and symbol.name matches /^(MSHookFunction|DobbyHook|shadowhook_hook_sym_name|bytehook_hook_all)$/ )
}
