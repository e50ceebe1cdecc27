"""Reading a document so that every error names the place, like `parts[2].criteria[0].points`."""

import re
from collections.abc import Collection, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.common.refusals import Refusal
from portal.programmes.ruleset.model import Text

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
DIGITS = 12  # before and after the point: far more than any rule needs, few enough to stay exact everywhere


def gettext_noop(text: str) -> str:
    """Marks a sentence for the catalogue of the pages; here, and on a command line, it stays English."""
    return text


class RuleSetError(Refusal):
    """A rule set that cannot stand: where, and what is wrong.

    `template` with `params` is the sentence, so that a page can say it in its language. `line` counts from 1, where a
    text was read.
    """

    def __init__(self, path: str, template: str, *, line: int | None = None, **params: Any) -> None:
        self.path = path
        self.template = template
        self.line = line
        self.params = params
        self.message = template % self.params if self.params else template
        where = f"{path or 'the document'} (line {line})" if line else path or "the document"
        super().__init__(f"{where}: {self.message}")

    def at(self, path: str) -> "RuleSetError":
        """The same error, as the reader of a larger whole would name its place."""
        return RuleSetError(path, self.template, line=self.line, **self.params)


UNKNOWN_KEY = gettext_noop("unknown key; known here: %(known)s.")
ROWS = gettext_noop("expected a list with at least one row.")
LIST = gettext_noop("expected a list.")
NO_KEY = gettext_noop("%(value)r is not a key: lower case letters, digits and _, at most 40.")
NOT_ONE_OF = gettext_noop("%(value)r is not one of: %(allowed)s.")
NO_INTEGER = gettext_noop("expected a whole number of at least %(minimum)s, not %(value)r.")
NO_DECIMAL = gettext_noop("expected a whole number, or a decimal in quotes such as '2.5', not %(value)r.")
OUT_OF_RANGE = gettext_noop("%(value)r is out of range: finite, at most %(digits)s digits on either side.")


class Node:
    """A value of the document with its path."""

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path

    def error(self, template: str, **params: Any) -> RuleSetError:
        return RuleSetError(self.path, template, **params)

    def allow_only(self, *keys: str) -> None:
        """Refuse keys that nobody reads: a misspelt rule must not vanish in silence."""
        mapping = self._mapping()
        for key in mapping:
            if key not in keys:
                raise RuleSetError(self._below(key), UNKNOWN_KEY, known=", ".join(keys))

    def has(self, key: str) -> bool:
        return key in self._mapping()

    def at(self, key: str) -> "Node":
        mapping = self._mapping()
        if key not in mapping:
            raise RuleSetError(self._below(key), gettext_noop("is missing."))
        return Node(mapping[key], self._below(key))

    def rows(self, key: str, *, required: bool = False) -> "list[Node]":
        if not required and not self.has(key):
            return []
        node = self.at(key)
        if not isinstance(node.value, list) or (required and not node.value):
            raise node.error(ROWS if required else LIST)
        return [Node(row, f"{node.path}[{index}]") for index, row in enumerate(node.value)]

    def items(self) -> "Iterator[tuple[str, Node]]":
        for key, value in self._mapping().items():
            yield key, Node(value, self._below(key))

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(gettext_noop("expected a text that is not empty."))
        return self.value

    def key(self) -> str:
        text = self.text()
        if not KEY.fullmatch(text):
            raise self.error(NO_KEY, value=text)
        return text

    def both(self) -> Text:
        self.allow_only("ko", "en")
        return Text(ko=self.at("ko").text(), en=self.at("en").text())

    def choice(self, allowed: Collection[str]) -> str:
        if self.value not in allowed:
            raise self.error(NOT_ONE_OF, value=self.value, allowed=", ".join(allowed))
        return str(self.value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.error(gettext_noop("expected true or false."))
        return self.value

    def integer(self, *, minimum: int = 0) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < minimum:
            raise self.error(NO_INTEGER, minimum=minimum, value=self.value)
        return self.value

    def decimal(self) -> Decimal:
        """A whole number, or a decimal written as text: binary fractions have no place in a rule."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | str):
            raise self.error(NO_DECIMAL, value=self.value)
        try:
            number = Decimal(self.value)
        except InvalidOperation:
            raise self.error(gettext_noop("%(value)r is not a number."), value=self.value) from None
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -DIGITS or number.adjusted() >= DIGITS:
            raise self.error(OUT_OF_RANGE, value=self.value, digits=DIGITS)
        return number

    def positive(self) -> Decimal:
        number = self.decimal()
        if number <= 0:
            raise self.error(gettext_noop("must be more than 0, not %(number)s."), number=number)
        return number

    def _mapping(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.error(gettext_noop("expected named values."))
        return self.value

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else str(key)


def must_differ(nodes: list[Node], key: str) -> None:
    seen: set[str] = set()
    for node in nodes:
        name = node.at(key).text()
        if name in seen:
            raise node.at(key).error(gettext_noop("%(value)r appears twice."), value=name)
        seen.add(name)
