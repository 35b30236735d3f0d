#!/usr/bin/env bash
# Install what lets the simulated phone run Android's own shell, and a clock that can be moved.
# Where that is not possible the host's /bin/sh serves the phone, and this says so.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for tool in mksh toybox adb faketime apksigner; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
stamp=.venv/.test-tools
if [ ${#missing[@]} = 0 ] || [ -e "$stamp" ]; then
    exit 0
fi
touch "$stamp"

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "test tools: installing ${missing[*]}" >&2
    if apt-get update -qq </dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get install -yqq --no-install-recommends \
            "${missing[@]}" </dev/null >/dev/null; then
        exit 0
    fi
fi
echo "test tools: without ${missing[*]}; the host's own shell and adbutils' adb stand in." >&2
echo "test tools: on Debian and Ubuntu: sudo apt install ${missing[*]}" >&2
