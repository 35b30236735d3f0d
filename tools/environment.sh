#!/usr/bin/env bash
# Make .venv: the locked development dependencies, then the project itself.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'environment: %s\n' "$*" >&2; }

suits() {
    command -v "$1" >/dev/null &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if suits "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    say "Python 3.11 or later is needed, and ${PYTHON:-python3} is not that."
    say "Install it, or name it: make PYTHON=/path/to/python3.11 ..."
    return 1
}

make_venv() {
    local python
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "installing python3-venv"
            apt-get update -qq </dev/null
            DEBIAN_FRONTEND=noninteractive apt-get install -yqq python3-venv </dev/null >/dev/null
        else
            say "$python has no venv module; on Debian and Ubuntu: sudo apt install python3-venv"
            return 1
        fi
    fi
    rm -rf .venv
    "$python" -m venv .venv
}

suits .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv
say "installing the locked dependencies"
.venv/bin/python -m pip install -qq --no-input --require-hashes -r requirements/dev.txt </dev/null
.venv/bin/python -m pip install -qq --no-input --no-deps --no-build-isolation -e . </dev/null
# Modules without bytecode would be compiled again at each start, where none may be written.
.venv/bin/python -m compileall -q -j 0 .venv/lib scanner >/dev/null || true
touch .venv/.ready
