// Programs that were made for a phone whose protection is broken.

rule Macho_Needs_A_Rootless_Jailbreak : attack_t1398
{
    meta:
        id = "b8b8a2b6-80bd-5c15-bdce-75927d9c8ea3"
        title = "A program of iOS needs a jailbreak"
        description = "It loads libraries from /var/jb, a folder that only a jailbreak makes."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "ios"
        filetype = "macho"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "The owner broke the phone's protection knowingly"
        reference = "https://theos.dev/docs/Rootless"
        reference = "https://attack.mitre.org/techniques/T1398/"
    strings:
        $load = /[\x0c\x18]\x00\x00[\x00\x80].\x00\x00\x00\x18\x00\x00\x00.{12}(\/private)?\/var\/jb\/[!-~]{1,80}/s
        $search = /\x1c\x00\x00\x80.\x00\x00\x00\x0c\x00\x00\x00(\/private)?\/var\/jb\/[!-~]{1,80}/s
    condition:
        (uint32(0) == 0xfeedfacf or uint32(0) == 0xfeedface
         or uint32be(0) == 0xcafebabe or uint32be(0) == 0xcafebabf)
        and any of them
}

rule Macho_Needs_Roothide : attack_t1398 attack_t1628
{
    meta:
        id = "b338a407-e6fb-5429-906b-31eda3331b3f"
        title = "A program of iOS needs the jailbreak RootHide"
        description = "It loads libraries from .jbroot beside itself, the folder of a jailbreak that hides from apps."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "ios"
        filetype = "macho"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "The owner broke the phone's protection knowingly; A library for several jailbreaks names this folder as one of several places"
        reference = "https://github.com/roothide/Developer"
    strings:
        $load = /[\x0c\x18]\x00\x00[\x00\x80].\x00\x00\x00\x18\x00\x00\x00.{12}@loader_path\/\.jbroot\/[!-~]{1,80}/s
        $search = /\x1c\x00\x00\x80.\x00\x00\x00\x0c\x00\x00\x00@loader_path\/\.jbroot(\/[!-~]{1,80})?\x00/s
    condition:
        (uint32(0) == 0xfeedfacf or uint32(0) == 0xfeedface
         or uint32be(0) == 0xcafebabe or uint32be(0) == 0xcafebabf)
        and any of them
}

rule Macho_Belongs_To_Trollstore : attack_t1474
{
    meta:
        id = "a3c2abd5-fec9-5320-ac73-44a99bae5eb8"
        title = "A program belongs to TrollStore"
        description = "TrollStore installs apps past Apple's signature, with rights that only the system has, and they stay. The program is a part of it or calls it."
        status = "experimental"
        level = "medium"
        class = "posture"
        confidence = "medium"
        platform = "ios"
        filetype = "macho"
        advice = "review_app, update_system"
        falsepositives = "The owner uses TrollStore knowingly"
        reference = "https://github.com/opa334/TrollStore"
    strings:
        $helper = "trollstorehelper"
        $name = "com.opa334.TrollStore"
        $installed = "_TrollStore"
        // Banks look for TrollStore as well; they have no such right.
        $right = /<key>(platform-application|com\.apple\.private\.(security\.(no-sandbox|container-manager|storage\.AppBundles)|persona-mgmt|MobileContainerManager\.allowed))<\/key>/
    condition:
        (uint32(0) == 0xfeedfacf or uint32(0) == 0xfeedface
         or uint32be(0) == 0xcafebabe or uint32be(0) == 0xcafebabf)
        and 2 of ($helper, $name, $installed) and $right
}

rule Macho_Has_Rights_Of_The_System : attack_t1404
{
    meta:
        id = "36eda1a9-c713-5790-a5b6-ecb25726ef2f"
        title = "A program has rights that Apple gives to its own only"
        description = "The signature of the program states that it may leave the sandbox or counts as a part of iOS. Apps get such rights past Apple only, with TrollStore or on a phone whose protection is broken."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "low"
        platform = "ios"
        filetype = "macho"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "Programs of iOS itself; The owner uses TrollStore or a jailbreak knowingly"
        reference = "https://github.com/opa334/TrollStore"
        reference = "https://developer.apple.com/documentation/bundleresources/entitlements"
    strings:
        // The rights as the code signature holds them: XML, in a part of its own
        $rights = /\xfa\xde\x71\x71.{4}<\?xml/s
        $sandbox = /<key>com\.apple\.private\.security\.no-(sandbox|container)<\/key>[ \t\r\n]{0,16}<true\/>/
        $platform = /<key>platform-application<\/key>[ \t\r\n]{0,16}<true\/>/
    condition:
        (uint32(0) == 0xfeedfacf or uint32(0) == 0xfeedface
         or uint32be(0) == 0xcafebabe or uint32be(0) == 0xcafebabf)
        and $rights and any of ($sandbox, $platform)
}
