import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import adbutils
import pytest

from scanner.simulate import AdbServer, Phone, SimulatedPhone, phones

BUNDLED = Path(adbutils.__file__).parent / "binaries" / "adb"
CONTENT = bytes(range(256)) * 4000

ANDROIDS = [folder for folder in phones() if folder.name.startswith("android-")]


@pytest.mark.parametrize("burst", ["0", "1"])
def test_both_kinds_of_flow_control(burst, record_phone):
    """With ADB_BURST_MODE a server of today offers delayed acknowledgement."""
    recorded = record_phone(
        {"dumpsys x": CONTENT}, files={"x": CONTENT}, features=("shell_v2", "delayed_ack")
    )
    burst_mode = {"ADB_BURST_MODE": burst}
    with (
        AdbServer(program=str(BUNDLED), environment=burst_mode) as server,
        SimulatedPhone(recorded) as phone,
    ):
        server.connect(phone.address)
        reached = server.client.device(serial=phone.address)

        assert CONTENT == reached.sync.read_bytes("/x")
        answers = [
            subprocess.run(
                [server.program, "-s", phone.address, kind, words],
                env=server.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
            ).stdout
            for kind, words in (("exec-out", "dumpsys x"), ("shell", "dumpsys x"))
        ]
        assert [CONTENT, CONTENT] == answers
        assert "0123" == reached.shell("for i in 0 1 2 3; do echo -n $i; done")


def test_the_adb_of_the_command_line(record_phone, simulate, adb):
    phone = simulate(record_phone({("pm", "path", "a  'b'"): b"package:/x\n"}))
    answer = adb(phone, "shell", "pm path \"a  'b'\"; echo $? >&2; exit 5")

    assert (b"package:/x\n", b"0\n", 5) == (answer.stdout, answer.stderr, answer.returncode)
    assert (("pm", "path", "a  'b'"),) == phone.commands
    assert 1 == phone.opened["shell"]


def test_adbutils(record_phone, simulate, device):
    phone = simulate(record_phone({"getprop": b"[ro.product.model]: [Test Phone]\n"}))
    reached = device(phone)
    answer = reached.shell2("echo out; echo err >&2; exit 3", v2=True)

    assert "Test Phone" == reached.prop.model
    assert ("out\n", "err\n", 3) == (answer.stdout, answer.stderr, answer.returncode)


def test_many_streams_at_once(record_phone, simulate, service):
    phone = simulate(record_phone({"dumpsys x": CONTENT}))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: service(phone, "exec:dumpsys x"), range(8)))

    assert [CONTENT] * 8 == answers


@pytest.mark.parametrize("folder", ANDROIDS, ids=lambda folder: folder.name)
def test_shipped_phones_answer_as_recorded(folder, simulate, run):
    recorded = Phone.load(folder)
    phone = simulate(recorded, shell="auto")
    for answer in recorded.answers:
        output = recorded.output(answer)
        ended = run(phone, answer.argv)

        assert (output.read_bytes() if output else b"") == ended.stdout.encode(), answer.argv
        assert (answer.stderr, answer.exit_code) == (ended.stderr, ended.code), answer.argv
    assert tuple(answer.argv for answer in recorded.answers) == phone.commands


def test_a_phone_without_the_second_shell(record_phone, simulate, service):
    phone = simulate(record_phone(features=("cmd",)))
    with pytest.raises(ConnectionRefusedError, match="closed"):
        service(phone, "shell,v2,raw:id")

    assert b"there\n" == service(phone, "shell:echo there")
