"""YAML from strangers: plain data only, without the constructs that expand, hide or repeat values."""

import re
from typing import Any

import yaml

from portal.programmes.ruleset import RuleSetError
from portal.programmes.ruleset.reader import gettext_noop

LARGEST = 256 * 1024  # bytes; the largest rule set that ships has 12 KB
TOO_LARGE = gettext_noop("is larger than %(size)s KB; a rule set is a short document.")
NOT_UTF8 = gettext_noop("is not UTF-8 (byte %(byte)s). Save it with the encoding UTF-8.")
NOT_YAML = gettext_noop("is not YAML, at column %(column)s: %(problem)s.")
UNREADABLE = gettext_noop("is not YAML: it contains characters that a text does not have.")
ALIASES = gettext_noop("aliases are not allowed; write the value out.")
KEY_TWICE = gettext_noop("the key %(value)r appears twice; the last would win in silence.")
KEY_NO_TEXT = gettext_noop("the key %(value)r is not a text; put it in quotes.")
NO_VALUE = gettext_noop("%(value)r cannot be read as a value, such as a date or a number; put it in quotes.")
STEP = re.compile(r"[^.\[\]]+|\[\d+\]")


class PlainLoader(yaml.SafeLoader):
    """SafeLoader without aliases (they can expand without end) and without repeated keys (the last would win)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise _at(self.peek_event().start_mark, ALIASES)
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002
        """What looks like a date or a number and is none ("2026-13-45") is refused with its line."""
        try:
            return super().construct_object(node, deep=deep)
        except (RuleSetError, yaml.YAMLError):
            raise
        except (ValueError, LookupError, AttributeError, OverflowError) as error:
            raise _at(node.start_mark, NO_VALUE, value=str(node.value)[:40]) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise _at(key_node.start_mark, KEY_NO_TEXT, value=key)
            if key in seen:
                raise _at(key_node.start_mark, KEY_TWICE, value=key)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _at(mark: yaml.Mark, template: str, **params: object) -> RuleSetError:
    return RuleSetError("", template, line=mark.line + 1, **params)


def line_of(content: bytes, path: str) -> int | None:
    """The line, counted from 1, where the value at `parts[2].criteria[0].max` stands; of what holds it, if it is missing."""
    try:
        node = yaml.compose(content.decode("utf-8"), Loader=PlainLoader)
    except (RuleSetError, yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None
    line = None
    for step in STEP.findall(path):
        found = _below(node, step)
        if found is None:
            break
        line, node = found
    return line


def _below(node: yaml.Node | None, step: str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and step.startswith("["):
        index = int(step[1:-1])
        return (node.value[index].start_mark.line + 1, node.value[index]) if index < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        rows = [(key.start_mark.line + 1, value) for key, value in node.value if key.value == step]
        return rows[0] if rows else None
    return None


def text_of(content: bytes, *, name: str) -> str:
    if len(content) > LARGEST:
        raise RuleSetError(name, TOO_LARGE, size=LARGEST // 1024)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleSetError(name, NOT_UTF8, byte=error.start) from error


def parse_yaml(content: bytes, *, name: str) -> Any:
    """The document; RuleSetError says where the file goes wrong. JSON is YAML too."""
    text = text_of(content, name=name)
    try:
        return yaml.load(text, Loader=PlainLoader)  # noqa: S506 - a SafeLoader, made stricter
    except RecursionError:
        raise RuleSetError(name, gettext_noop("is nested too deeply.")) from None
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, name=name) from error
    except yaml.YAMLError as error:
        raise RuleSetError(name, UNREADABLE) from error
    except RuleSetError as error:
        raise error.at(name) from None


def _not_yaml(error: yaml.MarkedYAMLError, *, name: str) -> RuleSetError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return RuleSetError(name, NOT_YAML, line=line, column=column, problem=error.problem or error.context or "?")
