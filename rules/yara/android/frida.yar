// Frida looks into programs and changes them while they run, by order of a script.

import "elf"

rule Package_Carries_Frida : attack_t1617 attack_t1631
{
    meta:
        id = "38f769fc-e251-512f-b14b-438f0c2fad8e"
        title = "The package of an app carries Frida"
        description = "Somebody put the library of Frida into this app, so that a script can watch and change it. The maker of an app does not ship it in this way."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "zip"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "A researcher changed the app for a test"
        reference = "https://frida.re/docs/gadget/"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $manifest = /PK\x01\x02.{42}AndroidManifest\.xml(PK|UT|ux|[^!-~])/s
        $library = /PK\x01\x02.{42}lib\/[a-z0-9_-]{3,11}\/lib(frida-)?gadget([_-][!-~]{0,40})?\.so(PK|UT|ux|[^!-~])/s
        $settings = /PK\x01\x02.{42}lib\/[a-z0-9_-]{3,11}\/lib[!-~]{1,60}\.config\.so(PK|UT|ux|[^!-~])/s
    condition:
        uint32be(0) == 0x504b0304 and $manifest and any of ($library, $settings)
}

rule Elf_Is_Part_Of_Frida : attack_t1617 attack_t1631
{
    meta:
        id = "ed40aeb2-406c-511e-8b7e-3b8a2dd35558"
        title = "A program or library is part of Frida"
        description = "The file is the server of Frida, or the part of it that works inside other programs."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "elf"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "A researcher uses it on a phone for tests"
        reference = "https://frida.re/docs/android/"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $agent = "frida_agent_main"
        $session = /re\.frida\.(Host|Agent|Gadget|Portal)Session[0-9]{1,3}/
        $rpc = "frida:rpc"
        $loop = "gum-js-loop"
    condition:
        uint32be(0) == 0x7f454c46 and (($session and any of ($rpc, $loop))
        or ($agent and for any symbol in elf.dynsym : ( symbol.shndx != 0 and symbol.name == "frida_agent_main" )))
}

rule Settings_Of_Frida_Gadget : attack_t1617
{
    meta:
        id = "259d895a-4a8e-5436-9f04-f6f2cac521c1"
        title = "Settings of Frida lie beside a library"
        description = "The file tells the library of Frida what to do inside an app: wait for a computer, connect to one, or run a script by itself."
        status = "test"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "text"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "A researcher changed the app for a test"
        reference = "https://frida.re/docs/gadget/"
        reference = "https://attack.mitre.org/techniques/T1617/"
    strings:
        $interaction = /"interaction"\s{0,8}:\s{0,8}\{\s{0,40}"type"\s{0,8}:\s{0,8}"(listen|connect|script|script-directory)"/
    condition:
        filesize < 16KB and uint8(0) == 0x7b and $interaction
}
