// Native programs of Android by what they are made for. The names are those of the C library, as
// they stand in the table of imported functions, and paths of the kernel.

rule Elf_Runs_Code_From_Memory : attack_t1406 attack_t1623
{
    meta:
        id = "e2e449dd-2cb5-56f1-96c4-bc7973d992ac"
        title = "A native program runs other programs out of memory"
        description = "The program makes a file that exists in memory only and runs it, so that nothing of it is left on the phone."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "elf"
        advice = "review_app"
        falsepositives = "Tools of developers and emulators"
        reference = "https://man7.org/linux/man-pages/man2/memfd_create.2.html"
        reference = "https://man7.org/linux/man-pages/man2/execveat.2.html"
    strings:
        $memory = "\x00memfd_create\x00"
        $run1 = "\x00fexecve\x00"
        $run2 = "\x00execveat\x00"
        $run3 = "/proc/self/fd/%d\x00"
        $exec = "\x00execve\x00"
        $interpreter = /\/system\/bin\/linker(64)?\x00/
        $app = "\x00JNI_OnLoad\x00"
    condition:
        // The C library offers these; a program, or a library for an app, makes use of them.
        uint32be(0) == 0x7f454c46 and filesize < 8MB and ($interpreter in (0..4096) or $app)
        and $memory and ($run1 or $run2 or ($run3 and $exec))
}

rule Elf_Program_Hides_Its_Sections : attack_t1406
{
    meta:
        id = "c7aa0c5f-681c-5850-a436-50f7ab44f7fd"
        title = "A native program has no table of its sections"
        description = "Compilers write the table, and nobody but a person takes it away, to make reading the program harder."
        status = "experimental"
        level = "informational"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "elf"
        advice = "review_app"
        falsepositives = "Protectors that ordinary apps use; Programs that were made very small"
        reference = "https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.sheader.html"
        reference = "https://attack.mitre.org/techniques/T1406/"
    strings:
        $interpreter = /\/system\/bin\/linker(64)?\x00/
    condition:
        uint32be(0) == 0x7f454c46 and $interpreter in (0..4096)
        and ((uint8(4) == 2 and uint16(60) == 0) or (uint8(4) == 1 and uint16(48) == 0))
}

rule Elf_Connects_A_Shell_To_The_Network : attack_t1623_001
{
    meta:
        id = "91b2da05-fcae-50a0-b272-572465e81665"
        title = "A small native program connects a shell to the network"
        description = "A program with little else in it opens a connection, puts it in the place of input and output, and starts a shell: somebody at the other end types commands."
        status = "experimental"
        level = "medium"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "elf"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "Tools of developers such as a server for shells"
        reference = "https://attack.mitre.org/techniques/T1623/001/"
    strings:
        $socket = "\x00socket\x00"
        $connect = "\x00connect\x00"
        $dup = /\x00dup[23]\x00/
        $run = /\x00exec(ve|l|le|v)\x00/
        $shell = "/system/bin/sh\x00"
    condition:
        uint32be(0) == 0x7f454c46 and filesize < 64KB and all of them
}

rule Elf_Injects_Into_Processes : attack_t1631_001
{
    meta:
        id = "40c33f63-f81e-5f26-970e-975d49bbb1ac"
        title = "A native program puts code into other running programs"
        description = "The program stops another one, reads where its libraries lie, writes into its memory and makes it load a library."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "elf"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "Debuggers and tools of researchers; Protectors that guard an app with a second process"
        reference = "https://man7.org/linux/man-pages/man2/ptrace.2.html"
        reference = "https://attack.mitre.org/techniques/T1631/001/"
    strings:
        $trace = "\x00ptrace\x00"
        $maps = /\/proc\/%[a-z]{1,3}\/maps\x00/
        $write1 = "\x00process_vm_writev\x00"
        $write2 = /\/proc\/%[a-z]{1,3}\/mem\x00/
        $load1 = "android_dlopen_ext"
        $load2 = "__loader_dlopen"
        $load3 = "__dl_dlopen"
    condition:
        uint32be(0) == 0x7f454c46 and filesize < 4MB and $trace and $maps and any of ($write*) and any of ($load*)
}

rule Elf_Changes_Selinux : attack_t1404 attack_t1629_003
{
    meta:
        id = "3b1e28b4-a2f0-5aae-94ec-2638be528e64"
        title = "A native program changes or switches off SELinux"
        description = "The program loads a policy of its own, or stops the present one from being enforced. That takes root and opens the phone."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "elf"
        advice = "save_evidence_first, seek_help, do_not_confront, review_app"
        falsepositives = "Tools with which the owner roots the phone; Parts of Android itself, such as init"
        reference = "https://source.android.com/docs/security/features/selinux"
        reference = "https://unit42.paloaltonetworks.com/landfall-is-new-commercial-grade-android-spyware/"
        reference = "https://attack.mitre.org/techniques/T1629/003/"
    strings:
        $load = "/sys/fs/selinux/load\x00"
        $enforce = "/sys/fs/selinux/enforce\x00"
        $policy = "/sys/fs/selinux/policy\x00"
        $rule1 = "allow_rule"
        $rule2 = "typeattribute"
    condition:
        uint32be(0) == 0x7f454c46 and $load and ($enforce or $policy or any of ($rule*))
}

rule Elf_Reads_The_Touch_Screen : attack_t1417_001
{
    meta:
        id = "c0a49b12-62a1-5318-b51c-02c588c826fb"
        title = "A native program reads the touch screen and keys by itself"
        description = "The program opens the devices of input and reads the events of them, past Android. In that way all that is typed can be recorded; it takes root or the shell."
        status = "experimental"
        level = "low"
        class = "compromise"
        confidence = "low"
        platform = "android"
        filetype = "elf"
        advice = "review_app"
        falsepositives = "Tools of testers that record and replay touches; Parts of Android itself, such as the recovery"
        reference = "https://www.kernel.org/doc/html/latest/input/input.html"
        reference = "https://attack.mitre.org/techniques/T1417/001/"
    strings:
        $device = /\/dev\/input(\/event(%d|[0-9]))?\x00/
        $poll = /\x00(poll|ppoll|epoll_wait|select)\x00/
        $send1 = "\x00connect\x00"
        $send2 = "\x00sendto\x00"
    condition:
        uint32be(0) == 0x7f454c46 and filesize < 2MB and $device and $poll and any of ($send*)
}
