"""Who says that a file is theirs, and under which licence: the words of its head, and the texts of licence files.

A licence text is known by phrases that no other has; a scanner with all texts of the world would be larger than the portal.
Identifiers are those of SPDX (spdx.org/licenses) where it has one.
"""

import re
from typing import NamedTuple

from originality.core.code.tokens import Tokens

HEAD_LINES = 80  # lines of a source file that are read for notices
HEAD = 12_000  # characters of them
TEXT = 200_000  # characters of a licence or notice file
MOST_NOTICES = 20  # per file
LONGEST = 160  # characters of a notice

IDENTIFIER = re.compile(r"SPDX-License-Identifier:\s*([A-Za-z0-9.+\- ()]{2,100})")
COPYRIGHT = re.compile(r"(?im)^.{0,20}?\b(?:copyright\b|\(c\)|©)[^\n]{3,200}$")
YEARS = re.compile(r"(?:\(c\)|©|copyright|\b(?:19|20)\d\d\b|[-–,:]|all rights reserved\.?|\bby\b)", re.IGNORECASE)
BORROWED = re.compile(
    r"(?i)\b(?:adapted|copied|derived|modified|borrowed|taken|ported|based)\s+(?:directly\s+|heavily\s+)?(?:from|on)\s+([^\n]{3,160})"
)
BORROWED_COMMENT = re.compile(rf"(?m)^[ \t]*(?:#|//|\*|--)[^\n]*?{BORROWED.pattern[4:]}", re.IGNORECASE)
SPACES = re.compile(r"[\s#*/;\"'<>-]+")

# Longer phrases first where one licence contains the words of another.
PHRASES = (
    ("AGPL-3.0", ("gnu affero general public license",)),
    ("LGPL", ("gnu lesser general public license", "gnu library general public license")),
    ("GPL-3.0", ("gnu general public license version 3", "gnu general public license as published by the free software foundation either version 3")),
    ("GPL-2.0", ("gnu general public license version 2", "gnu general public license as published by the free software foundation either version 2")),
    ("Apache-2.0", ("apache license version 2.0", "apache license, version 2.0", "apache.org/licenses/license 2.0")),
    ("MPL-2.0", ("mozilla public license version 2.0", "mozilla public license, v. 2.0")),
    ("EPL-2.0", ("eclipse public license v 2.0", "eclipse public license version 2.0")),
    ("BSD-3-Clause", ("neither the name of",)),
    ("BSD-2-Clause", ("redistributions of source code must retain the above copyright notice",)),
    ("MIT", ("permission is hereby granted, free of charge, to any person obtaining a copy", "mit license")),
    ("ISC", ("permission to use, copy, modify, and or distribute this software for any purpose",)),
    ("BSL-1.0", ("boost software license",)),
    ("Unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("PSF-2.0", ("psf license agreement", "python software foundation license")),
    ("CC-BY-NC", ("attribution noncommercial",)),
    ("CC-BY-4.0", ("creative commons attribution 4.0",)),
    ("LicenseRef-Llama-Community", ("llama 2 community license", "llama 3 community license", "llama community license", "llama 3.1 community license", "llama 3.2 community license", "llama 4 community license")),
    ("LicenseRef-Gemma-Terms", ("gemma terms of use",)),
    ("LicenseRef-Qwen", ("tongyi qianwen license", "qwen license agreement", "qwen research license")),
    ("LicenseRef-DeepSeek", ("deepseek license agreement",)),
    ("LicenseRef-OpenRAIL", ("openrail", "responsible ai license")),
    ("LicenseRef-NVIDIA-Source", ("nvidia source code license", "nvidia open model license")),
)  # fmt: skip
SHADOWED = {"BSD-2-Clause": "BSD-3-Clause"}  # the longer text holds the shorter one's words


class Notices(NamedTuple):
    """What a file says of itself: SPDX identifiers, copyright lines with their line, and where it says it comes from."""

    licences: tuple[str, ...]
    copyrights: tuple[tuple[int, str], ...]
    borrowed: tuple[tuple[int, str], ...]

    def __bool__(self) -> bool:
        return any(self)


def notices_of(text: str, *, code_begins: int | None = None) -> Notices:
    """Read what stands before the first line of code; without one, the whole of a licence file."""
    if code_begins is None:
        return Notices(_licences(text[:TEXT]), _lines_with(COPYRIGHT, text[:TEXT]), _lines_with(BORROWED, text[:TEXT]))
    part = "\n".join(text[:HEAD].split("\n")[: min(HEAD_LINES, code_begins - 1)])
    return Notices(_licences(part), _lines_with(COPYRIGHT, part), _lines_with(BORROWED_COMMENT, text[:TEXT]))


def code_begins(tokens: Tokens) -> int:
    """Return the line of the first token that is neither comment nor docstring."""
    return int(tokens.line[0]) if len(tokens) else 1 << 30


def _licences(text: str) -> tuple[str, ...]:
    found = dict.fromkeys(
        name.strip(" ()") for match in IDENTIFIER.findall(text) for name in re.split(r" (?:AND|OR|WITH) ", match)
    )
    plain = SPACES.sub(" ", text.lower())
    known = [name for name, phrases in PHRASES if any(phrase in plain for phrase in phrases)]
    found |= dict.fromkeys(name for name in known if SHADOWED.get(name) not in known)
    return tuple(found)[:MOST_NOTICES]


def _lines_with(pattern: re.Pattern[str], text: str) -> tuple[tuple[int, str], ...]:
    rows, line, done = [], 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", done, match.start())
        done = match.start()
        rows.append((line, " ".join(match.group(0).split()).strip("#*/ ;\"'")[:LONGEST]))
        if len(rows) == MOST_NOTICES:
            break
    return tuple(rows)


def holder_of(notice: str) -> str:
    """Return whom a copyright line names: without years, marks and the words around them."""
    return " ".join(YEARS.sub(" ", notice).split()).strip(" .,")
