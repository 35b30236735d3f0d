"""STIX patterns as alternatives of equalities (STIX 2.1, section 9).

A pattern becomes a list of alternatives, and each is a list of observations: pairs of brackets, of
which every one has to be seen. An observation is a list of tests on one object. Only equalities
(`=`, `IN`, and `ISSUBSET` of addresses) can be looked up; a test of any other kind, a negated one,
and everything that is about order or time makes its alternative unusable, and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

from scanner.detect.feeds.tokens import PatternError, Token, tokens

ALTERNATIVE_LIMIT = 10_000
PRODUCT_LIMIT = 64  # of alternatives that AND multiplies, where few words make many
TEST_LIMIT = 20  # of one alternative
DEPTH_LIMIT = 50

_END = Token("sign", "")
_ORDERS = frozenset({"<", ">", "<=", ">=", "!=", "<>"})
_QUALIFIERS = frozenset({"SECONDS", "TIMES", "STOP"})
_SET_WORDS = frozenset({"LIKE", "MATCHES", "ISSUPERSET"})


class Equality(Struct, frozen=True):
    """The value at `path` is `value`; for `ISSUBSET` it lies within `value`."""

    path: str
    value: str
    within: bool = False


class Unusable(Struct, frozen=True):
    """A test that cannot be looked up, and why."""

    reason: str


Test = Equality | Unusable
Observation = tuple[Test, ...]
Alternative = tuple[Observation, ...]
T = TypeVar("T")


def alternatives(pattern: str) -> list[Alternative]:
    """Return the alternatives of a pattern. PatternError where it is none."""
    parser = _Parser(tokens(pattern))
    found = parser.observations(0)
    parser.close()
    return found


class _Parser:
    """Recursive descent over the words, each rule with the depth that it stands at."""

    def __init__(self, words: Iterator[Token]) -> None:
        self.words = words
        self.token = next(words, _END)

    def observations(self, depth: int) -> list[Alternative]:
        """Read pairs of brackets joined by OR, AND or FOLLOWEDBY, which bind in reverse order."""
        return self._joined("OR", self._observed_after, depth)

    def _observed_after(self, depth: int) -> list[Alternative]:
        found = self._observed_together(depth)
        while self._take("FOLLOWEDBY"):
            self._observed_together(depth)
            found = _unusable("FOLLOWEDBY: an order in time")
        return found

    def _observed_together(self, depth: int) -> list[Alternative]:
        found = self._qualified(depth)
        while self._take("AND"):
            found = _product(found, self._qualified(depth))
        return found

    def _qualified(self, depth: int) -> list[Alternative]:
        if self._take("("):
            found = self.observations(_deeper(depth))
            self._expect(")")
        else:
            self._expect("[")
            found = [(tests,) for tests in self._comparisons(depth)]
            self._expect("]")
        while self._peek().kind == "word" and self._peek().text in ("WITHIN", "REPEATS", "START"):
            word = self._next().text
            while self._peek().kind in ("value", "text") or self._peek().text in _QUALIFIERS:
                self._next()
            # Seen once is no proof of how often, or when: the qualifier cannot be left out.
            found = _unusable(f"{word}: a count or a time")
        return found

    def _comparisons(self, depth: int) -> list[Observation]:
        return self._joined("OR", self._compared_together, depth)

    def _compared_together(self, depth: int) -> list[Observation]:
        found = self._comparison(depth)
        while self._take("AND"):
            found = _product(found, self._comparison(depth))
        return found

    def _comparison(self, depth: int) -> list[Observation]:
        negated = self._take("NOT")
        if self._take("("):
            found = self._comparisons(_deeper(depth))
            self._expect(")")
            return [(Unusable("NOT: a negation"),)] if negated else found
        if self._take("EXISTS"):
            self._path()
            return [(Unusable("EXISTS: no value is named"),)]
        path = self._path()
        negated = self._take("NOT") or negated
        found = [(test,) for test in self._tests(path)]
        return [(Unusable(f"{path}: a negation"),)] if negated else found

    def _tests(self, path: str) -> list[Test]:
        operator = self._next()
        if operator.text in ("=", "==") and operator.kind == "sign":
            return [self._equality(path)]
        if operator.text == "IN":
            self._expect("(")
            found = [self._equality(path)]
            while self._take(","):
                found.append(self._equality(path))
                _bound(len(found))
            self._expect(")")
            return found
        if operator.text == "ISSUBSET":
            return [self._equality(path, within=True)]
        if operator.text in _ORDERS or operator.text in _SET_WORDS:
            self._literal()
            return [Unusable(f"{path}: {operator.text} cannot be looked up")]
        raise PatternError(f"an operator expected after {path}")

    def _equality(self, path: str, *, within: bool = False) -> Test:
        literal = self._literal()
        if literal.kind != "text":
            return Unusable(f"{path}: the value is no text")
        return Equality(path, literal.text, within)

    def _literal(self) -> Token:
        if self._peek().kind not in ("text", "value"):
            raise PatternError(f"a value expected, not `{self._peek().text[:40]}`")
        return self._next()

    def _path(self) -> str:
        if self._peek().kind != "path":
            raise PatternError(f"an object path expected, not `{self._peek().text[:40]}`")
        return self._next().text

    def _joined(
        self, word: str, part: Callable[[int], list[tuple[T, ...]]], depth: int
    ) -> list[tuple[T, ...]]:
        found = part(depth)
        while self._take(word):
            found.extend(part(depth))
            _bound(len(found))
        return found

    def close(self) -> None:
        """Hold that nothing is left."""
        if self._peek() is not _END:
            raise PatternError(f"`{self._peek().text[:40]}` after the end of the pattern")

    def _peek(self) -> Token:
        return self.token

    def _next(self) -> Token:
        token = self.token
        if token is _END:
            raise PatternError("the pattern ends too early")
        self.token = next(self.words, _END)
        return token

    def _take(self, text: str) -> bool:
        taken = self.token.kind in ("word", "sign") and self.token.text == text
        if taken:
            self._next()
        return taken

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise PatternError(f"`{text}` expected, not `{self._peek().text[:40]}`")


def _product(left: list[tuple[T, ...]], right: list[tuple[T, ...]]) -> list[tuple[T, ...]]:
    if len(left) > 1 and len(right) > 1 and len(left) * len(right) > PRODUCT_LIMIT:
        raise PatternError(f"more than {PRODUCT_LIMIT} alternatives by AND")
    if left and right and len(left[0]) + len(right[0]) > TEST_LIMIT:
        raise PatternError(f"more than {TEST_LIMIT} tests joined by AND")
    return [one + other for one in left for other in right]


def _unusable(reason: str) -> list[Alternative]:
    return [((Unusable(reason),),)]


def _deeper(depth: int) -> int:
    if depth >= DEPTH_LIMIT:
        raise PatternError(f"brackets deeper than {DEPTH_LIMIT}")
    return depth + 1


def _bound(count: int) -> None:
    if count > ALTERNATIVE_LIMIT:
        raise PatternError(f"more than {ALTERNATIVE_LIMIT} alternatives")
