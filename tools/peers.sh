#!/usr/bin/env bash
# Install the tools that `make bench` compares with, each in an environment of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-.venv/bin/python}

# install FOLDER PACKAGE: what cannot be installed is left out of the comparison.
install() {
    echo "peers: installing $2 into $1" >&2
    if ! { "$python" -m venv "$1" && "$1/bin/python" -m pip install -qq --no-input "$2"; } \
        </dev/null 2>/dev/null; then
        rm -rf "$1"
        echo "peers: $2 could not be installed; its half is left out" >&2
    fi
}

if [ -z "${MVT_BIN:-}" ] && [ ! -x .venv-mvt/bin/mvt-android ]; then
    install .venv-mvt mvt==2026.10.26
fi
if [ -z "${SCANNER_BACKUP_PEER:-}" ] && [ ! -x .venv-backup/bin/python ]; then
    install .venv-backup iphone-backup-decrypt==0.11.2
fi
if [ ! -x .venv-apkid/bin/apkid ]; then
    install .venv-apkid apkid==3.2.0
fi
