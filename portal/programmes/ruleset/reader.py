"""Reading a document so that every error names the place, like `parts[2].criteria[0].points`."""

import re
from collections.abc import Collection, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.programmes.ruleset.model import Text

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
DIGITS = 12  # before and after the point: far more than any rule needs, few enough to stay exact everywhere


class RuleSetError(ValueError):
    """A rule set that cannot stand: where, and what is wrong."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or 'the document'}: {message}")
        self.path = path
        self.message = message


class Node:
    """A value of the document with its path."""

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path

    def error(self, message: str) -> RuleSetError:
        return RuleSetError(self.path, message)

    def allow_only(self, *keys: str) -> None:
        """Refuse keys that nobody reads: a misspelt rule must not vanish in silence."""
        mapping = self._mapping()
        for key in mapping:
            if key not in keys:
                raise RuleSetError(self._below(key), f"unknown key; known here: {', '.join(keys)}.")

    def has(self, key: str) -> bool:
        return key in self._mapping()

    def at(self, key: str) -> "Node":
        mapping = self._mapping()
        if key not in mapping:
            raise RuleSetError(self._below(key), "is missing.")
        return Node(mapping[key], self._below(key))

    def rows(self, key: str, *, required: bool = False) -> "list[Node]":
        if not required and not self.has(key):
            return []
        node = self.at(key)
        if not isinstance(node.value, list) or (required and not node.value):
            raise node.error("expected a list with at least one row." if required else "expected a list.")
        return [Node(row, f"{node.path}[{index}]") for index, row in enumerate(node.value)]

    def items(self) -> "Iterator[tuple[str, Node]]":
        for key, value in self._mapping().items():
            yield key, Node(value, self._below(key))

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error("expected a text that is not empty.")
        return self.value

    def key(self) -> str:
        text = self.text()
        if not KEY.fullmatch(text):
            raise self.error(f"{text!r} is not a key: lower case letters, digits and _, at most 40.")
        return text

    def both(self) -> Text:
        self.allow_only("ko", "en")
        return Text(ko=self.at("ko").text(), en=self.at("en").text())

    def choice(self, allowed: Collection[str]) -> str:
        if self.value not in allowed:
            raise self.error(f"{self.value!r} is not one of: {', '.join(allowed)}.")
        return str(self.value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.error("expected true or false.")
        return self.value

    def integer(self, *, minimum: int = 0) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < minimum:
            raise self.error(f"expected a whole number of at least {minimum}, not {self.value!r}.")
        return self.value

    def decimal(self) -> Decimal:
        """A whole number, or a decimal written as text: binary fractions have no place in a rule."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | str):
            raise self.error(f"expected a whole number, or a decimal in quotes such as '2.5', not {self.value!r}.")
        try:
            number = Decimal(self.value)
        except InvalidOperation:
            raise self.error(f"{self.value!r} is not a number.") from None
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -DIGITS or number.adjusted() >= DIGITS:
            raise self.error(f"{self.value!r} is out of range: finite, at most {DIGITS} digits on either side.")
        return number

    def positive(self) -> Decimal:
        number = self.decimal()
        if number <= 0:
            raise self.error(f"must be more than 0, not {number}.")
        return number

    def _mapping(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.error("expected named values.")
        return self.value

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else str(key)


def must_differ(nodes: list[Node], key: str) -> None:
    seen: set[str] = set()
    for node in nodes:
        name = node.at(key).text()
        if name in seen:
            raise node.at(key).error(f"{name!r} appears twice.")
        seen.add(name)
