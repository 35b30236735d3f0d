"""The recorded phones are as generated, complete, and agree with themselves.

The expressions here are written apart from the parsers, on purpose.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from scanner.simulate.phone import Phone
from tests.phones.recording import DEVICE_WIDE, FIXTURES, PER_USER, PHONES, Recording

RULES = Path(__file__).parents[2] / "rules" / "sigma" / "android"
SIZE_LIMIT = 6 * 1024 * 1024


def test_there_are_three() -> None:
    assert [path.name for path in PHONES] == [
        "android-14-tampered",
        "android-16-clean",
        "android-8-clean",
    ]


def test_as_generated() -> None:
    command = [sys.executable, str(FIXTURES / "make_phones.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_check_notices_a_difference(tmp_path: Path) -> None:
    script = str(FIXTURES / "make_phones.py")
    subprocess.run(
        [sys.executable, script, "--into", str(tmp_path)], check=True, capture_output=True
    )
    changed = tmp_path / "android-8-clean" / "answers" / "getprop.txt"
    changed.write_text("[ro.debuggable]: [1]\n", encoding="utf-8")
    check = [sys.executable, script, "--check", "--into", str(tmp_path)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "getprop.txt" in done.stderr


def test_small_enough() -> None:
    files = [path for path in (FIXTURES / "phones").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= SIZE_LIMIT


def test_phone_names_existing_files(recording: Recording) -> None:
    keys = {"title", "serial", "product", "model", "device", "features", "answers"}
    assert set(recording.phone) == keys
    assert len(recording.answers) == len(recording.phone["answers"])
    named = {answer["stdout"] for answer in recording.phone["answers"]} - {None}
    present = {
        path.relative_to(recording.folder).as_posix()
        for path in (recording.folder / "answers").iterdir()
    }
    assert named == present


def test_the_simulator_takes_it(recording: Recording) -> None:
    phone = Phone.load(recording.folder)
    assert {" ".join(answer.argv) for answer in phone.answers} == set(recording.answers)


def test_expected_names_rules_that_exist(recording: Recording) -> None:
    titles: dict[str, list[str]] = {}
    for path in RULES.rglob("*.yml"):
        title = re.search(r"^title: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        titles.setdefault(path.parent.name, []).append(title[1] if title else "")
    for found in recording.expected_of("standard")["findings"]:
        named = [t for t in titles[found["category"]] if found["rule_title_contains"] in t]
        assert len(named) == 1


def test_every_request_is_answered(recording: Recording) -> None:
    wanted = set(DEVICE_WIDE)
    wanted |= {form.format(user=user) for user in recording.users() for form in PER_USER}
    assert wanted <= set(recording.answers)
    assert any(command.startswith("stat -c %f ") for command in recording.answers)


def test_counts(recording: Recording) -> None:
    counts = recording.expected["counts"]
    assert len(recording.users()) == counts["user"]
    assert {str(user): len(recording.listed(user)) for user in recording.readable()} == counts[
        "app"
    ]
    assert len(recording.text(DEVICE_WIDE[8]).splitlines()) - 1 == counts["process"]
    policy = recording.text("dumpsys device_policy")
    assert len(re.findall(r"^    \S+/\S+:$", policy, re.MULTILINE)) == counts["device_admin"]
    assert recording.text("dumpsys adb").count("<adbKey ") == counts["adb_key"]
    owners = re.findall(r"^User +\d+: admin=", recording.text("dpm list-owners"), re.MULTILINE)
    assert len(owners) == counts["policy_owner"]


def test_stated_sizes() -> None:
    current, old = (Recording(FIXTURES / "phones" / f"android-{n}-clean") for n in (16, 8))
    assert current.expected["counts"]["app"] == {"0": 400, "10": 60}
    stores = [match["installer"] for match in current.listed(0).values()]
    assert stores.count("com.android.vending") >= 90
    assert old.expected["counts"]["app"] == {"0": 120}


def test_canaries_are_planted(recording: Recording) -> None:
    files = [path for path in recording.folder.rglob("*") if path.is_file()]
    names = " ".join(str(path.relative_to(recording.folder)) for path in files)
    lists = {"canaries.json", "expected.json", "expected-standard.json"}
    texts = [
        path.read_text(encoding="utf-8", errors="replace")  # an APK is none
        for path in files
        if path.name not in lists
    ]
    everything = "\n".join((names, *texts))
    tokens = [canary["token"] for canary in recording.canaries]
    assert [token for token in tokens if token not in everything] == []
    assert len(set(tokens)) == len(tokens) >= 20
    assert {canary["class"] for canary in recording.canaries} == {"P", "D", "X"}


def test_no_two_phones_share_a_canary() -> None:
    tokens = [canary["token"] for path in PHONES for canary in Recording(path).canaries]
    assert len(set(tokens)) == len(tokens)


def test_listings_agree_with_dumpsys(recording: Recording) -> None:
    packages = recording.packages()
    for user in recording.readable():
        state = re.compile(rf"^    User {user}: .* installed=true .* enabled=(\d) ", re.MULTILINE)
        installed = {name: state.search(block) for name, block in packages.items()}
        listed = recording.listed(user)
        assert set(listed) == {name for name, found in installed.items() if found}
        off = {name for name, found in installed.items() if found and int(found[1]) > 1}
        assert _short(recording, user, "-d") == off
        system = {name for name in listed if " pkgFlags=[ SYSTEM " in packages[name]}
        assert _short(recording, user, "-s") == system
        for name, match in listed.items():
            _same(packages[name], match, user)


def _short(recording: Recording, user: int, option: str) -> set[str]:
    text = recording.text(f"cmd package list packages {option} --user {user}")
    return set(re.findall(r"^package:(\S+)$", text, re.MULTILINE))


def _same(block: str, match: re.Match[str], user: int) -> None:
    app = re.search(r"^    (?:userId|appId)=(\d+)$", block, re.MULTILINE)
    assert app
    assert int(match["uid"]) == user * 100000 + int(app[1])
    assert f"    versionCode={match['version']} minSdk=" in block
    code = re.search(r"^    codePath=(\S+)$", block, re.MULTILINE)
    assert code
    assert match["path"] == code[1] or match["path"].startswith(f"{code[1]}/")
    installer = re.search(r"^    installerPackageName=(\S+)$", block, re.MULTILINE)
    assert match["installer"] == (installer[1] if installer else "null")


def test_installers_are_installed(recording: Recording) -> None:
    packages = recording.packages()
    for user in recording.readable():
        stores = {match["installer"] for match in recording.listed(user).values()} - {"null"}
        assert stores <= set(packages)


def test_accessibility_agrees_with_the_setting(recording: Recording) -> None:
    text = recording.text("dumpsys accessibility")
    layout = r"\{id=(\d+),.*?(?:Enabled services:\{(.*?)\}$|services:\{\}\])"
    states = re.findall(layout, text, re.DOTALL | re.MULTILINE)
    dumped = {int(user): set(re.findall(r"\{([\w./$]+)\}", found)) for user, found in states}
    total = 0
    for user in recording.readable():
        value = recording.setting(user, "enabled_accessibility_services") or ""
        enabled = set(filter(None, value.split(":")))
        assert dumped.get(user, set()) == enabled
        assert {component.partition("/")[0] for component in enabled} <= set(recording.listed(user))
        assert recording.setting(user, "accessibility_enabled") == "1" or not enabled
        total += len(enabled)
    assert total == recording.expected["counts"]["accessibility_service"]


def test_admins_are_installed_and_can_be_admins(recording: Recording) -> None:
    text = recording.text("dumpsys device_policy")
    users = re.split(r"Enabled Device Admins \(User (\d+), ", text)
    receivers = recording.text("dumpsys package").partition("Receiver Resolver Table:")[2]
    for user, block in zip(users[1::2], users[2::2], strict=True):
        for component, uid in re.findall(r"^    (\S+/\S+):\n      uid=(\d+)$", block, re.MULTILINE):
            app = recording.listed(int(user))[component.partition("/")[0]]
            assert app["uid"] == uid
            action = receivers.partition("android.app.action.DEVICE_ADMIN_ENABLED:")[2]
            assert f" {component}\n" in action


def test_serial_is_one(recording: Recording) -> None:
    serials = re.findall(
        r"^\[ro\.(?:boot\.)?serialno\]: \[(.*)\]$", recording.text("getprop"), re.MULTILINE
    )
    assert set(serials) == {recording.phone["serial"]}


def test_secure_folder_is_refused() -> None:
    current = Recording(FIXTURES / "phones" / "android-16-clean")
    refusal = "java.lang.SecurityException: Shell does not have permission to access user 150"
    assert current.readable() == [0, 10]
    asked = [form.format(user=150) for form in PER_USER if not form.startswith("ls ")]
    answers = [current.answers[command] for command in asked]
    assert all(answer["stdout"] is None and refusal in answer["stderr"] for answer in answers)
    assert {answer["exit_code"] for answer in answers} == {0, 255}
    blocks = current.packages().values()
    assert all("\n    User 150: ceDataInode=" in block for block in blocks)


def test_old_phone_has_no_new_answers() -> None:
    old = Recording(FIXTURES / "phones" / "android-8-clean")
    assert old.text("dumpsys adb") == "Can't find service: adb\n"
    assert "unknown command 'list-owners'" in old.answers["dpm list-owners"]["stderr"]
    package = old.text("dumpsys package")
    assert "initiatingPackageName" not in package
    assert "appId=" not in package


def test_planted_facts_are_there() -> None:
    phone = Recording(FIXTURES / "phones" / "android-14-tampered")
    apps = [found["subject"] for found in phone.expected["findings"] if found["category"] == "app"]
    (spy,) = {subject["package"] for subject in apps if subject["user"] == 0}
    (other,) = {subject["package"] for subject in apps if subject["user"] == 10}
    assert phone.listed(0)[spy]["installer"] == "null"
    block = phone.packages()[spy]
    for permission in ("SYSTEM_ALERT_WINDOW", "RECORD_AUDIO", "ACCESS_FINE_LOCATION", "READ_SMS"):
        assert f" android.permission.{permission}: granted=true" in block
    activities = phone.text("dumpsys package").partition("Activity Resolver Table:")[2]
    assert f" {spy}/" not in activities.partition("Receiver Resolver Table:")[0]
    assert other not in phone.listed(0)
    assert phone.listed(10)[other]["installer"] == "null"
    assert re.search(r"^ *1377 +1 root +u:r:su:s0 ", phone.text(DEVICE_WIDE[8]), re.MULTILINE)
    getprop = phone.text("getprop")
    assert "[ro.boot.verifiedbootstate]: [orange]\n" in getprop
    assert "[ro.boot.flash.locked]: [0]\n" in getprop
    assert (phone.folder / "files" / "system" / "xbin" / "su").is_file()
    planted = phone.expected["planted"]["adb_key"]
    assert f"last_key_received={planted['fingerprint']}\n" in phone.text("dumpsys adb")
