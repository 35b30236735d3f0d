"""Answers of an iPhone, written by us, from which the fuzzing of readings starts: by artifact."""

from __future__ import annotations

import plistlib

from scanner.model.evidence import EvidenceFile
from tests.artifacts.ios.profile_texts import CONFIGURATION, PROVISIONING
from tests.artifacts.recorded_answers import answers
from tests.fuzz.test_ios_readings import SEEDS
from tests.fuzz.test_ios_streams import LINES

_SOURCE, _REPORT, _REST, _CONNECTION, _RUNNING = LINES
_FLOW = (
    b'{"kind":"flow","interface":"en0","pid":1,"process":"com.a","protocol":"tcp",'
    b'"local_address":"192.0.2.1","local_port":1,"remote_address":"192.0.2.2","remote_port":2,'
    b'"packets":1,"bytes_in":1,"bytes_out":0}\n'
)
_OTHERS = {
    "ios.lockdown_domains": {"Value": {"com.a": True, "Name": "com.a"}},
    "ios.profile_contents": {"Status": "Acknowledged", "OrderedIdentifiers": []},
    "ios.processes": {"Status": "RequestSuccessful", "Payload": {"1": {"ProcessName": "com.a"}}},
    "ios.provisioning": {"Status": 0, "Payload": [*PROVISIONING]},
}
_LIVE: dict[str, tuple[bytes, ...]] = (
    {name: tuple(map(plistlib.dumps, values)) for name, values in SEEDS.items()}
    | {name: (plistlib.dumps(value),) for name, value in _OTHERS.items()}
    | {
        "ios.binary_images": (_SOURCE,),
        "ios.running_processes": (_RUNNING,),
        "ios.connections": (_CONNECTION,),
        "ios.traffic": (_FLOW + _REST,),
        "ios.crash_reports": (_REPORT,),
        "ios.sysdiagnose": (b"\x1f\x8b\x08" + bytes(7),),
        "ios.configuration_profile": CONFIGURATION,
    }
)


def _data(file: EvidenceFile) -> bytes:
    with file.open() as stream:
        return stream.read()


_RECORDED = {
    name: tuple(_data(file) for _, file in each) for name, each in answers("com.a").items()
}
IOS_SEEDS = {
    name: (*_LIVE.get(name, ()), *_RECORDED.get(name, ())) for name in (*_LIVE, *_RECORDED)
}
