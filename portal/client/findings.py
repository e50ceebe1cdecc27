"""What should not leave a team's machine by accident: keys, tokens, personal data in files of text.

A pattern proves nothing and misses much. So it refuses, shows where, and lets a person decide for exactly these bytes.
Weights are not searched, their headers are.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import NamedTuple

from portal.client.sources import Source, Stream
from portal.client.words import _
from portal.common.formats.file_policy import BARE_NAMES, TEXT, suffix_of

WINDOW = 1 << 20
OVERLAP = 4096  # bytes seen twice, so that nothing hides on a seam
CONTEXT = 64  # bytes before a seam that only tell what precedes
HEADER = 4 << 20  # of a safetensors file
SHORT = 8  # characters, of which one is shown
PER_FILE = 20  # findings shown of one file
VOCABULARIES = frozenset({"tokenizer.json", "vocab.json", "merges.txt", "added_tokens.json", "vocab.txt"})

_PLACEHOLDER = re.compile(
    rb"^(?:[*xX.\-_]+|none|null|true|false|changeme|<.*|\$.*|%.*|\{.*|os\.environ.*|getenv.*)$", re.IGNORECASE
)
_ORDINARY_HOMES = frozenset(
    {b"user", b"users", b"ubuntu", b"root", b"runner", b"work", b"app", b"admin", b"shared", b"public", b"data"}
)
_NO_MAIL = re.compile(rb"@example\.|\.example$|\.(?:png|svg|js|py|local)$")
_ORDINARY_ADDRESSES = (b"git@", b"noreply@", b"no-reply@")


class Finding(NamedTuple):
    path: str
    digest: str  # SHA-256 of the whole file: an acceptance speaks of these bytes alone
    line: int
    kind: str
    masked: str


class Rule(NamedTuple):
    """`marks` must occur in lower case for the pattern to be tried; `counts` refuses what only looks alike."""

    kind: str
    marks: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    counts: Callable[[bytes], bool] = lambda _text: True
    before: re.Pattern[bytes] | None = (
        None  # what must precede: tried only behind a match, so that each search begins with a literal
    )
    in_vocabulary: bool = False  # worth asking of a tokenizer's word list as well


def _is_secret(value: bytes) -> bool:
    return not _PLACEHOLDER.match(value) and len(set(value)) > 4


def _is_birth(digits: bytes) -> bool:
    """A resident registration number begins with a date of birth; the century stands in the seventh digit."""
    century = 1900 if digits[7:8] in b"1256" else 2000
    try:
        dt.date(century + int(digits[0:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return True


def _is_person(value: bytes) -> bool:
    return value.lower() not in _ORDINARY_HOMES


def _is_address(text: bytes) -> bool:
    text = text.lower()
    return not text.startswith(_ORDINARY_ADDRESSES) and not _NO_MAIL.search(text)


# The surnames of more than nine in ten; rarer ones begin too many words.
_SURNAMES = "김이박최정강조윤장임한오서신권황안송류홍고문양손배백허유남심노하곽성차주우구민진엄채원천공현함변염"
_SURNAME = b"(?:" + b"|".join(char.encode() for char in _SURNAMES) + b")"
_SYLLABLE = rb"(?:[\xea-\xed][\x80-\xbf]{2})"  # Hangul in UTF-8
_LABELS = "성명|이름|작성자|담당자|연구원|연구책임자|책임자|저자|author|researcher"
RULES = (
    Rule("private key", (b"private key",), re.compile(rb"-----BEGIN (?:[A-Z0-9 ]{1,30} )?PRIVATE KEY(?: BLOCK)?-----"), in_vocabulary=True),
    Rule("AWS access key", (b"akia", b"asia"), re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), in_vocabulary=True),
    Rule("GitHub token", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"), re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})"), in_vocabulary=True),
    Rule("Hugging Face token", (b"hf_",), re.compile(rb"\bhf_[A-Za-z0-9]{30,}\b"), in_vocabulary=True),
    Rule("token of this portal", (b"pt_",), re.compile(rb"\bpt_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")),
    Rule("Slack token", (b"xox",), re.compile(rb"\bxox[abeoprs]-[A-Za-z0-9-]{10,}")),
    Rule("Google API key", (b"aiza",), re.compile(rb"\bAIza[0-9A-Za-z_-]{35}")),
    Rule("API key", (b"sk-",), re.compile(rb"\bsk-[A-Za-z0-9_-]{20,}")),
    Rule("signed token (JWT)", (b"eyj",), re.compile(rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
    Rule("password in an address", (b"://",), re.compile(rb"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"']{1,64}:(?P<value>[^\s@/\"']{3,128})@"), _is_secret),
    Rule("password or key", (b"password", b"passwd", b"secret", b"api_key", b"api-key", b"apikey", b"access_token", b"auth_token", b"access_key"), re.compile(rb"(?i)(?:password|passwd|secret(?:_access)?(?:_key)?|api[_-]?key|access_token|auth_token|access_key)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<value>[^\s\"',;]{8,200})"), _is_secret),
    Rule("resident registration number", (b"-",), re.compile(rb"-[1-8]\d{6}(?![\d-])"), _is_birth, re.compile(rb"(?<![\d-])\d{6}$")),
    Rule("mobile number", (b"010-", b"011-", b"016-", b"017-", b"018-", b"019-"), re.compile(rb"01[016789]-\d{3,4}-\d{4}(?![\d-])"), before=re.compile(rb"(?<![\d-])$")),
    Rule("e-mail address", (b"@",), re.compile(rb"@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,12}(?![A-Za-z0-9])"), _is_address, re.compile(rb"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,60}$")),
    Rule("folder of a person", (b"/home/", b"/users/", b"\\users\\"), re.compile(rb"(?i)(?:/home/|/users/|\\users\\{1,2})(?P<value>[a-z][a-z0-9._-]{2,31})(?=[/\\\s\"':]|$)"), _is_person),
    Rule("name of a person", tuple(label.encode() for label in _LABELS.split("|")), re.compile(rb"(?:%s)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<value>%s%s{1,3})(?!%s|\w)" % (_LABELS.encode(), _SURNAME, _SYLLABLE, _SYLLABLE))),
)  # fmt: skip


def readable(name: str) -> bool:
    suffix = suffix_of(name)
    return suffix in TEXT | {".tfevents", ".safetensors"} or name.rpartition("/")[2] in BARE_NAMES


def length_read(name: str, source: Source) -> int:
    """Of weights, the header that the first eight bytes announce."""
    length = source.stamp().size
    if suffix_of(name) != ".safetensors":
        return length
    with closing(source.read(offset=0, length=min(8, length), on_bytes=lambda _count: None)) as stream:
        announced = int.from_bytes(stream.read(8) or b"", "little")
    return min(length, 8 + announced, HEADER)


def search(name: str, source: Source, *, on_bytes: Callable[[int], None] = lambda _count: None) -> list[Finding]:
    """The first findings of one file, with its digest; read once, and only where it is text or has a readable header."""
    if not readable(name):
        return []
    length, words = length_read(name, source), name.rpartition("/")[2] in VOCABULARIES
    rules = tuple(rule for rule in RULES if rule.in_vocabulary) if words else RULES
    digest, found = hashlib.sha256(), dict[tuple[int, str, str], None]()
    with closing(source.read(offset=0, length=length, on_bytes=on_bytes)) as stream:
        for window in _windows(stream, digest.update):  # to the end in any case: the digest is that of the whole
            room = PER_FILE - len(found)
            found.update(dict.fromkeys(islice(_matches(window, rules), max(0, room))))
    whole = digest.hexdigest()
    return [Finding(name, whole, *item) for item in sorted(found)]


class _Window(NamedTuple):
    data: bytes
    start: int  # matches before it belong to the window of before
    end: int  # matches from here on belong to the next
    lines: int  # before `data`


def _windows(stream: Stream, on_data: Callable[[bytes], object]) -> Iterator[_Window]:
    data, start, lines = b"", 0, 0
    while True:
        chunk = stream.read(WINDOW) or b""
        on_data(chunk)
        data += chunk
        if not chunk:
            yield _Window(data, start, len(data) + 1, lines)
            return
        end = max(start, len(data) - OVERLAP)
        yield _Window(data, start, end, lines)
        cut = max(0, end - CONTEXT)
        lines += data.count(b"\n", 0, cut)
        data, start = data[cut:], end - cut


def _matches(window: _Window, rules: tuple[Rule, ...]) -> Iterator[tuple[int, str, str]]:
    lower = window.data.lower()
    for rule in rules:
        if any(mark in lower for mark in rule.marks):
            for match in rule.pattern.finditer(window.data):
                text = _text_of(rule, match) if window.start <= match.start() < window.end else None
                if text is not None and rule.counts(text):
                    line = window.lines + window.data.count(b"\n", 0, match.start()) + 1
                    yield line, rule.kind, masked(rule.kind, text)


def _text_of(rule: Rule, match: re.Match[bytes]) -> bytes | None:
    """What would be a finding, with what precedes it; None when the wrong thing precedes."""
    if rule.before is None:
        return match.groupdict().get("value") or match[0]
    before = rule.before.search(match.string[max(0, match.start() - CONTEXT) : match.start()])
    return before[0] + match[0] if before else None


def masked(kind: str, found: bytes) -> str:
    """Enough to find it, too little to use it."""
    text = found.decode(errors="replace")
    if kind == "private key":
        return text
    if kind == "e-mail address":
        name, _at, domain = text.partition("@")
        return f"{name[0]}***@{domain}"
    return f"{text[: 1 if len(text) <= SHORT else 4]}*** ({len(text)})"


def kind_in_words(kind: str) -> str:
    return KINDS.get(kind, lambda: kind)()


KINDS: dict[str, Callable[[], str]] = {
    "private key": lambda: _("private key"),
    "AWS access key": lambda: _("AWS access key"),
    "GitHub token": lambda: _("GitHub token"),
    "Hugging Face token": lambda: _("Hugging Face token"),
    "token of this portal": lambda: _("token of this portal"),
    "Slack token": lambda: _("Slack token"),
    "Google API key": lambda: _("Google API key"),
    "API key": lambda: _("API key"),
    "signed token (JWT)": lambda: _("signed token (JWT)"),
    "password in an address": lambda: _("password in an address"),
    "password or key": lambda: _("password or key"),
    "resident registration number": lambda: _("resident registration number"),
    "mobile number": lambda: _("mobile number"),
    "e-mail address": lambda: _("e-mail address"),
    "folder of a person": lambda: _("folder of a person"),
    "name of a person": lambda: _("name of a person"),
}
