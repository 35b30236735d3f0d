#!/usr/bin/env bash
# Build the wheel, install it in an empty environment, and run the demo from there.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
python="$root/.venv/bin/python"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m pip wheel -qq --no-deps --no-build-isolation --wheel-dir "$work" "$root"
"$python" -m venv "$work/empty"
# The versions that were tested, so that somebody else's release does not break this one.
"$python" -m pip freeze --exclude phone-integrity-scanner --exclude-editable >"$work/tested.txt"
"$work/empty/bin/python" -m pip install -qq --no-input \
    --constraint "$work/tested.txt" "$work"/*.whl </dev/null
"$work/empty/bin/python" -m pip check >&2

mkdir "$work/elsewhere"
mkdir -m 700 "$work/runtime"
cd "$work/elsewhere"
env -u PYTHONPATH SCANNER_HOME="$work/home" XDG_RUNTIME_DIR="$work/runtime" \
    "$work/empty/bin/scanner" demo
