"""YAML from strangers: plain data only, without the constructs that expand, hide or repeat values."""

from typing import Any

import yaml

from portal.programmes.ruleset import RuleSetError

LARGEST = 256 * 1024  # bytes; the largest rule set that ships has 12 KB


class PlainLoader(yaml.SafeLoader):
    """SafeLoader without aliases (they can expand without end) and without repeated keys (the last would win)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in seen:
                problem = f"the key {key!r} appears twice" if key in seen else f"the key {key!r} is not a text"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def parse_yaml(content: bytes, *, name: str) -> Any:
    """The document; RuleSetError says where the file goes wrong. JSON is YAML too."""
    if len(content) > LARGEST:
        raise RuleSetError(name, f"is larger than {LARGEST // 1024} KB; a rule set is a short document.")
    try:
        return yaml.load(content.decode("utf-8"), Loader=PlainLoader)  # noqa: S506 - a SafeLoader, made stricter
    except UnicodeDecodeError as error:
        raise RuleSetError(name, f"is not UTF-8 (byte {error.start}).") from error
    except RecursionError:
        raise RuleSetError(name, "is nested too deeply.") from None
    except yaml.YAMLError as error:
        raise RuleSetError(name, f"is not YAML: {error}") from error
