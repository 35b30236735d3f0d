import pytest

from scanner.errors import UsageError
from scanner.simulate import Faults, shells

pytestmark = pytest.mark.parametrize("kind", shells())

HOSTILE_WORDS = [
    (),
    ("",),
    ("", ""),
    ("a b",),
    ("a", "b"),
    ("it's",),
    ('"',),
    ("*",),
    ("[ab]?",),
    ("line\nbreak",),
    ("$HOME", "`id`", "$(id)"),
    ("!", "=", "("),
    ("-n",),
    ("-e", "\\n"),
    ("\\",),
    ("ünï",),
    ("a;reboot",),
    ("x" * 10_000,),
]


def test_grammar(kind, record_phone, simulate, run):
    phone = simulate(record_phone(), shell=kind)
    line = "x='a  b'; printf '%s|' \"$x\" $x | tr ab AB; false; echo $?; (echo err >&2); exit 7"

    answer = run(phone, line)

    assert ("A  B|A|B|1\n", "err\n", 7) == (answer.stdout, answer.stderr, answer.code)


def test_a_signal_is_a_status(kind, record_phone, simulate, run):
    phone = simulate(record_phone(), shell=kind)

    assert 137 == run(phone, "kill -9 $$").code


def test_standard_input_feeds_a_shell(kind, record_phone, simulate, dial):
    phone = simulate(record_phone(), shell=kind)
    script = b"echo out\necho err >&2\nexit 3\n"
    answer = bytearray()
    with dial(phone, "shell,v2,raw:sh") as connection:
        framed = b"\0" + len(script).to_bytes(4, "little") + script
        connection.sendall(framed + b"\3" + bytes(4))
        while data := connection.recv(4096):
            answer += data

    assert b"\1\4\0\0\0out\n" in answer
    assert b"\2\4\0\0\0err\n" in answer
    assert answer.endswith(b"\3\1\0\0\0\3")


def test_binary_output(kind, record_phone, simulate, service):
    content = bytes(range(256)) * 4096
    phone = simulate(record_phone({"dumpsys package": content}), shell=kind)

    assert content == service(phone, "exec:dumpsys package")


def test_both_outputs_share_an_old_shell(kind, record_phone, simulate, service):
    phone = simulate(record_phone(), shell=kind)

    assert b"out\nerr\n" == service(phone, "shell:echo out; echo err >&2")


def test_words_are_exact(kind, record_phone, simulate, run):
    """Each recorded command is told from all others, whatever its words hold."""
    answers = {("cmd", *words): repr(words).encode() for words in HOSTILE_WORDS}
    phone = simulate(record_phone(answers), shell=kind)
    answered = [run(phone, ("cmd", *words)).stdout for words in HOSTILE_WORDS]

    assert [repr(words) for words in HOSTILE_WORDS] == answered
    assert tuple(("cmd", *words) for words in HOSTILE_WORDS) == phone.commands


def test_what_is_not_recorded(kind, record_phone, simulate, run):
    recorded = {
        "getprop": b"[ro.one]: [1]\n[ro.two]: [a]\nb: [c']\n[ro.empty]: []\n",
        "dumpsys package": b"",
        "cmd package list packages": b"",
    }
    expected = {
        ("dumpsys", "none"): ("Can't find service: none\n", "", 0),
        ("settings", "list", "x"): ("", "Unknown command: list\n", 255),
        ("pm", "x"): ("", "Unknown command: x\n", 255),
        ("dpm", "list-owners"): ("", "Unknown command: list-owners\n", 255),
        ("cmd", "package", "nope"): ("", "Unknown command: nope\n", 255),
        ("cmd", "none"): ("", "cmd: Can't find service: none\n", 20),
        ("getprop", "ro.one"): ("1\n", "", 0),
        ("getprop", "ro.two"): ("a]\nb: [c'\n", "", 0),
        ("getprop", "ro.*"): ("\n", "", 0),
        ("getprop", "ro.none", "default"): ("default\n", "", 0),
    }
    phone = simulate(record_phone(recorded), shell=kind)
    answers = {words: run(phone, words) for words in expected}

    assert expected == {
        words: (answer.stdout, answer.stderr, answer.code) for words, answer in answers.items()
    }
    assert () == phone.commands


def test_errors_and_status_are_recorded_too(kind, record_phone, simulate, run):
    refusal = "java.lang.SecurityException: Shell does not have permission\n"
    words = ("settings", "--user", "150", "list", "secure")
    phone = simulate(record_phone({words: (b"part", refusal, 255)}), shell=kind)
    answer = run(phone, words)

    assert ("part", refusal, 255) == (answer.stdout, answer.stderr, answer.code)


def test_a_real_tool_answers_what_is_not_recorded(kind, record_phone, simulate, run):
    phone = simulate(record_phone({"basename /recorded": b"recorded\n"}), shell=kind)

    assert "recorded\n" == run(phone, ("basename", "/recorded")).stdout
    assert "real\n" == run(phone, ("basename", "/a/real")).stdout


def test_what_a_clock_probe_reads(kind, record_phone, simulate, run):
    phone = simulate(record_phone({"dumpsys window policy": b"showing=false\n"}), shell=kind)
    answer = run(
        phone, "date +%s; date +%z; cat /proc/uptime; dumpsys window policy; command -v timeout"
    )
    seconds, zone, uptime, policy, timeout = answer.stdout.splitlines()

    assert int(seconds) > 1_700_000_000
    assert 5 == len(zone)
    assert float(uptime.split()[0]) > 0
    assert "showing=false" == policy
    assert timeout.endswith("/timeout")


def test_a_program_can_be_absent(kind, record_phone, simulate, run):
    phone = simulate(record_phone(), shell=kind, faults=Faults(absent=("dpm",)))

    assert 127 == run(phone, "dpm list-owners").code


@pytest.mark.parametrize("offset", [-400 * 86400.0, 86400.0])
def test_another_clock(kind, offset, record_phone, simulate, service):
    phone = simulate(record_phone(), shell=kind)
    late = simulate(record_phone(serial="LATE"), shell=kind, faults=Faults(clock_offset=offset))
    ahead = float(service(late, "exec:date +%s")) - float(service(phone, "exec:date +%s"))

    assert abs(ahead - offset) < 60


def test_a_tool_of_the_host_cannot_be_hidden(kind, record_phone, simulate, run):
    recorded, faults = record_phone(), Faults(absent=("timeout",))
    if kind == "host":
        with pytest.raises(UsageError, match="timeout cannot be hidden"):
            simulate(recorded, shell=kind, faults=faults)
    else:
        phone = simulate(recorded, shell=kind, faults=faults)
        assert "" == run(phone, "command -v timeout").stdout
