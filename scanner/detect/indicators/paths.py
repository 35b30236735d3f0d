"""Normal forms of paths on phones, and the ways of one path up to its root.

Links of the system give one folder several names. iOS: `/var`, `/etc` and `/tmp` lead below
`/private`. Android: `/data/user/0` is `/data/data`, and the shared storage of user 0 is
`/storage/emulated/0`, also `/sdcard`, `/mnt/sdcard`, `/storage/self/primary` and `/data/media/0`.
"""

from __future__ import annotations

from collections.abc import Iterator

_LENGTH = 4096  # PATH_MAX
_SHARED = "/storage/emulated/0"
_SAME: tuple[tuple[str, str], ...] = (
    ("/private/var", "/var"),
    ("/private/etc", "/etc"),
    ("/private/tmp", "/tmp"),  # noqa: S108
    ("/data/user/0", "/data/data"),
    ("/sdcard", _SHARED),
    ("/mnt/sdcard", _SHARED),
    ("/storage/self/primary", _SHARED),
    ("/data/media/0", _SHARED),
)


def path(text: str) -> str:
    """Return an absolute path with one slash between its parts and none at its end."""
    if not text.startswith("/"):
        raise ValueError("no absolute path")
    if len(text) > _LENGTH or "\0" in text:
        raise ValueError(f"no path: more than {_LENGTH} characters, or a NUL")
    if "//" in text or "/." in text:
        text = _resolved(text)
    text = text.removesuffix("/")
    for written, same in _SAME:
        if text.startswith(written) and text[len(written) : len(written) + 1] in {"", "/"}:
            text = same + text[len(written) :]
            break
    if not text:
        raise ValueError("the root of all files")
    return text


def _resolved(text: str) -> str:
    kept: list[str] = []
    for part in text.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in {"", "."}:
            kept.append(part)
    return "/" + "/".join(kept)


def upwards(normal: str) -> Iterator[str]:
    """Yield a path in its normal form, then each folder above it, the root left out."""
    yield normal
    end = normal.rfind("/")
    while end > 0:
        normal = normal[:end]
        yield normal
        end = normal.rfind("/")


def name(text: str) -> str:
    """Return the name of a file: the last part of a path."""
    return text.rstrip("/").rpartition("/")[2]
