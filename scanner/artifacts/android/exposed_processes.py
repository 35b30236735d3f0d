"""Processes that parse what strangers send, each with the reason.

A crash of one of them is where the trace of an exploit would be; nearly all of their crashes are
ordinary defects. Names are of AOSP, Google and the makers, as a process or a program is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PROCESSES: Mapping[str, str] = {
    "media.extractor": "opens containers of audio and video",
    "mediaextractor": "opens containers of audio and video",
    "media.codec": "decodes audio and video",
    "media.swcodec": "decodes audio and video",
    "mediaserver": "plays audio and video",
    "media.metrics": "describes media that others opened",
    "com.android.providers.media.module": "reads the metadata of new media",
    "com.google.android.providers.media.module": "reads the metadata of new media",
    "android.process.media": "reads the metadata of new media",
    "com.android.mms": "shows messages",
    "com.android.messaging": "shows messages",
    "com.google.android.apps.messaging": "shows messages",
    "com.samsung.android.messaging": "shows messages",
    "com.android.mms.service": "receives multimedia messages",
    "com.android.smspush": "receives pushed messages",
    "com.android.phone": "receives messages and calls",
    "com.google.android.ims": "receives rich messages",
    "com.sec.imsservice": "calls and messages over the network",
    "rild": "talks to the modem",
    "com.whatsapp": "shows messages",
    "org.thoughtcrime.securesms": "shows messages",
    "org.telegram.messenger": "shows messages",
    "com.facebook.orca": "shows messages",
    "com.viber.voip": "shows messages",
    "jp.naver.line.android": "shows messages",
    "com.tencent.mm": "shows messages",
    "com.google.android.gm": "shows mail",
    "com.android.email": "shows mail",
    "com.android.chrome": "shows pages",
    "com.android.browser": "shows pages",
    "com.sec.android.app.sbrowser": "shows pages",
    "com.google.android.webview": "shows pages within apps",
    "com.android.webview": "shows pages within apps",
    "org.mozilla.firefox": "shows pages",
    "com.android.bluetooth": "listens to devices nearby",
    "com.google.android.bluetooth": "listens to devices nearby",
    "com.android.nfc": "listens to tags and readers",
    "com.google.android.nfc": "listens to tags and readers",
    "wpa_supplicant": "listens to Wi-Fi networks",
    "hostapd": "listens to Wi-Fi clients",
    "com.samsung.ipservice": "parses new pictures by itself",
}
_PROGRAMS: Mapping[str, str] = {  # services of the makers, whose names hold the interface
    r".{0,100}\.media\.(?:c2|omx)[@-].{0,100}": "decodes audio and video",
    r".{0,100}\.hardware\.(?:bluetooth|nfc|wifi|radio)[@.-].{0,100}": "drives a radio",
}
_PROGRAM = re.compile("|".join(f"(?:{pattern})" for pattern in _PROGRAMS))


def is_exposed(process: str) -> bool:
    """Whether a process, or the program of one, parses what strangers send.

    What stands after a colon names one of several processes of the same app.
    """
    name = process.partition(":")[0]
    return name in _PROCESSES or _PROGRAM.fullmatch(process) is not None
