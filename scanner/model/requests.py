"""Requests: what is asked of a device, as data.

A request names what is wanted, never how a source gets it; so every command that will run
on a phone can be printed before it runs. `{user}` in a template stands for a user's id.
"""

from __future__ import annotations

import shlex

from msgspec import Struct, structs

MiB = 1024 * 1024


class Request(Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """One thing asked of a device, with the bounds that its answer must keep."""

    timeout: float = 20.0  # seconds on the device
    limit: int = 64 * MiB  # bytes of answer kept; what is beyond makes the answer `truncated`


class Command(Request, frozen=True, kw_only=True, tag="command"):
    """A command of the device's own shell; `argv` is quoted, so nothing in it is interpreted."""

    argv: tuple[str, ...]
    user: int | None = None

    def __str__(self) -> str:
        return shlex.join(self.argv)


class Dumpsys(Request, frozen=True, kw_only=True, tag="dumpsys"):
    """The state of one system service."""

    service: str
    arguments: tuple[str, ...] = ()
    timeout: float = 60.0
    limit: int = 256 * MiB

    def __str__(self) -> str:
        return shlex.join(("dumpsys", self.service, *self.arguments))


class File(Request, frozen=True, kw_only=True, tag="file"):
    """The content of one file of the device."""

    path: str

    def __str__(self) -> str:
        return self.path


AnyRequest = Command | Dumpsys | File


def for_user(template: Command, user: int) -> Command:
    """Fill a template in for one user."""
    argv = tuple(part.replace("{user}", str(user)) for part in template.argv)
    return structs.replace(template, argv=argv, user=user)
