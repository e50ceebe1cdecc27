"""Rule sets: a validated document of parts, criteria and formulas from a closed vocabulary. No Django, no library.

>>> from portal.programmes.ruleset import parse_ruleset
>>> parse_ruleset({"schema": "ruleset/2"})
Traceback (most recent call last):
...
portal.programmes.ruleset.reader.RuleSetError: schema: 'ruleset/2' is not one of: ruleset/1.
"""

from portal.programmes.ruleset.model import (
    Anchor,
    Assumption,
    Component,
    Criterion,
    Formula,
    Gate,
    Group,
    Item,
    Labelled,
    MeasureSource,
    Panel,
    Part,
    Publication,
    Rounding,
    RuleSet,
    Share,
    Text,
    Vote,
)
from portal.programmes.ruleset.parse import parse_ruleset
from portal.programmes.ruleset.reader import RuleSetError

__all__ = [
    "Anchor",
    "Assumption",
    "Component",
    "Criterion",
    "Formula",
    "Gate",
    "Group",
    "Item",
    "Labelled",
    "MeasureSource",
    "Panel",
    "Part",
    "Publication",
    "Rounding",
    "RuleSet",
    "RuleSetError",
    "Share",
    "Text",
    "Vote",
    "parse_ruleset",
]
