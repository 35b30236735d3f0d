"""Every kind of request that an iPhone can be asked, for the small iPhone."""

from __future__ import annotations

from scanner.model.requests import (
    CrashFile,
    CrashReports,
    Instruments,
    Lockdown,
    LogStream,
    Packets,
    ServiceCall,
)

APPS = ServiceCall(
    service="com.apple.mobile.installation_proxy",
    arguments=(
        ("Command", "Lookup"),
        ("ClientOptions.ApplicationType", "Any"),
        ("ClientOptions.ReturnAttributes", ("CFBundleIdentifier", "Entitlements")),
    ),
)
PROFILES = ServiceCall(
    service="com.apple.mobile.MCInstall", arguments=(("RequestType", "GetProfileList"),)
)
CLOUD = ServiceCall(
    service="com.apple.mobile.MCInstall", arguments=(("RequestType", "GetCloudConfiguration"),)
)
PROVISIONING = ServiceCall(
    service="com.apple.misagent",
    arguments=(("MessageType", "CopyAll"), ("ProfileType", "Provisioning")),
)
CHOSEN = ServiceCall(
    service="com.apple.mobile.diagnostics_relay",
    arguments=(
        ("Request", "IORegistry"),
        ("CurrentPlane", "IODeviceTree"),
        ("EntryName", "chosen"),
    ),
)
PIDS = tuple(
    ServiceCall(service="com.apple.os_trace_relay", arguments=(("Request", "PidList"),), turn=turn)
    for turn in (1, 2, 3)
)
ICONS = ServiceCall(
    service="com.apple.springboardservices",
    arguments=(("command", "getIconState"), ("formatVersion", "2")),
)
IMAGES = ServiceCall(
    service="com.apple.mobile.mobile_image_mounter", arguments=(("Command", "CopyDevices"),)
)
DEVELOPER = ServiceCall(
    service="com.apple.mobile.mobile_image_mounter",
    arguments=(("Command", "QueryDeveloperModeStatus"),),
)
COMPANIONS = ServiceCall(
    service="com.apple.companion_proxy", arguments=(("Command", "GetDeviceRegistry"),)
)
ACTIVATION = ServiceCall(
    service="com.apple.mobileactivationd", arguments=(("Command", "GetActivationStateRequest"),)
)
CALLS = (
    APPS,
    PROFILES,
    CLOUD,
    PROVISIONING,
    CHOSEN,
    ICONS,
    IMAGES,
    DEVELOPER,
    COMPANIONS,
    ACTIVATION,
)
VALUES = (Lockdown(), Lockdown(domain="com.apple.security.mac.amfi"))
LOG = LogStream(seconds=0.3)
PACKETS = Packets(seconds=0.3)
CRASHES = CrashReports()
SYSDIAGNOSE = CrashFile(path="DiagnosticLogs/sysdiagnose/sysdiagnose_2026.tar.gz")
PROCESSES = Instruments(what="processes")
ALL = (*CALLS, *PIDS, *VALUES, LOG, PACKETS, CRASHES, SYSDIAGNOSE, PROCESSES)
