// Pictures that carry a program behind them. A flaw of the program that shows pictures runs it; the
// spyware LANDFALL came to phones of Samsung in this way (CVE-2025-21042).

rule Raw_Picture_Carries_Native_Code : attack_t1664 attack_t1406
{
    meta:
        id = "06426750-a7ab-5fb2-89b8-1329dbce5b2a"
        title = "A raw picture carries an archive with native code"
        description = "Behind the picture lies an archive with libraries for Android's processors. A camera never writes that. The spyware LANDFALL came in pictures of this structure."
        status = "experimental"
        level = "high"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "image"
        advice = "save_evidence_first, seek_help, do_not_confront, update_system"
        falsepositives = "None is known; the structure was not yet tried on many pictures"
        reference = "https://unit42.paloaltonetworks.com/landfall-is-new-commercial-grade-android-spyware/"
        reference = "https://attack.mitre.org/techniques/T1664/"
    strings:
        $local = /PK\x03\x04[\n-\x3f]\x00[\x00-\xff]{24}[!-~]{0,60}\.so/
        $listed = /PK\x01\x02.{42}[!-~]{0,60}\.so(PK|UT|ux|[^!-~])/s
    condition:
        (uint32be(0) == 0x49492a00 or uint32be(0) == 0x4d4d002a)
        and $local in (64..filesize) and $listed in (64..filesize)
}

rule Raw_Picture_Carries_An_Elf : attack_t1664
{
    meta:
        id = "07a5a69c-ad4f-5cf3-90c7-a02d7d0389b5"
        title = "A raw picture carries a native program"
        description = "Behind the picture lies a program for Android's processors, not packed and not encrypted. A camera never writes that."
        status = "experimental"
        level = "high"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "image"
        advice = "save_evidence_first, seek_help, do_not_confront, update_system"
        falsepositives = "None is known; the structure was not yet tried on many pictures"
        reference = "https://unit42.paloaltonetworks.com/landfall-is-new-commercial-grade-android-spyware/"
        reference = "https://attack.mitre.org/techniques/T1664/"
    strings:
        // ELF for 32 or 64 bits, little endian, shared object, for ARM or AArch64
        $elf = { 7F 45 4C 46 ( 01 | 02 ) 01 01 ?? [8] ( 02 | 03 ) 00 ( 28 | B7 ) 00 01 00 00 00 }
    condition:
        (uint32be(0) == 0x49492a00 or uint32be(0) == 0x4d4d002a) and $elf in (64..filesize)
}

rule Picture_Carries_Native_Code : attack_t1406 attack_t1664
{
    meta:
        id = "c95f7047-360b-549e-a7e9-0cfa55cb8078"
        title = "A picture carries native code for Android"
        description = "In a JPEG, PNG or GIF lies a program for Android's processors, or an archive with one. Cameras put films behind pictures, never programs."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "medium"
        platform = "android"
        filetype = "image"
        advice = "save_evidence_first, seek_help, do_not_confront, update_system"
        falsepositives = "Games and riddles that hide files in pictures"
        reference = "https://unit42.paloaltonetworks.com/landfall-is-new-commercial-grade-android-spyware/"
        reference = "https://attack.mitre.org/techniques/T1406/"
    strings:
        $elf = { 7F 45 4C 46 ( 01 | 02 ) 01 01 ?? [8] ( 02 | 03 ) 00 ( 28 | B7 ) 00 01 00 00 00 }
        $listed = /PK\x01\x02.{42}[!-~]{0,60}\.so(PK|UT|ux|[^!-~])/s
    condition:
        ((uint32be(0) & 0xffffff00) == 0xffd8ff00 or uint32be(0) == 0x89504e47 or uint32be(0) == 0x47494638)
        and any of them
}
