// Libraries that are loaded into programs of others. The name stands in a load command: kind, size,
// place of the name, time, two versions, then the name itself.

rule Macho_Loads_A_Hooking_Library : attack_t1617 attack_t1631
{
    meta:
        id = "a357824e-89a4-571a-856f-aaf110f311f1"
        title = "A program or library of iOS uses a kit for changing other programs"
        description = "It loads Substrate, Substitute, libhooker or ElleKit, which replace functions of programs while they run. Apps of the App Store do not."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "ios"
        filetype = "macho"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "The owner broke the phone's protection knowingly; The owner installed a changed app"
        reference = "https://iphonedev.wiki/Cydia_Substrate"
        reference = "https://github.com/evelyneee/ellekit"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $load = /[\x0c\x18]\x00\x00[\x00\x80].\x00\x00\x00\x18\x00\x00\x00.{12}[!-~]{0,80}\/(CydiaSubstrate|libsubstrate\.dylib|libsubstitute\.dylib|libhooker\.dylib|libellekit\.dylib|libblackjack\.dylib)\x00/s
    condition:
        (uint32(0) == 0xfeedfacf or uint32(0) == 0xfeedface
         or uint32be(0) == 0xcafebabe or uint32be(0) == 0xcafebabf)
        and $load
}

rule Macho_Is_Loaded_By_Tweak_Injection : attack_t1617 attack_t1631
{
    meta:
        id = "6114acfe-2d80-5212-b2db-1752063f5e4d"
        title = "A library of iOS was made to be injected into other programs"
        description = "The library says itself that it lies in a folder from which a jailbreak loads libraries into every program."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "ios"
        filetype = "macho"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "The owner broke the phone's protection knowingly"
        reference = "https://iphonedev.wiki/Cydia_Substrate"
        reference = "https://attack.mitre.org/techniques/T1631/"
    strings:
        // LC_ID_DYLIB: what the library calls itself
        $own = /\x0d\x00\x00\x00.\x00\x00\x00\x18\x00\x00\x00.{12}(\/var\/jb)?(\/Library\/MobileSubstrate\/DynamicLibraries|\/usr\/lib\/TweakInject|@loader_path\/\.jbroot\/usr\/lib\/TweakInject)\/[!-~]{1,80}\.dylib\x00/s
    condition:
        (uint32(0) == 0xfeedfacf or uint32(0) == 0xfeedface
         or uint32be(0) == 0xcafebabe or uint32be(0) == 0xcafebabf)
        and $own
}
