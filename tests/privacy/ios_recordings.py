"""Recordings of an iPhone that say something personal in every field that may hold it.

Each artifact has a word of its own, so that a search tells which one lets it out. The files are
those with which the parsers are tested; what they do not hold is added here.
"""

from __future__ import annotations

import plistlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from fixtures.building.ios_backup import UDID, Stored, build
from fixtures.building.ios_filesystem import build_dump
from fixtures.building.sysdiagnose import build_sysdiagnose
from scanner.formats.ios_backup.domains import place_of
from scanner.model.requests import AnyRequest, Diagnostic, File
from tests.artifacts.ios.recorded import management_texts, program_texts, system_answers
from tests.privacy.test_canary import Canary, forms_of

KINDS = ("backup", "sysdiagnose", "files")
PASSWORD = "1234"
HOME = "/private/var/mobile"
LIBRARY, MEDIA = f"{HOME}/Library", f"{HOME}/Media"
APP = f"{HOME}/Containers/Data/Application/com.example.app"
_HOST = "01234567-0000-4000-8000-0123456789AB"  # of the computer in the pairing log

_NAMES = sorted({*system_answers.texts(""), *management_texts.texts("")})
_WITHOUT = {"ios.profile_contents", "ios.system_version", "ios.trust_store"}  # others say as much
WORDS = {
    name: f"canary-p-8{number:02}-ana" for number, name in enumerate(_NAMES) if name not in _WITHOUT
}
ARGUMENT, SYMBOL, CARD = "canary-p-880-token", "canary-p-881-symbol", "canary-p-882-card"
PHONE, MADE_OF, UNREAD = "canary-p-883-phone", "canary-p-884-owner", "canary-p-885-unread"
FILE, FOLDER, MAIL = "canary-p-886-file", "canary-p-887-folder", "canary-p-888@example.org"
LOG, NUMBER, LATEST = "canary-p-889-log", "+14155557889", "2026-11-02T07:08"
SERIAL, IMEI, ICCID = "CANARYD891", "490154203237518", "8901410321111851072"
OF_A_COMPUTER, HARDWARE = "CANARYD892", "00008110-000A1B2C3D4E5F60"

PERSONAL = (
    *WORDS.values(),
    *(ARGUMENT, SYMBOL, CARD, PHONE, MADE_OF, UNREAD, FILE, FOLDER, MAIL, LOG, NUMBER, LATEST),
    OF_A_COMPUTER,
)
IDS = (SERIAL, IMEI, ICCID, UDID, HARDWARE, _HOST)
PLANTED = tuple(
    Canary(token, token, privacy, frozenset(forms_of(token)))
    for tokens, privacy in ((PERSONAL, "P"), (IDS, "D"))
    for token in tokens
)

USED = 1_793_603_300  # 2026-11-02 07:08:20 UTC: somebody took a picture
NAMED_BY_PEOPLE = (
    f"{LIBRARY}/DataAccess/IMAP-{MAIL}/x.db",
    f"{LIBRARY}/Mail/IMAP-{MAIL}/x",
    f"{LIBRARY}/Mobile Documents/com~apple~CloudDocs/{FILE}.pdf",
    f"{LIBRARY}/Preferences/com.apple.{MAIL}.plist",
    f"{LIBRARY}/Ringtones/{FILE}.m4r",
    f"{LIBRARY}/SMS/Attachments/ab/10/{FOLDER}/{FILE}.heic",
    f"{LIBRARY}/SyncedPreferences/{MAIL}/x.plist",
    f"{LIBRARY}/Voicemail/{FILE}.amr",
    f"{LIBRARY}/Suggestions/{NUMBER}.db",
    f"{MEDIA}/Books/{FOLDER}/{FILE}.epub",
    f"{MEDIA}/DCIM/{FOLDER}/{FILE}.jpg",
    f"{MEDIA}/Recordings/{FILE}.m4a",
    f"{APP}/Documents/{FOLDER}/{FILE}.pdf",
    f"{APP}/Library/Application Support/{FOLDER}/{FILE}",
    f"{APP}/Library/Caches/{FILE}",
)
"""Names that a person gave, or that iOS took from one."""


def _planted(name: str, data: bytes) -> bytes:
    """Put words of their own where the files of programs hold something personal."""
    for old, new in (
        (b"secret", SYMBOL if name.endswith((".ips", ".crash")) else ARGUMENT),
        (b"Card of a person", CARD),
        (b"OF-A-COMPUTER", OF_A_COMPUTER),
        (b"Example 2018-11-01-091512 Phone.ips", f"Example 2018-11-01-091512 {PHONE}.ips"),
        (b"of the phone", PHONE),
        (b"EXAMPLE00001", SERIAL),
    ):
        data = data.replace(old, new if isinstance(new, bytes) else new.encode())
    return data


def _stated() -> Iterator[tuple[AnyRequest, bytes]]:
    """Yield all files that are read, with the word of the artifact that reads each."""
    for name, word in WORDS.items():
        for texts in (system_answers.texts(word), management_texts.texts(word)):
            for _, request, data in texts.get(name, ()):
                yield request, data
    for answers in program_texts.ANSWERS.values():
        yield from ((request, _planted(request.name, data)) for request, data in answers)


def _sysdiagnose() -> dict[str, bytes]:
    members = {
        request.name.removesuffix("*"): data
        for request, data in _stated()
        if isinstance(request, Diagnostic)
    }
    reports = f"crashes_and_spins/Example 2018-11-01-091512 {PHONE}.ips"
    tree = f"+-o chosen\n    |   boot-args = <>\n    |   serial = <{SERIAL}>\n"
    return {
        **members,
        reports: _planted(reports, program_texts.report(program_texts.HEADER, program_texts.BODY)),
        "ioreg/IODeviceTree.txt": tree.encode(),
        f"logs/Accounts/{UNREAD}.txt": f"{UNREAD} {MAIL}\n".encode(),
        "WiFi/wifi_scan.txt": f"{LOG} ssid={FOLDER}\n".encode(),
        "security.txt": f"acct {MAIL} {NUMBER}\n".encode(),
    }


def _files() -> dict[str, bytes]:
    members = {request.path: data for request, data in _stated() if isinstance(request, File)}
    sysdiagnose = _sysdiagnose()
    for name, path in (
        ("logs/MobileLockdown/lockdownd.log", "/private/var/logs/lockdownd.log"),
        (
            "crashes_and_spins/My App.ips",
            f"{LIBRARY}/Logs/CrashReporter/Example 2018-11-01-091512 {PHONE}.ips",
        ),
    ):
        members[path] = sysdiagnose[name]
    return members | dict.fromkeys(NAMED_BY_PEOPLE, b"x")


def _backup(folder: Path, members: Mapping[str, bytes]) -> Path:
    files = []
    for path, data in members.items():
        if (place := place_of(path)) is not None:
            used = {"modified": USED} if path.startswith(HOME) else {}
            files.append(Stored(domain=place[0], path=place[1], data=data, **used))
    sold = {"accountInfo": {"AppleID": MAIL, "FirstName": MADE_OF}}
    bought = plistlib.dumps({"com.apple.iTunesStore.downloadInfo": sold, "itemName": "Example"})
    named = {"Device Name": PHONE, "Display Name": MADE_OF, "Phone Number": NUMBER}
    numbers = {"Serial Number": SERIAL, "IMEI": IMEI, "ICCID": ICCID, "MEID": IMEI[:14]}
    applications = {"com.example.app": {"iTunesMetadata": bought, "PlaceholderIcon": b"x"}}
    return build(
        folder,
        files,
        password=PASSWORD,
        info={
            **named,
            **numbers,
            "x": WORDS["ios.backup_lists"],
            "Applications": applications,
            "iTunes Files": {FILE: b"x"},
        },
        manifest={
            "Lockdown": {"DeviceName": PHONE, "SerialNumber": SERIAL, "UniqueDeviceID": UDID}
        },
        status={"UUID": UNREAD},
    )


def planted(kind: str, folder: Path, change: Callable[[bytes], bytes] = bytes) -> Path:
    """Make a recording of a kind in a folder; `change` spoils each file."""
    folder.mkdir(parents=True, exist_ok=True)
    members = _sysdiagnose() if kind == "sysdiagnose" else _files()
    members = {name: change(data) for name, data in members.items()}
    if kind == "backup":
        return _backup(folder / "phone", members)
    if kind == "sysdiagnose":
        return build_sysdiagnose(folder / "phone.tar.gz", members)
    return build_dump(folder / "phone.zip", members, "zip")


def held(kind: str) -> bytes:
    """Return the bytes and names of all that was planted."""
    members = _sysdiagnose() if kind == "sysdiagnose" else _files()
    return b"\n".join(b"%s\n%s" % (name.encode(), data) for name, data in members.items())
