"""Files of apps from a phone: whole, refused, changed in the middle, and in parts."""

import hashlib
import io
import os
import time
import zipfile

import pytest

from scanner.errors import DeviceLost
from scanner.formats.ranges import NotRead, read_parts
from scanner.model.evidence import Unanswered
from scanner.model.requests import AppBytes, AppFolders, File
from scanner.simulate import Faults, Line
from tests.sources.conftest import whole

FOLDER = "data/app/~~a==/com.example-b=="
BASE = f"{FOLDER}/base.apk"
NOISE = os.urandom(3_000_000)
NAMES = (b"it's.apk", b'"quoted" $(id).apk', b"line\nbreak.apk", "naïve.apk".encode())
V1 = ("shell_v2", "cmd")
V2 = (*V1, "stat_v2", "ls_v2", "sendrecv_v2")


def an_apk(*, size=0):
    """An archive with a manifest, a certificate and a program, and `size` bytes between them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("AndroidManifest.xml", b"manifest" * 100)
        archive.writestr("assets/film", os.urandom(size))
        archive.writestr("classes.dex", b"program" * 1000)
        archive.writestr("assets/film2", os.urandom(size))
        archive.writestr("META-INF/CERT.RSA", b"certificate" * 10)
    return stream.getvalue()


@pytest.mark.parametrize("features", [V1, V2], ids=["v1", "v2"])
def test_files_come_whole_over_two_streams(record_phone, simulate, open_source, read, features):
    contents = {f"{FOLDER}/{number}.apk": os.urandom(200_000 + number) for number in range(9)}
    phone = simulate(record_phone(files=contents, features=features))
    source = open_source(phone)

    found = read(source, *(AppBytes(path=f"/{name}") for name in contents))

    assert {
        f"bytes of /{name}": (data, None, None, b"") for name, data in contents.items()
    } == found
    assert 2 == phone.opened["sync"]


def test_what_is_no_file_is_refused(record_phone, simulate, open_source):
    recorded = record_phone(files={BASE: NOISE, f"{FOLDER}/folder.apk/x": b""})
    (recorded.files / FOLDER / "link.apk").symlink_to("base.apk")
    source = open_source(simulate(recorded))
    names = ("folder", "link", "none")

    answers = list(source.fetch_all([AppBytes(path=f"/{FOLDER}/{name}.apk") for name in names]))

    assert {
        f"/{FOLDER}/folder.apk": ("source_absent", "it is no regular file"),
        f"/{FOLDER}/link.apk": ("source_absent", "it is no regular file"),
        f"/{FOLDER}/none.apk": ("source_absent", "there is no such file"),
    } == {one.request.path: (one.reason, one.detail) for one in answers}


def test_a_folder_above_it_may_be_a_link(record_phone, simulate, open_source, read):
    recorded = record_phone(files={"system/vendor/app/a.apk": b"vendor"})
    (recorded.files / "vendor").symlink_to("/system/vendor")
    source = open_source(simulate(recorded))

    found = read(source, AppBytes(path="/vendor/app/a.apk"))

    assert {"bytes of /vendor/app/a.apk": (b"vendor", None, None, b"")} == found


def test_hostile_names_are_names(record_phone, simulate, open_source, read):
    names = [os.fsdecode(name) for name in NAMES]
    source = open_source(simulate(record_phone(files={f"{FOLDER}/{one}": b"x" for one in names})))

    found = read(source, *(AppBytes(path=f"/{FOLDER}/{name}") for name in names))

    assert {f"bytes of /{FOLDER}/{name}": (b"x", None, None, b"") for name in names} == found


@pytest.mark.parametrize(
    ("fault", "cut"),
    [("endless_data", "truncated"), ("cut_data", "truncated")],
)
def test_another_size_than_announced_is_no_whole_file(
    record_phone, simulate, open_source, *, fault, cut
):
    source = open_source(simulate(record_phone(files={BASE: NOISE}), faults=Faults(sync=fault)))

    (answer,) = read_what_comes(source, [AppBytes(path=f"/{BASE}")])

    assert (NOISE, cut) == answer


def test_a_size_that_is_a_lie_costs_nothing(record_phone, simulate, open_source):
    faults = Faults(sync="stat_size")
    source = open_source(simulate(record_phone(files={BASE: NOISE}), faults=faults))

    (answer,) = source.fetch_all([AppBytes(path=f"/{BASE}")])

    assert isinstance(answer, Unanswered)
    assert ("truncated", f"it has more than {4 << 30} bytes") == (answer.reason, answer.detail)


@pytest.mark.parametrize("change", [2_000_000, -2_000_000])
def test_a_file_that_changes_meanwhile_is_no_whole_file(
    record_phone, simulate, open_source, *, change
):
    size = len(NOISE) * 4
    recorded = record_phone(files={BASE: NOISE * 4, f"{FOLDER}/next.apk": b"next"})
    source = open_source(simulate(recorded, line=Line(bytes_per_second=12e6)))
    wanted = [AppBytes(path=f"/{BASE}"), AppBytes(path=f"/{FOLDER}/next.apk")]
    found = {}

    for answer in source.fetch_all(wanted):
        pieces = answer.chunks()
        first = next(pieces)
        if answer.request == wanted[0]:
            os.truncate(recorded.files / BASE, size + change)
        data = first + b"".join(pieces)
        outcome = answer.outcome()
        found[answer.request.path] = (len(data), outcome.cut, outcome.detail)

    detail = "the file changed while it was read"
    assert {
        f"/{BASE}": (min(size, size + change), "truncated", detail),
        f"/{FOLDER}/next.apk": (4, None, ""),
    } == found


def test_a_phone_that_goes_away_keeps_what_came(record_phone, simulate, open_source):
    contents = {f"{FOLDER}/{number}.apk": NOISE[:400_000] for number in range(20)}
    faults = Faults(drop_after_bytes=4_000_000, stays_away=True)
    source = open_source(simulate(record_phone(files=contents), faults=faults))
    came = []

    def take_all():
        for answer in source.fetch_all([AppBytes(path=f"/{name}") for name in contents]):
            if not isinstance(answer, Unanswered):
                data = b"".join(answer.chunks())
                came.append((answer.outcome().cut, len(data), NOISE.startswith(data)))

    with pytest.raises(DeviceLost):
        take_all()
    assert all(same for *_, same in came)
    assert {400_000} == {size for cut, size, _ in came if cut is None}
    assert {None, "truncated"} >= {cut for cut, *_ in came}


def test_the_deadline_ends_a_slow_file(record_phone, simulate, open_source):
    phone = simulate(record_phone(files={BASE: NOISE}), line=Line(bytes_per_second=500_000))
    source = open_source(phone)
    began = time.monotonic()

    (answer,) = (
        whole(one) for one in source.fetch_all([AppBytes(path=f"/{BASE}")], deadline=began + 1)
    )

    assert time.monotonic() - began < 3
    assert "timeout" == answer[2]
    assert NOISE.startswith(answer[0])


def test_a_pull_is_one_line_of_the_audit_log(record_phone, simulate, open_source):
    actions = []
    source = open_source(simulate(record_phone(files={BASE: NOISE})), actions.append)

    (answer,) = source.fetch_all([AppBytes(path=f"/{BASE}")])
    for _ in answer.chunks():
        pass
    list(source.fetch_all([AppBytes(path="/none.apk")]))

    pulled, refused = [one for one in actions if one.op == "sync"]
    digest = hashlib.sha256(NOISE).hexdigest()
    assert ((f"/{BASE}",), len(NOISE), digest) == (pulled.argv, pulled.bytes, pulled.sha256)
    assert (("/none.apk",), 0) == (refused.argv, refused.bytes)
    assert not any(one.changes_device for one in actions)


def test_nothing_is_written_to_the_phone(record_phone, simulate, open_source, read):
    recorded = record_phone(files={BASE: an_apk(size=3_000_000)})
    phone = simulate(recorded)
    before = {path: path.stat().st_mtime_ns for path in recorded.files.rglob("*")}
    source = open_source(phone)

    read(source, AppBytes(path=f"/{BASE}"), AppFolders(apps=(("com.example", f"/{BASE}"),)))

    assert before == {path: path.stat().st_mtime_ns for path in recorded.files.rglob("*")}
    assert not phone.refused


@pytest.mark.parametrize("name", ["base.apk", 'it\'s "a" $(id)\nname.apk'])
def test_parts_are_a_fraction_and_the_same_bytes(record_phone, simulate, open_source, name):
    data = an_apk(size=4_000_000)
    phone = simulate(record_phone(files={f"{FOLDER}/{name}": data}), shell="auto")
    source = open_source(phone)
    before = source.round_trips

    (answer,) = (
        (whole(one)[0], one.outcome())
        for one in source.fetch_all([AppBytes(path=f"/{FOLDER}/{name}", ranges=True)])
    )

    parts = read_parts(answer[0])
    assert answer[1].cut is None
    assert len(data) == len(parts)
    assert all(parts[start:end] == data[start:end] for start, end in parts.ranges)
    for wanted in (b"manifest" * 100, b"program" * 1000, b"certificate" * 10):
        at = data.find(wanted)
        assert wanted == parts[at : at + len(wanted)]
    with pytest.raises(NotRead):
        parts[2_000_000:2_000_010]
    assert len(answer[0]) < len(data) / 5
    assert source.round_trips - before <= 3


def test_parts_are_an_action_with_the_command_that_ran(record_phone, simulate, open_source):
    actions = []
    phone = simulate(record_phone(files={BASE: an_apk(size=2_000_000)}), shell="auto")
    source = open_source(phone, actions.append)

    for answer in source.fetch_all([AppBytes(path=f"/{BASE}", ranges=True)]):
        whole(answer)

    (ran,) = [one for one in actions if one.op == "exec" and "dd if=" in one.argv[2]]
    commands = [one.removeprefix("exec:") for one in phone.services if "dd if=" in one]
    assert "\n".join(commands) == ran.argv[2]


def test_parts_that_are_not_given_are_a_gap(record_phone, simulate, open_source):
    recorded = record_phone(files={BASE: an_apk(size=2_000_000)})
    phone = simulate(recorded, faults=Faults(absent=("dd",)), shell="auto")
    source = open_source(phone)

    (answer,) = (
        (whole(one)[0], one.outcome())
        for one in source.fetch_all([AppBytes(path=f"/{BASE}", ranges=True)])
    )

    assert () == read_parts(answer[0]).ranges
    assert "truncated" == answer[1].cut


def test_other_files_come_beside_those_of_apps(record_phone, simulate, open_source, read):
    source = open_source(simulate(record_phone(files={BASE: NOISE, "sdcard/x": b"x"})))

    found = read(source, AppBytes(path=f"/{BASE}"), File(path="/sdcard/x"))

    assert {
        f"bytes of /{BASE}": (NOISE, None, None, b""),
        "/sdcard/x": (b"x", None, None, b""),
    } == found


def test_a_listing_names_what_lies_beside_a_base(record_phone, simulate, open_source, read):
    files = {BASE: NOISE, f"{FOLDER}/split_config.es.apk": b"x", f"{FOLDER}/oat/a.odex": b""}
    source = open_source(simulate(record_phone(files=files), shell="auto"))
    request = AppFolders(apps=(("com.example", f"/{BASE}"), ("com.gone", "/none/base.apk")))

    (answer,) = read(source, request).values()

    found = sorted(line.split(maxsplit=4) for line in answer[0].decode().splitlines())
    assert [
        ("81a4", "1", f"/{FOLDER}/split_config.es.apk"),
        ("81a4", "3000000", f"/{BASE}"),
    ] == sorted((mode, size, path) for mode, size, _, _, path in found)


def read_what_comes(source, requests):
    found = []
    try:
        for answer in source.fetch_all(requests):
            data = b"".join(answer.chunks())
            found.append((data, answer.outcome().cut))
    except DeviceLost:
        return found
    return found
