// Needs the module `macho`, which YARA-X has: the places that a program loads libraries from are read
// by a parser there.

import "macho"

rule Macho_App_Loads_From_A_Writable_Folder : attack_t1631
{
    meta:
        id = "aee040f8-ea40-552e-b28a-c20541c1d857"
        title = "A program of iOS loads a library from a folder that anybody can write"
        description = "It loads a library from a folder for temporary files. What lies there can be exchanged by every program that gets so far."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "low"
        platform = "ios"
        filetype = "macho"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "Tools of researchers"
        reference = "https://attack.mitre.org/techniques/T1631/"
    condition:
        for any library in macho.dylibs : ( library.name matches /^(\/private)?\/(var\/)?tmp\// )
        or for any file in macho.file : ( for any library in file.dylibs : ( library.name matches /^(\/private)?\/(var\/)?tmp\// ) )
}
