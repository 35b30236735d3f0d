"""The shell script that runs a batch: one process for each command, no program but `sleep` beside.

Markers on both descriptors tell where each command's output begins and ends. The commands' words
are data: quoted here, expanded by `"$@"`, never read by a shell.

A clock beside the script signals it once a second, and the script kills what is over its time:
`timeout` would be a second process for each command, is missing before Android 8, and in toybox 0.8
reports 127 for some commands that end fast. `wait` gives each command's own exit status.
It lets go of the shell's outputs by `exec`: mksh would keep those of a redirected subshell open.
After a command that was killed the script ends, and with it all that the command left running; so
it does when the host leaves early, which adbd tells its shell by SIGHUP.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence

CLOSING = b"kill $scan_w\nexit 0\n"

_PREAMBLE = """scan_n='
{nonce}'
scan_m() {{ echo "$scan_n $*"; echo "$scan_n $*" >&2; }}
scan_r() {{
scan_i=$1 scan_t=$2 scan_f= scan_k=; shift 2
scan_m B $scan_i
"$@" </dev/null & scan_p=$!
wait $scan_p; scan_c=$?
while [ -n "$scan_f" ] && [ $scan_c -gt 128 ]; do scan_f=; wait $scan_p; scan_c=$?; done
scan_p=
scan_m E $scan_i $scan_c $scan_k
if [ -n "$scan_k" ]; then kill $scan_w; kill -9 -$$; exit 0; fi
}}
scan_tick() {{
scan_f=1; scan_t=$((scan_t-1))
if [ -n "$scan_p" ] && [ $scan_t -lt 0 ]; then scan_k=T; kill -9 $scan_p; fi
}}
scan_p= scan_t=0
trap 'kill -9 -$$' HUP
if trap scan_tick USR1; then
(exec </dev/null >/dev/null 2>&1; while sleep 1 && kill -USR1 $$; do :; done) & scan_w=$!
fi
"""


def preamble(nonce: str) -> bytes:
    """The part of the script before its first command."""
    return _PREAMBLE.format(nonce=nonce).encode()


def line(index: int, argv: Sequence[str], seconds: float) -> bytes:
    """The line of the script that runs one command for at most `seconds`, and up to one more."""
    words = " ".join(shlex.quote(word) for word in argv)
    text = f"scan_r {index} {max(1, math.ceil(seconds))} {words}\n"
    return text.encode("utf-8", "surrogateescape")
