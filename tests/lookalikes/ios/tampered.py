"""What was done to an iPhone, and the title of the rule that must find it."""

from __future__ import annotations

from scanner.model.entities import DeviceState, DiskImage, Entity, Management, Payload, Profile
from tests.lookalikes.ios.phone import (
    BUNDLES,
    COMPANY,
    DEVELOPMENT,
    UPDATER,
    around,
    crash,
    image,
    installed,
    private,
    provisioned,
    running,
    set_up,
    shipped,
)
from tests.lookalikes.ios.recorded import RECORDED, RECORDED_FOR_REVIEW

STAGING = "/private/var/db/com.apple.xpc.roleaccountd.staging"
SPRINGBOARD = "/System/Library/CoreServices/SpringBoard.app/SpringBoard"
NO_SANDBOX = ("com.apple.private.security.no-sandbox",)

# Each makes an iPhone suspicious.
COMPROMISED: dict[str, list[Entity]] = {
    "A profile brings an authority and leads the traffic away": [
        Payload(
            profile="a",
            file="a1",
            index=0,
            payload_type="com.apple.security.root",
            authority=True,
        ),
        Payload(profile="a", file="a1", index=1, payload_type="com.apple.proxy.http.global"),
    ],
    "An app of a jailbreak is installed": [shipped("com.opa334.Dopamine")],
    "An app poses as a part of the system": [
        shipped("com.example.tool", path=f"{BUNDLES}/3F2A9C10/Tool.app")
    ],
    "An app bears a name of Apple's and was signed by somebody else": [
        around("com.apple.mobilesync.service")
    ],
    "A well-known messenger was signed by somebody else": [around("net.whatsapp.WhatsApp")],
    "An app of a company is open to a debugger": [around("com.example.spy", debuggable=True)],
    "An app from around the App Store hides its icon": [around("com.example.spy", hidden=True)],
    "An app from around the App Store has powers of the system": [
        around("com.example.spy", DEVELOPMENT, entitlements=NO_SANDBOX)
    ],
    "A program of a jailbreak or hooking tool runs": [running(700, "frida-server")],
    "A program ran from a folder for temporary files": [
        image("/private/var/tmp/helper", "temporary")
    ],
    "Code of a jailbreak worked in a program": [
        image("/var/jb/usr/lib/A.dylib", "jailbreak", program=SPRINGBOARD, own=False)
    ],
    "A library that hooks into other programs was at work": [
        image(f"{BUNDLES}/3F/E.app/FridaGadget.dylib", "app", program=f"{BUNDLES}/3F/E.app/E")
    ],
    "A program in the system's staging folder is not where updates are": [
        image(f"{STAGING}/exampled", "staging")
    ],
    "The system was started with its protection switched off": [
        set_up(boot_arguments="rd=md0 amfi_get_out_of_my_way=1")
    ],
    "A provisioning profile was not signed by Apple": [provisioned("1C", chain="self_signed")],
    "A company's profile lets its apps be looked into": [provisioned("1C", debuggable=True)],
    **RECORDED,
}

# The same in another guise.
GUISES: dict[str, tuple[str, list[Entity]]] = {
    "a name of Apple's, taken for a part of iOS": (
        "An app poses as a part of the system",
        [shipped("com.apple.SystemSync", signed_as=COMPANY, path=f"{BUNDLES}/3F2A9C10/Sync.app")],
    ),
    "the same, open to a debugger": (
        "An app poses as a part of the system",
        [shipped("com.apple.SystemSync", debuggable=True, path=f"{BUNDLES}/3F2A9C10/Sync.app")],
    ),
    "a messenger with a developer's number behind its name": (
        "A well-known messenger was signed by somebody else",
        [around("net.whatsapp.WhatsApp.ABCDE12345", DEVELOPMENT)],
    ),
    "a messenger by a signer whose name begins as Apple's": (
        "A well-known messenger was signed by somebody else",
        [around("ph.telegra.Telegraph", "Apple iPhone OS Example")],
    ),
    "a company's app with a name as of tests": (
        "An app from around the App Store hides its icon",
        [around("com.example.xctrunner", hidden=True, debuggable=True)],
    ),
    "a short word at the start": (
        "The system was started with its protection switched off",
        [set_up(boot_arguments="-v amfi=0xff")],
    ),
    "a provisioning profile that a developer signed": (
        "A provisioning profile was not signed by Apple",
        [provisioned("1C", signer="Apple Development: Example")],
    ),
}

# Each asks for a person's look, and is low: it is more often nothing.
FAINT: dict[str, list[Entity]] = {
    "An app was signed in a way that is not known": [around("com.example.a", "Self Signed Cert")],
    "Code of another app worked in a program": [
        image(f"{BUNDLES}/3F/E.app/Frameworks/A.dylib", "app", program=SPRINGBOARD, own=False)
    ],
    "A disk of an unknown kind or in an unknown place is mounted": [
        DiskImage(path="/private/var/example", kind="Cryptex", developer=False)
    ],
    "A program ran from the system's staging folder": [
        image(UPDATER, "staging", program="/usr/libexec/xpcroleaccountd", own=False)
    ],
    "The phone contradicts itself about who supervises it": [
        private(),
        Management(supervised=True),
    ],
    "A profile bears a name as of a part of iOS": [installed("a", "iPhone Security")],
    "A profile cannot be removed although nobody supervises the phone": [
        installed("a", "Example", removable=False),
        private(),
    ],
    "Nobody can tell whether Apple signed a provisioning profile": [
        provisioned("1C", chain="incomplete")
    ],
}

# Each asks for a person's look.
FOR_REVIEW: dict[str, list[Entity]] = {
    "An installed profile calls itself an update of iOS or of an app": [
        installed("a", "iOS Security Update"),
        private(),
    ],
    "A profile file calls itself an update of iOS or of an app": [
        Profile(identifier="a", uuid=None, file="a1", installed=False, name="iOS Security Update")
    ],
    "An app from around the App Store works out of sight": [
        around("com.example.spy", home_screen=None, background_modes=("location",))
    ],
    "A part of iOS that strangers can reach crashed again and again": [
        crash(f"i{number}", "imagent", exposed=True) for number in range(4)
    ],
    "Two parts of iOS that handle messages crashed": [
        crash("a", "imagent", exposed=True),
        crash("b", "MessagesBlastDoorService", exposed=True),
    ],
    **RECORDED_FOR_REVIEW,
}

# Each is a weak setting, or power in the hands of others.
WEAK: dict[str, list[Entity]] = {
    "A profile hands the phone to a management server": [
        Payload(
            profile="a",
            file="a1",
            index=0,
            payload_type="com.apple.mdm",
            access_rights=12,
            rights=("lock_and_passcode", "erase"),
        )
    ],
    "A profile that nobody signed adds an account": [
        Profile(identifier="a", uuid=None, file="a1", installed=False, signature=None),
        Payload(profile="a", file="a1", index=0, payload_type="com.apple.mail.managed", port=993),
    ],
}


def replaced(entities: list[Entity], others: list[Entity]) -> list[Entity]:
    """Return entities with others, of which those without a key take the place of theirs."""
    single = {type(each) for each in others if isinstance(each, DeviceState | Management)}
    return [*(each for each in entities if type(each) not in single), *others]
