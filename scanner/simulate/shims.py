"""The scripts that answer recorded commands inside the phone's shell.

One script a program. It compares its arguments with those recorded, word for word and with what a
shell has built in, so that an answer costs one process; what is not recorded is answered as Android
does.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from scanner.simulate.faults import Drip, Faults, argv
from scanner.simulate.phone import Argv, Phone

ANDROID = ("cmd", "dpm", "dumpsys", "getprop", "pm", "service", "settings")
"""Programs that every phone has, recorded or not."""

FLOOD_CHUNK = 1024 * 1024
_PROPERTY = re.compile(r"^\[([^\]\n]*)\]: \[(.*?)\](?=\n\[|\n*\Z)", re.DOTALL | re.MULTILINE)


class Dialect(Struct, frozen=True):
    """How one shell is spoken, and where its scripts find things."""

    shell: str
    folder: str  # of the recorded answers, as the script sees it
    cat: str
    say: str  # the body of a function that prints $1 and nothing else


class Reply(Struct, frozen=True, kw_only=True):
    """What one command answers, with the faults that it was given."""

    number: int
    argv: Argv
    stdout: Path | bytes = b""
    stderr: str = ""
    exit_code: int = 0
    drip: Drip | None = None
    flood: int | None = None

    def content(self) -> bytes:
        return self.stdout if isinstance(self.stdout, bytes) else self.stdout.read_bytes()


def replies(phone: Phone, faults: Faults) -> tuple[Reply, ...]:
    """Join what is recorded with the faults."""
    replaced = {argv(line): output for line, output in faults.replace.items()}
    codes = {argv(line): code for line, code in faults.exit_codes.items()}
    drips = {argv(line): drip for line, drip in faults.drip.items()}
    floods = {argv(line): size for line, size in faults.flood.items()}
    recorded = {answer.argv: answer for answer in phone.answers}
    found = []
    for number, words in enumerate(sorted(recorded.keys() | faults.commands())):
        answer = None if words in replaced else recorded.get(words)
        output = phone.output(answer) if answer else None
        found.append(
            Reply(
                number=number,
                argv=words,
                stdout=output or replaced.get(words, b""),
                stderr=answer.stderr if answer else "",
                exit_code=codes.get(words, answer.exit_code if answer else 0),
                drip=drips.get(words),
                flood=floods.get(words),
            )
        )
    return tuple(found)


def script(
    program: str, answered: Iterable[Reply], dialect: Dialect, real: str | None = None
) -> str:
    """Return the script of one program; `real` is the tool that answers what is not recorded."""
    mine = [reply for reply in answered if reply.argv[0] == program]
    parts = [
        f"#!{dialect.shell}",
        f"R={shlex.quote(dialect.folder)}",
        f"say() {{ {dialect.say}; }}",
        *(_branch(reply, dialect) for reply in mine),
        _otherwise(program, mine, real),
    ]
    return "\n".join(parts) + "\n"


def properties(getprop: bytes) -> str:
    """Return a script that says the value of the property `$1` and leaves."""
    values: Mapping[str, str] = dict(_PROPERTY.findall(getprop.decode("utf-8", "surrogateescape")))
    cases = (f"{_quote(name)}) say {_quote(value)}; exit;;" for name, value in values.items())
    return "\n".join(("case $1 in", *cases, "esac", ""))


def _branch(reply: Reply, dialect: Dialect) -> str:
    # The x keeps `[` from taking a word like "(" or "!" for one of its own.
    words = reply.argv[1:]
    same = (f'[ "x${{{n}}}" = {_quote("x" + word)} ]' for n, word in enumerate(words, start=1))
    return "\n".join(
        (
            f"if {' && '.join((f'[ $# -eq {len(words)} ]', *same))}; then",
            f'echo {reply.number} >>"$R/ran"',
            *_answer(reply, dialect),
            "fi",
        )
    )


def _answer(reply: Reply, dialect: Dialect) -> Iterator[str]:
    output = _output(reply, dialect)
    if output.startswith(dialect.cat) and not (reply.stderr or reply.exit_code):
        yield f"exec {output}"
        return
    yield f"{output} || exit 1"
    if reply.stderr:
        yield f'{dialect.cat} "$R/{reply.number}.err" >&2'
    yield f"exit {reply.exit_code}"


def _output(reply: Reply, dialect: Dialect) -> str:
    source = f'"$R/{reply.number}.out"'
    if reply.flood is not None:
        whole, rest = divmod(reply.flood, FLOOD_CHUNK)
        chunk = f'{dialect.cat} "$R/flood" || exit 1'
        loop = f"i=0; while [ $i -lt {whole} ]; do {chunk}; i=$((i+1)); done"
        return f'{loop}; head -c {rest} "$R/flood"'
    if reply.drip is not None:
        size, pause = reply.drip.size, reply.drip.pause
        length = len(reply.content())
        piece = f"tail -c +$((i+1)) {source} | head -c {size}; sleep {pause}"
        return f"i=0; while [ $i -lt {length} ]; do {piece}; i=$((i+{size})); done"
    return f"{dialect.cat} {source}"


def _otherwise(program: str, mine: list[Reply], real: str | None) -> str:
    if program == "dumpsys":
        return '[ $# -eq 0 ] || say "Can\'t find service: $1"; exit 0'
    if program == "getprop":
        return '[ $# -gt 0 ] || exit 0; . "$R/properties"; say "${2-}"'
    if real is not None:
        return f'exec {real} "$@"'
    if program == "cmd":
        known = "|".join(_quote(reply.argv[1]) for reply in mine if len(reply.argv) > 1)
        missing = 'say "cmd: Can\'t find service: $1" >&2; exit 20'
        usage = f"case ${{1-}} in {known}) ;; *) {missing};; esac\n" if known else f"{missing}\n"
        return usage + 'say "Unknown command: ${2-}" >&2; exit 255'
    return 'say "Unknown command: ${1-}" >&2; exit 255'


def _quote(word: str) -> str:
    return shlex.quote(word)
