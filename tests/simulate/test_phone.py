import json

import pytest

from scanner.errors import UsageError
from scanner.simulate import Answer, Faults, Phone, SimulatedPhone, find_phone, phones
from scanner.simulate.faults import Drip

ABOUT = {
    "title": "t",
    "serial": "S",
    "product": "p",
    "model": "m",
    "device": "d",
    "features": ["shell_v2"],
}


def write(folder, **changes):
    (folder / "phone.json").write_text(json.dumps(ABOUT | changes))
    return folder


def test_load(tmp_path):
    (tmp_path / "out").write_bytes(b"x")
    phone = Phone.load(write(tmp_path, answers=[{"argv": ["id"], "stdout": "out"}]))

    assert (Answer(argv=("id",), stdout="out"),) == phone.answers
    assert tmp_path / "out" == phone.output(phone.answers[0])
    assert tmp_path / "files" == phone.files


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([{"argv": []}], "no program's name"),
        ([{"argv": ["../sh"]}], "no program's name"),
        ([{"argv": ["a", "b\0c"]}], "NUL"),
        ([{"argv": ["a"]}, {"argv": ["a"]}], "recorded twice"),
        ([{"argv": ["a"], "stdout": "missing"}], "does not exist"),
        ([{"argv": ["a"], "stdout": "../../etc/passwd"}], "outside"),
        ([{"argv": ["a"], "stdout": "/etc/passwd"}], "outside"),
        ([{"argv": ["a"], "output": "x"}], "unknown field"),
        ("a", "Expected `array`"),
    ],
)
def test_bad_answers_are_named(tmp_path, answers, message):
    with pytest.raises(UsageError, match=message):
        Phone.load(write(tmp_path, answers=answers))


def test_a_folder_without_a_phone(tmp_path):
    with pytest.raises(UsageError, match=r"no readable phone\.json"):
        Phone.load(tmp_path)


def test_a_phone_that_is_no_json(tmp_path):
    (tmp_path / "phone.json").write_text("{")
    with pytest.raises(UsageError, match=r"phone\.json: Input data was truncated"):
        Phone.load(tmp_path)


def test_shipped_phones_are_found_by_name():
    for folder in phones():
        assert folder == find_phone(folder.name)


def test_unknown_name():
    with pytest.raises(UsageError, match="'nokia-3310'"):
        find_phone("nokia-3310")


def test_faults_from_json(tmp_path):
    text = '{"drip": {"dumpsys package": {"size": 2}}, "replace": {"id": "aGk="}}'
    expected = Faults(drip={"dumpsys package": Drip(size=2)}, replace={"id": b"hi"})
    (tmp_path / "faults.json").write_text(text)

    assert expected == Faults.load(text)
    assert expected == Faults.load(tmp_path / "faults.json")
    assert {("dumpsys", "package"), ("id",)} == expected.commands()


@pytest.mark.parametrize(
    "text", ["{", '{"dorp": 1}', '{"flood": {"": 1}}', '{"flood": {"a \'": 1}}']
)
def test_bad_faults(text):
    with pytest.raises(UsageError, match="faults: "):
        Faults.load(text)


def test_emulator_ports_are_refused(record_phone):
    with pytest.raises(UsageError, match="5557"):
        SimulatedPhone(record_phone(), port=5557)


def test_a_taken_port(record_phone):
    phone = record_phone()
    with SimulatedPhone(phone, shell="host") as first:
        port = int(first.address.rpartition(":")[2])
        second = SimulatedPhone(phone, port=port, shell="host")
        with pytest.raises(UsageError, match="in use"):
            second.start()
