"""Processes of iOS that parse what strangers send, each with the reason.

A crash of one of them is where the trace of an exploit would be; nearly all of their crashes are
ordinary defects. The way of a message is that of "A Look at iMessage in iOS 14" (Google Project
Zero, 2021); homed and the agents of Messages are those that published attacks went through.
"""

from __future__ import annotations

from collections.abc import Mapping

_PROCESSES: Mapping[str, str] = {
    "imagent": "receives messages",
    "identityservicesd": "receives messages for Apple's services",
    "apsd": "receives pushed messages",
    "MessagesBlastDoorService": "takes messages apart",
    "IDSBlastDoorService": "takes messages of Apple's services apart",
    "IMTransferAgent": "fetches attachments",
    "IMTranscoderAgent": "converts attachments",
    "IMDPersistenceAgent": "stores messages",
    "MobileSMS": "shows messages",
    "MobileMail": "shows mail",
    "CommCenter": "receives calls and text messages",
    "avconferenced": "receives video calls",
    "homed": "receives invitations to homes",
    "sharingd": "receives files from devices nearby",
    "bluetoothd": "listens to devices nearby",
    "nfcd": "listens to tags and readers",
    "wifid": "listens to Wi-Fi networks",
    "mediaserverd": "decodes audio and video",
    "mediaplaybackd": "decodes audio and video",
    "ImageIOXPCService": "decodes pictures",
    "com.apple.WebKit.WebContent": "shows pages",
    "com.apple.WebKit.GPU": "draws pages and decodes their media",
    "com.apple.WebKit.Networking": "loads pages",
    "MobileSafari": "shows pages",
}


def is_exposed(process: str) -> bool:
    """Whether a process parses what strangers send."""
    return process in _PROCESSES
