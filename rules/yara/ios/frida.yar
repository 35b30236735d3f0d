// Frida looks into programs and changes them while they run, by order of a script.

rule Macho_Is_Part_Of_Frida : attack_t1617 attack_t1631
{
    meta:
        id = "84ae43be-b615-553e-b125-995137c0d42a"
        title = "A program or library of iOS is part of Frida"
        description = "The file is the server of Frida, or the part of it that works inside other programs."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "ios"
        filetype = "macho"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "A researcher uses it on a phone for tests"
        reference = "https://frida.re/docs/ios/"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        // The underscore is of the symbol; a program that only looks for it has the name without.
        $agent = "_frida_agent_main"
        $session = /re\.frida\.(Host|Agent|Gadget|Portal)Session[0-9]{1,3}/
        $rpc = "frida:rpc"
        $loop = "gum-js-loop"
    condition:
        (uint32(0) == 0xfeedfacf or uint32(0) == 0xfeedface
         or uint32be(0) == 0xcafebabe or uint32be(0) == 0xcafebabf)
        and ($agent or ($session and any of ($rpc, $loop)))
}

rule Macho_Loads_Frida_Gadget : attack_t1617 attack_t1631
{
    meta:
        id = "ec758537-82a4-5b0a-b544-4cbb1fb61cfc"
        title = "An app of iOS loads Frida"
        description = "Somebody changed the app so that it loads the library of Frida when it starts."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "high"
        platform = "ios"
        filetype = "macho"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "A researcher changed the app for a test"
        reference = "https://frida.re/docs/gadget/"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $load = /[\x0c\x18]\x00\x00[\x00\x80].\x00\x00\x00\x18\x00\x00\x00.{12}[!-~]{0,80}\/(Frida[!-~]{0,20}\.dylib|frida[!-~]{0,40}\.dylib|FridaGadget)\x00/s
    condition:
        (uint32(0) == 0xfeedfacf or uint32(0) == 0xfeedface
         or uint32be(0) == 0xcafebabe or uint32be(0) == 0xcafebabf)
        and $load
}
