"""A program that writes cases and forks for each, so that a test can kill one at any moment.

Each line of its input is `FOLDER ANSWERS`. It answers with the process id; that process says
`begun`, and the number of an evidence now and then, once that lies in its place.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from scanner.model.source import DeviceAction
from tests.case.cases import answer, begin


def say(words: object) -> None:
    os.write(1, f"{words}\n".encode())


def acquire(folder: Path, answers: int) -> None:
    with begin(folder) as case:
        say("begun")
        for number in range(1, answers + 1):
            evidence = case.add(answer(number))
            case.record(DeviceAction(op="shell", argv=("answer", str(number))))
            if number % 4 == 0:
                case.file(evidence)
                say(number)
        case.add_report("report.json", b"{}" * 1000)
        case.close()


def main() -> None:
    for line in sys.stdin:
        folder, answers = line.rsplit(" ", 1)
        if child := os.fork():
            say(child)
            os.waitpid(child, 0)
            say("ended")
            continue
        acquire(Path(folder), int(answers))
        os._exit(0)


if __name__ == "__main__":
    main()
