// Code that looks whether it is watched, or runs where it might be. Banks, games and exercises for
// researchers do the same: by itself that says nothing.

rule Dex_Looks_For_Root : attack_t1633_001
{
    meta:
        id = "e94bf8ba-c164-432d-bc46-2e5b1d4b049a"
        title = "The code of an app looks whether the phone is rooted"
        description = "It holds the places where tools of root lie, and asks how the system was signed. Apps that find one often refuse to work, or hide what they do."
        status = "test"
        level = "informational"
        class = "posture"
        confidence = "high"
        platform = "android"
        filetype = "dex"
        advice = "review_app"
        falsepositives = "Banks, games and kits that report crashes look in the same way"
        reference = "https://mas.owasp.org/MASTG/0x05j-Testing-Resiliency-Against-Reverse-Engineering/"
        reference = "https://attack.mitre.org/techniques/T1633/001/"
    strings:
        // entries of the string pool: their length, their text, a zero
        $manager = "\x19/system/app/Superuser.apk\x00"
        $keys = "\x09test-keys\x00"
        $daemon1 = "\x15/system/xbin/daemonsu\x00"
        $daemon2 = "\x27/dev/com.koushikdutta.superuser.daemon/\x00"
        $su1 = "\x0f/system/xbin/su\x00"
        $su2 = "\x08/sbin/su\x00"
        $su3 = "\x0a/su/bin/su\x00"
    condition:
        uint32be(0) == 0x6465780a and $manager and $keys and any of ($daemon*, $su*)
}

rule Dex_Closes_Itself_Where_It_Finds_Root : attack_t1633_001
{
    meta:
        id = "a5e0cdb0-ab08-41f0-85de-742a1a957381"
        title = "A small app looks for root and closes itself"
        description = "Its code is small, looks for the tools of root in the places where they lie, and can end the app at once. What the app does on other phones is then not seen on one for tests."
        status = "experimental"
        level = "low"
        class = "posture"
        confidence = "low"
        platform = "android"
        filetype = "dex"
        advice = "review_app"
        falsepositives = "Exercises for researchers; A small app of a bank or an organisation"
        reference = "https://mas.owasp.org/MASTG/0x05j-Testing-Resiliency-Against-Reverse-Engineering/"
        reference = "https://attack.mitre.org/techniques/T1633/001/"
    strings:
        $manager = "\x19/system/app/Superuser.apk\x00"
        $keys = "\x09test-keys\x00"
        $daemon1 = "\x15/system/xbin/daemonsu\x00"
        $daemon2 = "\x27/dev/com.koushikdutta.superuser.daemon/\x00"
        $su1 = "\x0f/system/xbin/su\x00"
        $su2 = "\x08/sbin/su\x00"
        $su3 = "\x0a/su/bin/su\x00"
        $system = "\x12Ljava/lang/System;\x00"
        $exit = "\x04exit\x00"
        // kits that report crashes look in the same places, and end nothing
        $kit = /Lcom\/(google\/firebase|crashlytics|bugsnag|instabug)\/|Lio\/(fabric|sentry)\//
    condition:
        uint32be(0) == 0x6465780a and filesize < 256KB and $manager and $keys
        and any of ($daemon*, $su*) and $system and $exit and not $kit
}

rule Elf_Looks_For_Frida_And_Xposed : attack_t1633_001
{
    meta:
        id = "e253bf04-c37e-4fcf-a6f4-7f44b649105c"
        title = "A native library looks whether Frida or Xposed is loaded"
        description = "It goes through what is loaded beside it and compares that with the names of tools by which researchers look into an app."
        status = "test"
        level = "informational"
        class = "posture"
        confidence = "medium"
        platform = "android"
        filetype = "elf"
        advice = "review_app"
        falsepositives = "Banks and games look in the same way"
        reference = "https://mas.owasp.org/MASTG/0x05j-Testing-Resiliency-Against-Reverse-Engineering/"
        reference = "https://attack.mitre.org/techniques/T1633/001/"
    strings:
        // whole texts, each with the zero before and behind it
        $maps = "\x00/proc/self/maps\x00"
        $frida = "\x00frida\x00"
        $xposed = "\x00xposed\x00"
    condition:
        uint32be(0) == 0x7f454c46 and all of them
}

rule Elf_Keeps_Debuggers_Away : attack_t1633_001
{
    meta:
        id = "cd5fa16d-6ebb-425e-ba0c-b3e03c5ace3a"
        title = "A native library of an app keeps debuggers away"
        description = "It starts a copy of the app that watches the app itself, so that no other program can. What the app does is then hard to look at."
        status = "experimental"
        level = "low"
        class = "posture"
        confidence = "low"
        platform = "android"
        filetype = "elf"
        advice = "review_app"
        falsepositives = "Protectors that banks and games pay for; Exercises for researchers; A kit that reports crashes"
        reference = "https://mas.owasp.org/MASTG/0x05j-Testing-Resiliency-Against-Reverse-Engineering/"
        reference = "https://attack.mitre.org/techniques/T1633/001/"
    strings:
        // names of symbols: what it calls, and a function that the app's own code calls
        $trace = "\x00ptrace\x00"
        $fork = "\x00fork\x00"
        $parent = "\x00getppid\x00"
        $wait = "\x00waitpid\x00"
        $called = "\x00Java_"
    condition:
        uint32be(0) == 0x7f454c46 and filesize < 512KB and all of them
}
