"""What an iPhone may be asked: reading only, as data.

Whatever is not listed here is a mistake of this program, and is refused before a byte of it is
sent. Nothing that sets a value, moves or erases a report, installs, removes, mounts, pairs,
restarts or changes developer mode stands here; `Pair` is added by `pair.py` alone.
"""

from __future__ import annotations

from collections.abc import Mapping

LOCKDOWN = frozenset({"QueryType", "GetValue", "StartSession", "StopSession", "StartService"})

LOG = "com.apple.os_trace_relay"
PACKETS = "com.apple.pcapd"
CRASH_AREA = "com.apple.crashreportcopymobile"
INSTRUMENTS = "com.apple.instruments.remoteserver.DVTSecureSocketProxy"
INSTRUMENTS_TUNNELLED = "com.apple.instruments.dtservicehub"
"""The same through a tunnel, where the phone itself says at which port; lockdownd starts none."""

# service, key of the message that names what is to be done, and what it may name
CALLS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("com.apple.mobile.installation_proxy", "Command", frozenset({"Lookup"})),
    (
        "com.apple.mobile.MCInstall",
        "RequestType",
        frozenset({"GetProfileList", "GetCloudConfiguration"}),
    ),
    ("com.apple.misagent", "MessageType", frozenset({"CopyAll"})),
    ("com.apple.mobile.diagnostics_relay", "Request", frozenset({"IORegistry"})),
    (LOG, "Request", frozenset({"PidList", "StartActivity"})),
    ("com.apple.springboardservices", "command", frozenset({"getIconState"})),
    (
        "com.apple.mobile.mobile_image_mounter",
        "Command",
        frozenset({"CopyDevices", "QueryDeveloperModeStatus"}),
    ),
    ("com.apple.companion_proxy", "Command", frozenset({"GetDeviceRegistry"})),
    ("com.apple.mobileactivationd", "Command", frozenset({"GetActivationStateRequest"})),
)
SERVICES = frozenset({PACKETS, CRASH_AREA, INSTRUMENTS, *(service for service, _, _ in CALLS)})

CAPABILITIES = "_notifyOfPublishedCapabilities:"
REQUEST_CHANNEL = "_requestChannelWithCode:identifier:"
GREETING = ""  # the channel that is there from the start
PROCESSES = "com.apple.instruments.server.services.deviceinfo"
NETWORK = "com.apple.instruments.server.services.networking"
SELECTORS: Mapping[str, frozenset[str]] = {
    GREETING: frozenset({CAPABILITIES, REQUEST_CHANNEL}),
    PROCESSES: frozenset({"runningProcesses"}),
    NETWORK: frozenset({"startMonitoring", "stopMonitoring"}),
}
"""What may be called in which channel of the developer services."""

AFC_READ_DIR, AFC_FILE_INFO, AFC_OPEN, AFC_READ, AFC_CLOSE = 0x03, 0x0A, 0x0D, 0x0F, 0x14
AFC = frozenset({AFC_READ_DIR, AFC_FILE_INFO, AFC_OPEN, AFC_READ, AFC_CLOSE})
AFC_READ_ONLY = 1  # the mode of a file that is opened


def require_lockdown(message: Mapping[str, object], further: frozenset[str] = frozenset()) -> None:
    """ValueError for a request to lockdownd that is not among what may be asked."""
    request = message.get("Request")
    if request not in LOCKDOWN | further:
        raise ValueError(f"lockdownd may not be asked for {request}")
    if request == "StartService" and message.get("Service") not in SERVICES:
        raise ValueError(f"the service {message.get('Service')} may not be started")


def require_call(service: str, message: Mapping[str, object]) -> None:
    """ValueError for a message to a service that is not among what may be asked."""
    for name, key, words in CALLS:
        if name == service and message.get(key) in words:
            return
    raise ValueError(f"{service} may not be asked for this")


def require_selector(channel: str, selector: str) -> None:
    """ValueError for a call of the developer services that is not among what may be called."""
    if selector not in SELECTORS.get(channel, frozenset()):
        raise ValueError(f"{selector} may not be called in the channel {channel}")


def require_channel(channel: str) -> None:
    """ValueError for a channel of the developer services in which nothing may be called."""
    if channel not in SELECTORS or channel == GREETING:
        raise ValueError(f"the channel {channel} may not be opened")


def require_afc(operation: int, mode: int | None = None) -> None:
    """ValueError for an operation on files that is more than reading."""
    if operation not in AFC or (operation == AFC_OPEN and mode != AFC_READ_ONLY):
        raise ValueError(f"operation {operation:#x} is more than reading")
