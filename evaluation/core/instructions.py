"""Instructions that a rule can check: whether an answer keeps to its length, words, form or language.

The idea of instructions whose keeping is decided by a program and not by a judge is that of IFEval (Zhou et al., 2023); the
rules here are the portal's own and know Korean: syllables, endings of sentences, Hangul's share of the letters.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

MOST_RULES = 8
LONGEST_ANSWER = 200_000  # characters; the rest is not read

Check = Callable[[str, Mapping[str, Any]], bool]


class RuleError(ValueError):
    """A rule that no answer could be checked by."""


def check_rules(rules: Any) -> None:
    """Refuse what is not a list of known rules with exactly their parameters."""
    if not isinstance(rules, list) or not 1 <= len(rules) <= MOST_RULES:
        raise RuleError(f"rules must be a list of 1 to {MOST_RULES}")
    for rule in rules:
        if not isinstance(rule, dict) or rule.get("rule") not in RULES:
            raise RuleError(f"{rule!r} is no rule; known are {', '.join(sorted(RULES))}")
        wanted = RULES[rule["rule"]][1]
        given = {key: value for key, value in rule.items() if key != "rule"}
        if given.keys() != wanted.keys():
            raise RuleError(f"the rule {rule['rule']!r} takes exactly {', '.join(sorted(wanted)) or 'nothing more'}")
        for key, value in given.items():
            if isinstance(value, bool) or not isinstance(value, wanted[key]) or value in ("", [], -1):
                raise RuleError(f"{key} of the rule {rule['rule']!r} must be {wanted[key].__name__}, not {value!r}")


def followed(answer: str, rules: list[Mapping[str, Any]]) -> list[bool]:
    """For each rule whether the answer keeps it; an empty answer keeps none."""
    text = unicodedata.normalize("NFC", answer[:LONGEST_ANSWER]).strip()
    return [bool(text) and RULES[rule["rule"]][0](text, rule) for rule in rules]


def _words(text: str) -> list[str]:
    return text.split()


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?。])\s+|\n+", text) if part.strip()]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _counts(measure: Callable[[str], int]) -> Check:
    return lambda text, rule: rule["least"] <= measure(text) <= rule["most"]


def _is_json(text: str) -> Any:
    fenced = re.fullmatch(r"```(?:json)?\s*\n(.*)\n```", text, flags=re.DOTALL)
    try:
        return json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        return None


def _json_keys(text: str, rule: Mapping[str, Any]) -> bool:
    found = _is_json(text)
    return isinstance(found, dict) and set(found) == set(rule["keys"])


def _list_of(text: str, rule: Mapping[str, Any]) -> bool:
    """Numbered 1., 2., … from the first to the last, nothing between them counted."""
    numbers = [int(found[1]) for line in _lines(text) if (found := re.match(r"(\d{1,3})[.)]\s*\S", line))]
    return numbers == list(range(1, rule["items"] + 1))


def _bullets(text: str, rule: Mapping[str, Any]) -> bool:
    return sum(bool(re.match(r"[-*•]\s*\S", line)) for line in _lines(text)) == rule["items"]


def _in_hangul(text: str, rule: Mapping[str, Any]) -> bool:
    """At least `percent` of the letters are Hangul syllables."""
    letters = [letter for letter in text if letter.isalpha()]
    hangul = sum("가" <= letter <= "힣" for letter in letters)
    return bool(letters) and 100 * hangul >= rule["percent"] * len(letters)


def _ends_each(text: str, rule: Mapping[str, Any]) -> bool:
    """Each sentence ends so, punctuation aside: `다`, `요` and the like."""
    bare = [sentence.rstrip(" .!?。\"'”’)") for sentence in _sentences(text)]
    return all(sentence.endswith(tuple(rule["endings"])) for sentence in bare)


def _contains_all(text: str, rule: Mapping[str, Any]) -> bool:
    return all(word.casefold() in text.casefold() for word in rule["words"])


def _contains_none(text: str, rule: Mapping[str, Any]) -> bool:
    return not any(word.casefold() in text.casefold() for word in rule["words"])


def _times(text: str, rule: Mapping[str, Any]) -> bool:
    return text.casefold().count(rule["word"].casefold()) == rule["times"]


def _plain(holds: Callable[[str], bool]) -> Check:
    return lambda text, _rule: holds(text)


_COUNT: dict[str, type] = {"least": int, "most": int}
_COMMAS = frozenset(",，、")
RULES: dict[str, tuple[Check, dict[str, type]]] = {
    "words": (_counts(lambda text: len(_words(text))), _COUNT),
    "sentences": (_counts(lambda text: len(_sentences(text))), _COUNT),
    "lines": (_counts(lambda text: len(_lines(text))), _COUNT),
    "characters": (_counts(lambda text: sum(not letter.isspace() for letter in text)), _COUNT),
    "contains_all": (_contains_all, {"words": list}),
    "contains_none": (_contains_none, {"words": list}),
    "times": (_times, {"word": str, "times": int}),
    "starts_with": (lambda text, rule: text.startswith(rule["text"]), {"text": str}),
    "ends_with": (lambda text, rule: text.endswith(rule["text"]), {"text": str}),
    "sentences_end_with": (_ends_each, {"endings": list}),
    "json_keys": (_json_keys, {"keys": list}),
    "numbered_list": (_list_of, {"items": int}),
    "bullet_list": (_bullets, {"items": int}),
    "hangul_at_least": (_in_hangul, {"percent": int}),
    "no_hangul": (_plain(lambda text: not any("가" <= letter <= "힣" for letter in text)), {}),
    "no_comma": (_plain(lambda text: not _COMMAS & set(text)), {}),
    "lowercase": (_plain(lambda text: text == text.lower()), {}),
    "no_digits": (_plain(lambda text: not any(letter.isdigit() for letter in text)), {}),
}
