// What reports of known implants say of the files in them.

rule Macho_Names_Control_Files_Of_Coruna : attack_t1404 attack_t1631
{
    meta:
        id = "dc26dad0-796a-5c01-93d3-5c6245f7d36e"
        title = "A program of iOS names the control files of a known implant"
        description = "It holds the names of the files with which the implant of the kit Coruna is locked, stopped and exchanged, as reports of it say."
        status = "experimental"
        level = "high"
        class = "compromise"
        confidence = "medium"
        platform = "ios"
        filetype = "macho"
        advice = "save_evidence_first, seek_help, do_not_confront, update_system"
        falsepositives = "Tools that look for this implant"
        reference = "https://cloud.google.com/blog/topics/threat-intelligence/coruna-powerful-ios-exploit-kit"
    strings:
        $guard = "pl.sp.exec.guard.lock"
        $core = "pl.core.lock"
    condition:
        (uint32(0) == 0xfeedfacf or uint32(0) == 0xfeedface
         or uint32be(0) == 0xcafebabe or uint32be(0) == 0xcafebabf)
        and all of them
}
