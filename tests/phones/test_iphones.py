"""The recorded iPhones are complete, and agree with themselves."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import struct
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from scanner.simulate.ios.phone import IPhone
from tests.phones.iphone import IPHONES, REQUESTS, RecordedIPhone
from tests.phones.recording import FIXTURES, PHONES, Recording

RULES = Path(__file__).parents[2] / "rules" / "sigma" / "ios"
CLEAN, SUPERVISED, TAMPERED = (
    RecordedIPhone(FIXTURES / "phones" / name)
    for name in ("ios-26-clean", "ios-26-supervised", "ios-18-tampered")
)
LOG_OF_TWO_SECONDS = 400  # records, as the simulator sends them
DOCUMENTATION = [
    ipaddress.ip_network(each)
    for each in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
PUBLIC_NAMES = {"com.apple.TestFlight", "com.apple.ajustes.sincronizacion", "net.whatsapp.WhatsApp"}
JAILBREAK = {"com.opa334.TrollStore", "com.opa334.Dopamine", "org.coolstar.SileoStore"}


@pytest.fixture(params=IPHONES, ids=lambda path: path.name)
def iphone(request: pytest.FixtureRequest) -> RecordedIPhone:
    path: Path = request.param
    return RecordedIPhone(path)


def test_there_are_three() -> None:
    names = [path.name for path in IPHONES]
    assert names == ["ios-18-tampered", "ios-26-clean", "ios-26-supervised"]


def test_the_simulator_takes_it(iphone: RecordedIPhone) -> None:
    phone = IPhone.load(iphone.folder)
    assert phone.udid == iphone.values("")["UniqueDeviceID"]
    assert all(phone.offers(service) for service, _ in REQUESTS)


def test_phone_names_all_files(iphone: RecordedIPhone) -> None:
    phone = iphone.phone
    named = {*phone["values"].values(), phone["log"], phone["packets"]}
    named |= {reply for call in phone["calls"] for reply in call["replies"]}
    named |= set(phone.get("instruments", {}).values())
    named |= {f"crash/{path}" for path in phone["crash_times"]}
    named |= {"phone.json", "canaries.json", "expected.json", "expected-standard.json"}
    present = {
        path.relative_to(iphone.folder).as_posix()
        for path in iphone.folder.rglob("*")
        if path.is_file()
    }
    assert named == present


def test_counts(iphone: RecordedIPhone) -> None:
    counts = iphone.expected_of("quick")["counts"]
    lists = iphone.replies(5)
    assert counts == {
        "app": {"0": len(iphone.apps())},
        "process": len({pid for each in lists for pid in each["Payload"]}),
        "profile": len(iphone.replies(1)[0]["OrderedIdentifiers"]),
        "provisioning_profile": len(iphone.replies(3)[0]["Payload"]),
        "web_clip": str(iphone.replies(6)[0]).count("'webClipURL'"),
        "companion": len(iphone.replies(9)[0].get("PairedDevicesArray", ())),
        "disk_image": len(iphone.replies(7)[0]["EntryList"]),
    }


def test_a_process_stands_in_the_second_list_only(iphone: RecordedIPhone) -> None:
    first, second, third = (set(each["Payload"]) for each in iphone.replies(5))
    assert len(second - first - third) == len(third - first) == 1
    assert len(first & second & third) >= 110


def test_the_log_names_many_images_and_passes_in_two_seconds(iphone: RecordedIPhone) -> None:
    lines = iphone.lines("log")
    assert len({(line["process"], line["sender"]) for line in lines}) >= 150
    assert len(lines) <= LOG_OF_TWO_SECONDS
    uuids = {line["sender"]: line["sender_uuid"] for line in lines}
    assert len(set(uuids.values())) == len(uuids)


def test_the_pid_lists_name_the_processes_of_the_log(iphone: RecordedIPhone) -> None:
    listed = {
        pid: process["ProcessName"]
        for each in iphone.replies(5)
        for pid, process in each["Payload"].items()
    }
    for line in iphone.lines("log"):
        assert line["process"].endswith(f"/{listed[str(line['pid'])]}")


def test_packets_have_right_checksums_and_addresses_of_nobody(iphone: RecordedIPhone) -> None:
    lines = iphone.lines("packets")
    for line, frame in zip(lines, iphone.frames(), strict=True):
        packet = frame[14:] if line["link"] == "ethernet" else frame
        if packet[0] >> 4 == 4:
            ends = packet[12:16], packet[16:20]
            assert sum(struct.unpack(">10H", packet[:20])) % 0xFFFF == 0
        else:
            ends = packet[8:24], packet[24:40]
        for end in map(ipaddress.ip_address, ends):
            assert any(end in network for network in DOCUMENTATION)
    interfaces = {line["interface"] for line in lines}
    assert interfaces == {"en0", "pdp_ip0", *(f"utun{number}" for number in range(6))}


def test_canaries_are_planted(iphone: RecordedIPhone) -> None:
    everything = iphone.everything()
    tokens = [canary["token"] for canary in iphone.canaries]
    assert [token for token in tokens if token not in everything] == []
    assert len(set(tokens)) == len(tokens) >= 25
    assert {canary["class"] for canary in iphone.canaries} == {"P", "D", "X"}


def test_no_two_phones_share_a_canary() -> None:
    canaries = [phone.canaries for phone in map(Recording, PHONES)]
    canaries += [phone.canaries for phone in map(RecordedIPhone, IPHONES)]
    tokens = [canary["token"] for each in canaries for canary in each]
    assert len(set(tokens)) == len(tokens)


def test_apps_are_invented_or_the_systems(iphone: RecordedIPhone) -> None:
    for bundle, app in iphone.apps().items():
        known = bundle in PUBLIC_NAMES | JAILBREAK or bundle.startswith("com.example.")
        assert known or (app["ApplicationType"] == "System" and bundle.startswith("com.apple."))
        assert app["CFBundleIdentifier"] == bundle


def test_expected_names_rules_that_exist(iphone: RecordedIPhone) -> None:
    titles: dict[str, list[str]] = {}
    for path in RULES.rglob("*.yml"):
        documents = path.read_text(encoding="utf-8").split("\n---\n")
        title = re.search(r"^title: (.+)$", documents[-1], re.MULTILINE)
        titles.setdefault(path.parent.name, []).append(title[1].lower() if title else "")
    for found in iphone.expected_of("standard")["findings"]:
        words = found["rule_title_contains"].lower()
        assert len([title for title in titles[found["category"]] if words in title]) == 1, words


@pytest.mark.parametrize(
    ("iphone", "certificates"), [(SUPERVISED, 1), (TAMPERED, 2)], ids=["supervised", "tampered"]
)
def test_the_signature_of_a_provisioning_profile_holds(
    iphone: RecordedIPhone, certificates: int
) -> None:
    (payload,) = iphone.replies(3)[0]["Payload"]
    message = cms.ContentInfo.load(payload)["content"]
    (signer,) = message["signer_infos"]
    attributes = {each["type"].native: each["values"][0].native for each in signer["signed_attrs"]}
    content = message["encap_content_info"]["content"].native
    assert attributes["message_digest"] == hashlib.sha256(content).digest()
    found = [x509.load_der_x509_certificate(each.dump()) for each in message["certificates"]]
    assert len(found) == certificates
    serial = signer["sid"].chosen["serial_number"].native
    (key,) = [each.public_key() for each in found if each.serial_number == serial]
    assert isinstance(key, rsa.RSAPublicKey)
    signed = signer["signed_attrs"].untag().dump()
    key.verify(signer["signature"].native, signed, padding.PKCS1v15(), hashes.SHA256())


def test_look_alikes_of_the_ordinary_phone() -> None:
    apps = CLEAN.apps()
    removable = [app for app in apps.values() if app["ApplicationType"] == "System"]
    assert any(app["Path"].startswith("/private/var/containers/") for app in removable)
    assert apps["com.example.prueba"]["SignerIdentity"] == "TestFlight Beta Distribution"
    assert apps["com.example.juego"]["IsDemotedApp"] is True
    entitlements = apps["com.example.mercado"]["Entitlements"]
    assert entitlements["com.apple.developer.marketplace.app-installation"] is True
    icons = str(CLEAN.replies(6)[0])
    assert [name for name in ("com.example.fotos", "com.example.recetas") if name in icons] == []
    assert CLEAN.values("com.apple.security.mac.amfi") == {"DeveloperModeStatus": False}


def test_the_companys_phone_is_managed() -> None:
    configuration = SUPERVISED.replies(2)[0]["CloudConfiguration"]
    assert configuration["IsSupervised"] is configuration["IsMDMUnremovable"] is True
    metadata = SUPERVISED.replies(1)[0]["ProfileMetadata"].values()
    assert all(profile["PayloadRemovalDisallowed"] for profile in metadata)
    senders = [line["sender"] for line in SUPERVISED.lines("log")]
    form = (
        r"/private/var/db/com\.apple\.xpc\.roleaccountd\.staging/exec/\d+\.\d+\.xpc/com\.apple\.\S+"
    )
    assert sum(re.fullmatch(form, sender) is not None for sender in senders) == 1


def test_planted_facts_are_there() -> None:
    values = TAMPERED.values("")
    assert (values["ProductVersion"], values["BuildVersion"]) == ("18.5", "22F76")
    assert values["PasswordProtected"] is False
    assert TAMPERED.phone["clock_offset"] == 2400
    images = {line[end] for line in TAMPERED.lines("log") for end in ("process", "sender")}
    for found in TAMPERED.expected_of("quick")["findings"]:
        subject = found["subject"]
        if found["category"] == "app":
            assert subject["package"] in TAMPERED.apps()
        if found["category"] == "binary_image":
            assert {subject["path"], subject["path"].removeprefix("/private")} & images
    traffic = {line["process"] for line in TAMPERED.lines("packets")}
    assert "routesyncd" in traffic
    assert set(TAMPERED.phone["instruments"]) == {"processes", "network"}
