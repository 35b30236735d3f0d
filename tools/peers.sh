#!/usr/bin/env bash
# Install the tools that `make bench` compares with, in an environment of their own.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-.venv/bin/python}
if [ -n "${MVT_BIN:-}" ] || [ -x .venv-mvt/bin/mvt-android ]; then
    exit 0
fi
echo "peers: installing MVT into .venv-mvt" >&2
if ! { "$python" -m venv .venv-mvt && .venv-mvt/bin/python -m pip install -qq --no-input mvt==2026.10.26; } \
    </dev/null 2>/dev/null; then
    rm -rf .venv-mvt
    echo "peers: MVT could not be installed; its half is left out" >&2
fi
