"""What somebody may change on an iPhone between two scans, and what must be said of it."""

from __future__ import annotations

from fixtures.building.changing import Edit
from fixtures.building.changing_iphones import (
    bought,
    clipped,
    of_a_developer,
    profile,
    provisioned,
    reply,
    value,
)
from scanner.simulate import find_phone
from tests.changes.phones.planted import Planted

PHONE, MANAGED = "ios-26-clean", "ios-26-supervised"
BANK, TUNNEL = "com.example.banco", "com.example.tunel"
_CLOUD = ("CloudConfiguration",)
_SIGNER = "SignerIdentity"


def _app(bundle: str, key: str, new: object) -> Edit:
    return reply("calls/apps", ("LookupResult", bundle), key, new)


def _right(bundle: str, key: str, new: object) -> Edit:
    return reply("calls/apps", ("LookupResult", bundle, "Entitlements"), key, new)


def _mounted() -> Edit:
    image = {
        "BackingImage": "/private/var/run/com.apple.mobile_storage_proxy/DeveloperDiskImage.dmg",
        "DeviceType": "DiskImage",
        "DiskImageType": "Personalized",
        "ImageSignature": b"a signature",
        "IsMounted": True,
        "IsReadOnly": True,
        "MountPath": "/System/Developer",
        "PersonalizedImageType": "DeveloperDiskImage",
    }
    return reply("calls/disk_images", (), "EntryList", [image])


def _state(name: str, edits: tuple[Edit, ...], rule: str, field: str) -> Planted:
    return Planted(name, edits, rule, "device_state", field)


_COMPUTERS = "computers-reach-the-iphone-over-wi-fi-and-did-not-before"

ON_A_PHONE = (
    Planted(
        "another team",
        (_right(BANK, "com.apple.developer.team-identifier", "QHN9JFM2AI"),),
        "an-app-of-the-iphone-is-signed-by-somebody-else-than-before",
        "app",
        "team",
    ),
    Planted(
        "signed for handing out",
        (_app(TUNNEL, _SIGNER, "iPhone Distribution: Sombra Example Ltd (EF7ICRTJXX)"),),
        "an-app-of-the-iphone-is-signed-by-somebody-else-than-before",
        "app",
        "signed_as",
    ),
    Planted(
        "more entitlements",
        (_right("com.example.mapas", "com.apple.private.security.no-container", True),),
        "an-app-may-do-more-on-the-iphone-than-before",
        "app",
        "entitlements",
    ),
    Planted(
        "an app around the App Store",
        (
            bought(
                "com.example.ayuda",
                "com.example.correo",
                SignerIdentity="iPhone Distribution: Sombra Example Ltd (D3AYQ39GLP)",
            ),
        ),
        "an-app-that-apple-did-not-sign-was-added",
        "app",
    ),
    Planted(
        "a profile",
        (profile("com.example.net.root", "Sombra Root", PayloadOrganization="Sombra"),),
        "a-configuration-profile-was-added",
        "profile",
    ),
    Planted(
        "a profile of another content",
        (
            reply(
                "calls/profiles",
                ("ProfileMetadata", "com.cloudflare.1dot1dot1dot1.dns"),
                "PayloadUUID",
                "99BD0899-9423-4B80-A775-02ECF67FB100",
            ),
        ),
        "a-configuration-profile-was-changed",
        "profile",
        "uuid",
    ),
    Planted(
        "a company's provisioning profile",
        (provisioned(find_phone(MANAGED)),),
        "a-companys-provisioning-profile-was-added",
        "provisioning_profile",
    ),
    Planted(
        "a page that looks like an app",
        (clipped("Banco", "https://example.org/banco"),),
        "a-page-was-put-on-the-home-screen-as-if-it-were-an-app",
        "web_clip",
    ),
    Planted(
        "supervision",
        (
            reply("calls/cloud_configuration", _CLOUD, "IsSupervised", True),
            value("mobile_chaperone", "DeviceIsChaperoned", True),
        ),
        "somebody-else-than-before-manages-the-iphone",
        "management",
        "supervised",
    ),
    Planted(
        "an older release",
        (
            value("default", "ProductVersion", "26.6"),
            value("default", "HumanReadableProductVersionString", "26.6"),
        ),
        "the-release-of-ios-is-older-than-it-was",
        "build",
        "release",
    ),
    _state(
        "developer mode",
        (
            reply("calls/developer_mode", (), "DeveloperModeStatus", True),
            value("security_mac_amfi", "DeveloperModeStatus", True),
        ),
        "developer-mode-was-switched-on",
        "developer_mode",
    ),
    _state(
        "computers over Wi-Fi",
        (value("mobile_wireless_lockdown", "EnableWifiConnections", True),),
        _COMPUTERS,
        "wifi_connections",
    ),
    _state(
        "developers over Wi-Fi",
        (value("mobile_wireless_lockdown", "EnableWifiDebugging", True),),
        _COMPUTERS,
        "wifi_debugging",
    ),
    _state(
        "no passcode",
        (value("default", "PasswordProtected", False),),
        "the-phone-says-that-no-passcode-protects-it-and-one-did-before",
        "passcode",
    ),
    _state(
        "open backups",
        (value("mobile_backup", "WillEncrypt", False),),
        "backups-to-a-computer-were-encrypted-and-are-not-any-more",
        "backup_encrypted",
    ),
    _state(
        "words for the kernel",
        (
            reply(
                "calls/chosen",
                ("Diagnostics", "IORegistry"),
                "boot-args",
                b"amfi_get_out_of_my_way=1\0",
            ),
        ),
        "the-start-of-the-iphone-is-less-protected-than-before",
        "boot_arguments",
    ),
    _state(
        "a build for engineers",
        (value("mobile_internal", "IsInternal", True),),
        "the-start-of-the-iphone-is-less-protected-than-before",
        "internal",
    ),
    _state(
        "no SIM card",
        (value("default", "SIMStatus", "kCTSIMSupportSIMStatusNotInserted"),),
        "another-sim-card-may-be-in-use",
        "sim",
    ),
    _state(
        "another activation",
        (
            reply("calls/activation", (), "Value", "FactoryActivated"),
            value("default", "ActivationState", "FactoryActivated"),
            value("mobile_lockdown_cache", "ActivationState", "FactoryActivated"),
        ),
        "the-state-of-activation-is-another-than-before",
        "activation",
    ),
    Planted(
        "tools of a developer",
        (_mounted(),),
        "a-disk-image-is-mounted-on-the-iphone-that-was-not-there-before",
        "disk_image",
    ),
    Planted(
        "another watch",
        (
            reply(
                "calls/watches",
                (),
                "PairedDevicesArray",
                ["00008310-00CA4A5D00000430", "00008310-00CA4A5D00000999"],
            ),
        ),
        "another-watch-is-paired-with-the-iphone",
        "companion",
    ),
)

# A phone that an organisation manages, and another one then.
ON_A_MANAGED_PHONE = (
    Planted(
        "another organisation",
        (reply("calls/cloud_configuration", _CLOUD, "OrganizationName", "Sombra Example"),),
        "somebody-else-than-before-manages-the-iphone",
        "management",
        "organization",
    ),
    Planted(
        "another server",
        (
            reply(
                "calls/cloud_configuration",
                _CLOUD,
                "ConfigurationURL",
                "https://mdm.example.net/enroll",
            ),
        ),
        "somebody-else-than-before-manages-the-iphone",
        "management",
        "host",
    ),
    Planted(
        "pairing is allowed",
        (reply("calls/cloud_configuration", _CLOUD, "AllowPairing", True),),
        "computers-may-pair-with-the-iphone-and-might-not-before",
        "management",
        "allow_pairing",
    ),
    Planted(
        "a developer's provisioning profile",
        (of_a_developer("Prueba", "QHN9JFM2AI"),),
        "a-developers-provisioning-profile-was-added",
        "provisioning_profile",
    ),
    Planted(
        "a profile of the management",
        (profile("com.example.management.root", "Example Root"),),
        "a-configuration-profile-was-added",
        "profile",
    ),
    Planted(
        "a profile of the management that stays",
        (
            reply(
                "calls/profiles",
                ("ProfileMetadata", "com.example.management.wifi"),
                "PayloadRemovalDisallowed",
                True,
            ),
        ),
        "a-configuration-profile-was-changed",
        "profile",
        "removable",
    ),
)
BEFORE_MANAGED: tuple[Edit, ...] = (
    reply("calls/cloud_configuration", _CLOUD, "AllowPairing", False),
    reply(
        "calls/profiles",
        ("ProfileMetadata", "com.example.management.wifi"),
        "PayloadRemovalDisallowed",
        False,
    ),
)
