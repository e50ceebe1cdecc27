"""Whether reuse was said by the team: in its component declaration, in a notice file, or at the head of the file."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from originality.core.code.licences import Notices

COMPONENT, NOTICE, HEAD, NOT_SAID = "component declaration", "notice file", "head of the file", ""
SHORTEST = 3  # letters of a project's name that is looked for


class Said(NamedTuple):
    """The texts in which a project may be named."""

    components: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def said_where(project: str, *, said: Said, head: Notices) -> str:
    """Return where the team names the project; the declaration comes first, then notices, then the file itself."""
    if place := _said_for_all(project, said):
        return place
    return HEAD if names(project, [text for _line, text in (*head.copyrights, *head.borrowed)]) else NOT_SAID


@lru_cache(maxsize=4096)
def _said_for_all(project: str, said: Said) -> str:
    """Look through the texts that hold for every file once per project."""
    if names(project, said.components):
        return COMPONENT
    return NOTICE if names(project, said.notices) else NOT_SAID


def names(project: str, texts: Iterable[str]) -> bool:
    """Return whether a text has the project's name as words of its own, whatever stands between them."""
    pattern = _pattern(project)
    return pattern is not None and any(pattern.search(text) for text in texts)


@lru_cache(maxsize=4096)
def _pattern(project: str) -> re.Pattern[str] | None:
    words: Sequence[str] = re.findall(r"[a-z0-9가-힣]+", project.lower())
    if sum(map(len, words)) < SHORTEST:
        return None
    joined = r"[\s_./-]*".join(map(re.escape, words))
    return re.compile(rf"(?<![a-z0-9가-힣]){joined}(?![a-z0-9])", re.IGNORECASE)
