"""The phones of a watch: under which names each is there, and what is due for it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.case.pseudonym import device_key, installation_key, pseudonym
from scanner.formats.text import safe_text
from scanner.model.privacy import PrivacyLevel
from scanner.watch.schedule import Course, Due

MOST = 10_000  # phones that are remembered, those that were scanned apart


def name_of(target: str) -> str:
    """Return the pseudonym of a target's words: that of the phone itself, where they are its id."""
    words = target.partition(":")[2]
    return pseudonym(device_key(installation_key(), words), "D", words)


def unnamed(text: str, target: str, device: str, privacy: PrivacyLevel) -> str:
    """Return a text as it may be kept and told: errors name a phone by its own words."""
    words = target.partition(":")[2]
    if privacy == "case" or not words:
        return text
    for each in (words, safe_text(words)):
        text = text.replace(each, device)
    return text


class Phone:
    """One phone. A phone may be there under several targets: a cable and the network."""

    def __init__(self, device: str, platform: str, course: Course) -> None:
        self.device, self.platform, self.course = device, platform, course
        self.ready: dict[str, None] = {}  # targets that can be asked, the first one first
        self.there: dict[str, str] = {}  # all targets, with their states
        self.obstacle: str | None = None

    @property
    def target(self) -> str | None:
        """The target by which it is asked; None: it cannot be."""
        return next(iter(self.ready), None)


class Phones:
    """All phones that a watch knows of, by pseudonym."""

    def __init__(self, limit: int = MOST) -> None:
        """`limit` bounds how many there are, as far as some came, were never scanned, and went."""
        self._limit = limit
        self._phones: dict[str, Phone] = {}
        self._by_target: dict[str, str] = {}

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def __len__(self) -> int:
        return len(self._phones)

    def get(self, device: str) -> Phone | None:
        return self._phones.get(device)

    def add(self, phone: Phone) -> Phone:
        # A device that calls itself by another name each time it is plugged in is not remembered.
        if len(self._phones) >= self._limit:
            passers = (each for each in self if not each.there and each.course.never_scanned)
            if (first := next(passers, None)) is not None:
                del self._phones[first.device]
        self._phones[phone.device] = phone
        return phone

    def of(self, target: str) -> Phone | None:
        return self._phones.get(self._by_target.get(target, ""))

    def bind(self, target: str, phone: Phone) -> None:
        self._by_target[target] = phone.device

    def unbind(self, target: str) -> None:
        self._by_target.pop(target, None)

    def rename(self, old: Phone, device: str, target: str) -> Phone:
        """A target turned out to be a phone of another pseudonym: go on under that one."""
        known = self._phones.get(device)
        if known is None:
            known = Phone(device, old.platform, old.course)
            self._phones[device] = known
        for each in [each for each in (*old.there,) if each == target]:
            known.there[each] = old.there.pop(each)
            if each in old.ready:
                del old.ready[each]
                known.ready[each] = None
            self.bind(each, known)
        known.course.present = bool(known.ready)
        if not old.there:
            self._phones.pop(old.device, None)
        return known

    def due(self, at: float) -> list[tuple[Phone, Due]]:
        """Return the phones to be scanned now, the longest due first."""
        found = [(each, due) for each in self if (due := each.course.due()) and due.at <= at]
        return sorted(found, key=lambda pair: pair[1].at)
